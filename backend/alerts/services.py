"""Writes: what a look at the runs that ended found, and the mails that follow."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from backend.alerts.mails import mail_send
from backend.alerts.models import PollWatch
from backend.alerts.recipients import Recipient, poll_recipients
from backend.alerts.selectors import ENDED, runs_unwatched
from backend.observability.metrics.counters import RUNS, STEP_SECONDS
from backend.pipeline.models import Run
from backend.polls.models import Poll

logger = logging.getLogger(__name__)

PAUSE = timedelta(hours=1)
"""At most one mail of failure in this time, a poll."""
OLD = timedelta(days=1)
"""Of what ended longer ago nobody wants to be told: beat stood still, or this was installed later."""
FAILED, WORKS_AGAIN = "run_failed", "runs_work_again"


def runs_watch() -> None:
    """Count the runs that ended since the last look, tell of those that failed, and of polls that work again.

    A poll at whose runs one cannot look keeps nobody from hearing of the others.
    """
    broken: Exception | None = None
    for poll in Poll.objects.filter(pk__in=runs_unwatched().values("poll")):
        try:
            _poll_watch(poll)
        except Exception as error:
            logger.exception("Nobody is told of the runs of the poll %s", poll.pk)
            broken = error
    if broken is not None:
        raise broken  # so that it is counted and told as any other fault


@transaction.atomic
def _poll_watch(poll: Poll) -> None:
    # Locked, so that of two looks at once only one counts and tells.
    PollWatch.objects.bulk_create([PollWatch(poll=poll)], ignore_conflicts=True)
    watch = PollWatch.objects.select_for_update().get(poll=poll)
    # Of a poll one run is active at a time, so they end in the order of their numbers.
    for run in Run.objects.filter(poll=poll, status__in=ENDED, pk__gt=watch.last_run).order_by("pk"):
        watch.last_run = run.pk
        ended = run.finished_at or run.updated_at
        if ended >= timezone.now() - OLD:
            transaction.on_commit(partial(_count, run))
            _take_note(watch, run, ended)
    watch.save()


def _count(run: Run) -> None:
    RUNS.labels(run.status).inc()
    for step, seconds in run.seconds.items() if run.status == Run.Status.SUCCEEDED else ():
        STEP_SECONDS.labels(step).observe(seconds)


def _take_note(watch: PollWatch, run: Run, ended: datetime) -> None:
    if run.status == Run.Status.FAILED:
        watch.failing_since = watch.failing_since or ended
        if watch.told_at is None or watch.told_at <= timezone.now() - PAUSE:
            watch.told_at = timezone.now()
            _tell(FAILED, run, poll_recipients(poll=run.poll, since=watch.failing_since))
    elif run.status == Run.Status.SUCCEEDED and not run.is_dry_run and watch.failing_since is not None:
        if watch.told_at is not None and watch.told_at >= watch.failing_since:
            _tell(WORKS_AGAIN, run, poll_recipients(poll=run.poll, since=watch.failing_since))
        watch.failing_since = None


def _tell(kind: str, run: Run, recipients: Iterable[Recipient]) -> None:
    facts = {
        "poll": run.poll.title,
        "run_id": run.pk,
        "step": run.step,
        "reason": run.error,
        "path": reverse("run", args=[run.poll.slug, run.pk]),
    }
    for recipient in recipients:
        mail_send(kind=kind, recipient=recipient, facts=facts)
