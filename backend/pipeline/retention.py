"""How long runs, their logs, snapshots and score sets are kept. The rule stands in docs/operations.md.

What a published score set needs goes with it and not before: its run with the report, its snapshot, its scores.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Now

from backend.pipeline.integrity.influence import influence_prune
from backend.pipeline.models import LogLine, Run
from backend.pipeline.snapshot import snapshots_prune
from backend.polls.models import Poll
from backend.scores.services import score_sets_prune

logger = logging.getLogger(__name__)

NEWEST_KEPT = 100
"""Runs of each poll that are kept whatever their age, with their logs."""
BATCH = 500
"""Runs deleted at a time."""


def poll_prune(*, poll: Poll) -> None:
    """Drop what is no longer kept of a poll's older score sets; call it outside of transactions."""
    score_sets_prune(poll=poll)
    influence_prune(poll=poll)
    snapshots_prune(poll=poll)


def everything_prune() -> None:
    """Drop what is no longer kept of any poll: a run prunes its own, but may be killed before, or be the last."""
    for poll in Poll.objects.order_by("pk").iterator(chunk_size=100):
        try:
            poll_prune(poll=poll)
        except Exception:  # whatever is wrong with it, others wait behind it
            logger.exception("Old scores of %s were not dropped", poll.slug)
    runs_prune()


def runs_prune() -> int:
    """Delete runs that ended long ago, with their logs, and the logs of those that stay; return how many runs went.

    The newest runs of each poll keep both, and runs whose score set is kept stay.
    """
    old = _old()
    LogLine.objects.filter(run__in=old.filter(score_set__isnull=False)).delete()
    gone = 0
    while batch := list(old.filter(score_set__isnull=True).values_list("pk", flat=True)[:BATCH]):
        Run.objects.filter(pk__in=batch).delete()
        gone += len(batch)
    return gone


def _old() -> QuerySet[Run]:
    """Return the runs that are neither recent, nor active, nor among the newest of their poll."""
    newest = Run.objects.filter(poll=OuterRef("poll")).order_by("-pk").values("pk")
    oldest_kept = Subquery(newest[NEWEST_KEPT - 1 : NEWEST_KEPT])
    before = Now() - timedelta(days=settings.RUNS_KEPT_DAYS)
    return Run.objects.exclude(status__in=Run.ACTIVE).filter(created_at__lt=before, pk__lt=oldest_kept).order_by("pk")
