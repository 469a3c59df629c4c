"""Reads: runs."""

from django.db.models import QuerySet

from backend.common.errors import RunNotFound
from backend.pipeline.models import Run
from backend.polls.models import Poll


def run_list(*, poll: Poll, status: str = "", trigger: str = "") -> QuerySet[Run]:
    """Return a poll's runs, newest first; all, or those of a status or trigger."""
    return runs_of_all_polls(status=status, trigger=trigger).filter(poll=poll)


def runs_of_all_polls(*, status: str = "", trigger: str = "") -> QuerySet[Run]:
    """Return all runs, newest first; or those of a status or trigger."""
    wanted = {name: value for name, value in (("status", status), ("trigger", trigger)) if value}
    return Run.objects.filter(**wanted).select_related("poll", "started_by", "score_set").order_by("-pk")


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


def any_run_active() -> bool:
    """Tell whether a run of any poll is queued or running."""
    return Run.objects.filter(status__in=Run.ACTIVE).exists()


def runs_computed(*, poll: Poll, most: int) -> list[Run]:
    """Return the last runs of a poll that computed its scores, oldest first, without their reports."""
    computed = Run.objects.filter(poll=poll, status=Run.Status.SUCCEEDED).exclude(result_digest="")
    few = computed.only("poll", "finished_at", "seconds", "judgments", "contributors", "is_dry_run").order_by("-pk")
    return [*few[:most]][::-1]
