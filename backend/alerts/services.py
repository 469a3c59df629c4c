"""Writes: what a look at the runs that ended found, and the mails that follow."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial

from celery import current_app
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from backend.alerts.models import PollWatch
from backend.alerts.recipients import Recipient, poll_recipients
from backend.observability.metrics.counters import RUNS, STEP_SECONDS
from backend.pipeline.models import Run
from backend.polls.models import Poll

ENDED = (Run.Status.SUCCEEDED, Run.Status.FAILED, Run.Status.CANCELLED)
PAUSE = timedelta(hours=1)
"""At most one mail of failure in this time, a poll."""
OLD = timedelta(days=1)
"""Of what ended longer ago nobody wants to be told: beat stood still, or this was installed later."""
FAILED, WORKS_AGAIN = "run_failed", "runs_work_again"


def runs_watch() -> None:
    """Count the runs that ended since the last look, tell of those that failed, and of polls that work again."""
    seen = Coalesce(Subquery(PollWatch.objects.filter(poll=OuterRef("poll")).values("last_run")), 0)
    fresh = Run.objects.filter(status__in=ENDED, pk__gt=seen)
    for poll in Poll.objects.filter(pk__in=fresh.values("poll")):
        _poll_watch(poll)


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
        transaction.on_commit(partial(mail_enqueue, kind, recipient, facts), robust=True)


def mail_enqueue(kind: str, recipient: Recipient, facts: Mapping[str, object]) -> None:
    """Let a worker send a mail, again where the mail server does not take it at once."""
    arguments = [kind, recipient.address, recipient.language, dict(facts)]
    current_app.send_task("alerts.mail_send", arguments, argsrepr=f"({kind!r}, ...)", retry=False)
