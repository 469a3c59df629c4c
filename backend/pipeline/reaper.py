"""What starts and restarts runs by itself: news, and workers that died."""

import logging
from datetime import timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q
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
STALE = timedelta(seconds=60)
"""A run is given up after so long without heartbeat (one every half second while its worker lives)."""
MOST_ATTEMPTS = 3


def runs_start_for_news() -> list[Run]:
    """Start a run of every poll whose news have waited long enough, unless it has one or has just failed."""
    now = timezone.now()
    busy = Run.objects.filter(poll=OuterRef("pk")).filter(
        Q(status__in=Run.ACTIVE) | Q(status=Run.Status.FAILED, finished_at__gt=now - PAUSE_AFTER_FAILURE)
    )
    waiting = Poll.objects.annotate(oldest=Min("news__created_at"), count=Count("news")).filter(
        Q(oldest__lte=now - NEWS_AGE) | Q(count__gt=NEWS_COUNT), ~Exists(busy)
    )
    return [run for poll in waiting if (run := _started(poll)) is not None]


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
