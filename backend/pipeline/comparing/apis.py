"""How the scores of two runs differ, for staff and the owner of the poll."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api.pagination import Key, page_of
from backend.common.api.scopes import MANAGED
from backend.common.api.views import ApiView
from backend.pipeline.comparing.selectors import Show, moves, pair_of, ranks_of, summary_of
from backend.pipeline.comparing.serializers import ChangesPageSerializer, ChangesParameters
from backend.pipeline.comparing.why import why_moved
from backend.polls.selectors import poll_get_managed


class ChangesApi(ApiView):
    """What a run changed."""

    permission_classes = (IsAuthenticated,)
    scopes = MANAGED
    parameters = ChangesParameters

    @extend_schema(
        operation_id="run_changes",
        summary="Compare two runs",
        parameters=[ChangesParameters],
        responses=ChangesPageSerializer,
        tags=["runs"],
    )
    def get(self, request: Request, slug: str, run_id: int) -> Response:
        """Return which items moved from one run to another, by how much, and why: parts that add up to the move."""
        poll = poll_get_managed(user=request.user, slug=slug)
        query = self.query
        pair = pair_of(poll=poll, run_id=run_id, since=query.get("since"), criterion=query.get("criterion"))
        show, text = Show(query["show"]), query.get("search", "")
        found = moves(pair=pair, show=show, text=text)
        keys = (Key("size", descending=True), Key("pk"))
        scope = f"changes:{pair.old.pk}:{pair.new.pk}:{pair.criterion.pk}:{show}:{text}"
        page = page_of(found, request=request, parameters=query, keys=keys, scope=scope)
        moved = {entity.pk: entity.move for entity in page.results if entity.move is not None}
        ages = {"old": pair.old, "new": pair.new}
        ids = [entity.pk for entity in page.results]
        why = why_moved(pair=pair, moved=moved, is_whole=bool(request.user.is_superuser))
        body = {
            "next": page.next, "results": page.results, "old": pair.old, "new": pair.new,
            "criterion": pair.criterion.name, "summary": summary_of(pair=pair), "why": why.state,
        }  # fmt: skip
        ranks = {age: ranks_of(run=run, criterion=pair.criterion, entities=ids) for age, run in ages.items()}
        return Response(ChangesPageSerializer(body, context={"ranks": ranks, "why": why}).data)
