"""The list of polls. One poll with its scores is in `backend.scores.apis`."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api.pagination import Key, page_of
from backend.common.api.serializers import PageParameters
from backend.common.api.views import ApiView
from backend.polls.selectors import poll_list
from backend.polls.serializers import PollPageSerializer


class PollListApi(ApiView):
    """The polls that are listed publicly."""

    parameters = PageParameters

    @extend_schema(
        operation_id="poll_list",
        summary="List polls",
        parameters=[PageParameters],
        responses=PollPageSerializer,
        tags=["polls"],
    )
    def get(self, request: Request) -> Response:
        """Public polls, by title."""
        page = page_of(
            poll_list(user=request.user),
            request=request,
            parameters=self.query,
            keys=(Key("title"), Key("pk")),
            scope="polls",
        )
        return Response(PollPageSerializer(page).data)
