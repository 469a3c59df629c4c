"""Many comparisons in one request."""

from typing import cast

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import Throttled
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.models import User
from backend.accounts.services import contributor_get_or_create
from backend.common.api.idempotency import KEY, once_as_asked
from backend.common.api.views import ApiView
from backend.common.limits import is_over_limit, seconds_to_wait
from backend.comparisons.many import Line
from backend.participation.bulk.serializers import JudgeManyOutcomeSerializer, JudgeManySerializer
from backend.participation.bulk.services import judge_many
from backend.polls.selectors import poll_get

ONCE = OpenApiParameter(
    KEY,
    str,
    OpenApiParameter.HEADER,
    description="Any text of yours, another one for each write. A repetition with the same key within a day stores "
    "nothing: its lines are `repeated`, or refused as they were.",
)


class ComparisonBulkApi(ApiView):
    """A user's own comparisons, many at once."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="comparison_save_many",
        summary="Compare many pairs of items",
        parameters=[ONCE],
        request=JudgeManySerializer,
        responses=JudgeManyOutcomeSerializer,
        tags=["comparisons"],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Store judgments of up to 500 pairs, each as if it had come alone; `results` tells what became of each.

        A request that is not of this form is refused as a whole. One that is stores every line that can be stored, and
        tells of every other one why it cannot.
        """
        poll = poll_get(user=request.user, slug=slug)
        lines = [Line(**line) for line in self.body(JudgeManySerializer)["comparisons"]]
        if is_over_limit(request, scope="bulk_lines", amount=len(lines)):
            raise Throttled(wait=seconds_to_wait())
        contributor = contributor_get_or_create(user=cast(User, request.user))  # IsAuthenticated
        with once_as_asked(request) as is_first:
            outcome = judge_many(contributor=contributor, poll=poll, lines=lines, is_repeated=not is_first)
        return Response(JudgeManyOutcomeSerializer(outcome).data)
