"""Reads: runs."""

from django.db.models import QuerySet

from backend.common.errors import RunNotFound
from backend.pipeline.models import Run
from backend.polls.models import Poll


def run_list(*, poll: Poll) -> QuerySet[Run]:
    """Return a poll's runs, newest first."""
    return Run.objects.filter(poll=poll).select_related("started_by", "score_set").order_by("-pk")


def run_get(*, poll: Poll, run_id: int) -> Run:
    """Return one run of a poll.

    Raises
    ------
    RunNotFound
    """
    run = run_list(poll=poll).filter(pk=run_id).first()
    if run is None:
        raise RunNotFound(field="id", run_id=run_id)
    return run


def run_active(*, poll: Poll) -> Run | None:
    """Return the run of a poll that is queued or running, if there is one."""
    return run_list(poll=poll).filter(status__in=Run.ACTIVE).first()
