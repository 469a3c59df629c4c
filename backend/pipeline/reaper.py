"""What starts and restarts runs by itself: news, and workers that died."""

import logging
from datetime import timedelta

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.common.errors import ApplicationError
from backend.pipeline.models import Run
from backend.pipeline.services import run_create, run_enqueue
from backend.polls.models import Poll

logger = logging.getLogger(__name__)

NEWS_AGE = timedelta(seconds=10)
"""Judgments come in bursts: wait so long after the first, then compute them together,"""
NEWS_COUNT = 1_000
"""unless there are so many already."""
PAUSE_AFTER_FAILURE = timedelta(seconds=60)
"""Twice as long after each further failure in a row: what failed for a reason in the judgments fails again."""
LONGEST_PAUSE = timedelta(hours=1)
STALE = timedelta(seconds=60)
"""A run is given up after so long without heartbeat (one every half second while its worker lives)."""
MOST_ATTEMPTS = 3


def runs_start_for_news() -> list[Run]:
    """Start a run of every poll whose news have waited long enough, unless it has one or has just failed."""
    now, (failures, failed_at) = timezone.now(), _failures_in_a_row()
    waiting = (
        Poll.objects.annotate(oldest=Min("news__created_at"), count=Count("news"))
        .annotate(failures=failures, failed_at=failed_at)
        .filter(Q(oldest__lte=now - NEWS_AGE) | Q(count__gt=NEWS_COUNT))
        .exclude(Exists(Run.objects.filter(poll=OuterRef("pk"), status__in=Run.ACTIVE)))
    )
    due = [poll for poll in waiting if not poll.failures or poll.failed_at + pause_after(poll.failures) <= now]
    return [run for poll in due if (run := _started(poll)) is not None]


def _failures_in_a_row() -> tuple[Subquery, Subquery]:
    """Return the number and the last end of a poll's failures since its last success, as annotations."""
    success = Run.objects.filter(poll=OuterRef(OuterRef("pk")), status=Run.Status.SUCCEEDED).order_by("-pk")
    failed = Run.objects.filter(
        poll=OuterRef("pk"),
        status=Run.Status.FAILED,
        finished_at__isnull=False,
        pk__gt=Coalesce(Subquery(success.values("pk")[:1]), 0),
    )
    by_poll = failed.order_by().values("poll")
    return Subquery(by_poll.values(found=Count("pk"))), Subquery(by_poll.values(found=Max("finished_at")))


def pause_after(failures: int) -> timedelta:
    """Return how long a poll waits for its next run after so many failures in a row, at least one."""
    pause: timedelta = PAUSE_AFTER_FAILURE * 2 ** min(failures - 1, 10)
    return min(pause, LONGEST_PAUSE)


def _started(poll: Poll) -> Run | None:
    try:
        run = run_create(poll=poll, trigger=Run.Trigger.NEWS)
    except ApplicationError as error:
        logger.warning("No run of %s was started: %s", poll.slug, error)
        return None
    run_enqueue(run=run)
    return run


def runs_recover() -> None:
    """Queue again the runs whose worker has died, and hand queued runs whose message was lost to a worker again."""
    before = timezone.now() - STALE
    dead = Run.objects.filter(status=Run.Status.RUNNING, heartbeat_at__lt=before)
    now = timezone.now()
    dead.filter(is_cancel_requested=True).update(status=Run.Status.CANCELLED, finished_at=now, updated_at=now)
    message = _("Its worker stopped %(count)s times before the run was done. Nothing was published.")
    dead.filter(attempts__gte=MOST_ATTEMPTS).update(
        status=Run.Status.FAILED, error=message % {"count": MOST_ATTEMPTS}, finished_at=now, updated_at=now
    )
    dead.update(status=Run.Status.QUEUED, lease=None, updated_at=before)
    for run in Run.objects.filter(status=Run.Status.QUEUED, updated_at__lte=before):
        # Touched, so that a queue that is merely long gets one more message a minute, not one every beat.
        Run.objects.filter(pk=run.pk).update(updated_at=now)
        run_enqueue(run=run)
