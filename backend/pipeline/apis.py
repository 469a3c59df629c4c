"""Runs, for staff and the owner of the poll: list, start, follow, cancel."""

from typing import cast

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from backend.accounts.models import User
from backend.common.api.pagination import Key, page_of
from backend.common.api.scopes import MANAGED
from backend.common.api.throttling import RunStartThrottle, Throttle
from backend.common.api.views import ApiView
from backend.pipeline.models import Run
from backend.pipeline.selectors import run_get, run_list
from backend.pipeline.serializers import RunDetailSerializer, RunPageSerializer, RunParameters, RunStartSerializer
from backend.pipeline.services import run_cancel, run_create, run_enqueue
from backend.polls.selectors import poll_get_managed

LOCATION = OpenApiParameter(
    "Location", str, OpenApiParameter.HEADER, response=[202], description="Where to follow the run."
)


class RunListApi(ApiView):
    """The runs of a poll."""

    permission_classes = (IsAuthenticated,)
    scopes = MANAGED
    throttle_classes = (Throttle, RunStartThrottle)
    parameters = RunParameters

    @extend_schema(
        operation_id="run_list",
        summary="List runs",
        parameters=[RunParameters],
        responses=RunPageSerializer,
        tags=["runs"],
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return the runs of a poll, newest first; all of them, or those of a status or trigger."""
        poll = poll_get_managed(user=request.user, slug=slug)
        keys = (Key("pk", descending=True),)
        status, trigger = self.query.get("status", ""), self.query.get("trigger", "")
        runs = run_list(poll=poll, status=status, trigger=trigger)
        scope = f"runs:{poll.pk}:{status}:{trigger}"
        page = page_of(runs, request=request, parameters=self.query, keys=keys, scope=scope)
        return Response(RunPageSerializer(page).data)

    @extend_schema(
        operation_id="run_start",
        summary="Start a run",
        parameters=[LOCATION],
        request=RunStartSerializer,
        responses={202: OpenApiResponse(RunDetailSerializer, description="Queued.")},
        tags=["runs"],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Queue a run. Where one is active already, 409 names it in `details.run_id`."""
        poll = poll_get_managed(user=request.user, slug=slug)
        asked = self.body(RunStartSerializer)
        run = run_create(
            poll=poll,
            trigger=Run.Trigger.API,
            started_by=cast(User, request.user),
            config=asked.get("config"),
            is_dry_run=asked["is_dry_run"],
        )
        run_enqueue(run=run)
        location = reverse("api:run_detail", kwargs={"slug": slug, "run_id": run.pk}, request=request)
        return Response(RunDetailSerializer(run).data, status=202, headers={"Location": location})


class RunDetailApi(ApiView):
    """One run of a poll."""

    permission_classes = (IsAuthenticated,)
    scopes = MANAGED

    @extend_schema(operation_id="run_read", summary="Read a run", responses=RunDetailSerializer, tags=["runs"])
    def get(self, request: Request, slug: str, run_id: int) -> Response:
        """Return a run with its progress or its report."""
        run = run_get(poll=poll_get_managed(user=request.user, slug=slug), run_id=run_id)
        return Response(RunDetailSerializer(run).data)


class RunCancelApi(ApiView):
    """The end of a run before its time."""

    permission_classes = (IsAuthenticated,)
    scopes = MANAGED

    @extend_schema(
        operation_id="run_cancel", summary="Cancel a run", request=None, responses=RunDetailSerializer, tags=["runs"]
    )
    def post(self, request: Request, slug: str, run_id: int) -> Response:
        """Cancel a queued run at once, a running one within a second or two."""
        run = run_cancel(
            run=run_get(poll=poll_get_managed(user=request.user, slug=slug), run_id=run_id), by=cast(User, request.user)
        )
        return Response(RunDetailSerializer(run).data)
