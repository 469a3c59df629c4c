"""Groups of contributors who score alike."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api.views import ApiView
from backend.pipeline.groups.selectors import group_entities, opinion_groups
from backend.pipeline.groups.serializers import GroupParameters, GroupsSerializer, groups_told
from backend.polls.selectors import criterion_get, poll_get
from backend.scores.selectors import score_set_published


class GroupsApi(ApiView):
    """The groups of a poll's contributors."""

    parameters = GroupParameters

    @extend_schema(
        operation_id="groups_read",
        summary="Read which groups think alike",
        parameters=[GroupParameters],
        responses=GroupsSerializer,
        tags=["entities"],
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return what each group prefers and what all agree on, by public scores; nobody's group is told."""
        poll = poll_get(user=request.user, slug=slug)
        criterion = criterion_get(poll=poll, name=self.query.get("criterion"))
        found = opinion_groups(criterion=criterion, score_set=score_set_published(poll=poll))
        uids = {pk: entity.uid for pk, entity in group_entities(poll=poll, groups=found).items()}
        return Response(GroupsSerializer(groups_told(found, criterion=criterion.name, uids=uids)).data)
