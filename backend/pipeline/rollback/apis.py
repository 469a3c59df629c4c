"""Turning a poll back to earlier scores and forward again, for staff and the owner of the poll."""

from typing import cast

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.models import User
from backend.common.api.scopes import MANAGED
from backend.common.api.throttling import RunStartThrottle, Throttle
from backend.common.api.views import ApiView
from backend.pipeline.comparing.selectors import run_with_scores
from backend.pipeline.rollback.selectors import shown_of
from backend.pipeline.rollback.serializers import ShownSerializer, TurnBackSerializer
from backend.pipeline.rollback.services import scores_go_forward, scores_turn_back
from backend.polls.models import Poll
from backend.polls.selectors import poll_get_managed


class HoldApi(ApiView):
    """Which scores a poll shows."""

    permission_classes = (IsAuthenticated,)
    scopes = MANAGED
    throttle_classes = (Throttle, RunStartThrottle)

    @extend_schema(
        operation_id="hold_read", summary="Read which scores are shown", responses=ShownSerializer, tags=["runs"]
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return which scores a poll shows, whether they are held, and which it could show instead."""
        return _shown(poll_get_managed(user=request.user, slug=slug))

    @extend_schema(
        operation_id="hold_set",
        summary="Go back to earlier scores",
        request=TurnBackSerializer,
        responses={200: ShownSerializer},
        tags=["runs"],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Show the scores of an earlier run, and hold them: no run replaces them until somebody goes forward."""
        poll = poll_get_managed(user=request.user, slug=slug)
        asked = self.body(TurnBackSerializer)
        seen = run_with_scores(poll=poll, run_id=asked["seen"]).score_set_id if "seen" in asked else None
        user = cast(User, request.user)
        scores_turn_back(poll=poll, run_id=asked["run"], reason=asked["reason"], user=user, seen=seen)
        return _shown(poll)

    @extend_schema(
        operation_id="hold_end",
        summary="Go forward to the newest scores",
        request=None,
        responses={200: ShownSerializer},
        tags=["runs"],
    )
    def delete(self, request: Request, slug: str) -> Response:
        """Show the newest scores, and let runs replace them again."""
        poll = poll_get_managed(user=request.user, slug=slug)
        scores_go_forward(poll=poll, user=cast(User, request.user))
        return _shown(poll)


def _shown(poll: Poll) -> Response:
    return Response(ShownSerializer(shown_of(poll=poll)).data)
