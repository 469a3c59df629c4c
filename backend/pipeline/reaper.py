"""What starts and restarts runs by itself: news, and workers that died.

All ages are measured by the database's clock: those of the machines that write and read them may differ.
"""

import logging
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _

from backend.common.errors import ApplicationError, RunAlreadyActive
from backend.observability.selectors import switch_is_on
from backend.observability.switches import AUTOMATIC_RUNS
from backend.pipeline import attempts
from backend.pipeline.journal import line_write
from backend.pipeline.models import Run
from backend.pipeline.services import run_create, run_enqueue
from backend.pipeline.sessions import transactions_end
from backend.polls.models import Poll
from backend.scores.errors import ScoresHeld

logger = logging.getLogger(__name__)

NEWS_AGE = timedelta(seconds=10)
"""Judgments come in bursts: wait so long after the first, then compute them together,"""
NEWS_COUNT = 1_000
"""unless there are so many already."""
PAUSE_AFTER_FAILURE = timedelta(seconds=60)
"""Twice as long after each further failure in a row: what failed for a reason in the judgments fails again."""
LONGEST_PAUSE = timedelta(hours=1)
CANCEL_PATIENCE = timedelta(minutes=2)
"""A run stops within seconds of being told to; one that has not after so long never will."""


def runs_start_for_news() -> list[Run]:
    """Start a run of every poll whose news have waited long enough, unless it has one, or just failed, or is held."""
    if not switch_is_on(AUTOMATIC_RUNS):
        return []
    failures, failed_at = _failures_in_a_row()
    waiting = (
        Poll.objects.annotate(oldest=Min("news__created_at"), count=Count("news"))
        .annotate(failures=failures, failed_at=failed_at, now=Now())
        .filter(Q(oldest__lte=Now() - NEWS_AGE) | Q(count__gt=NEWS_COUNT))
        .filter(hold=None)
        .exclude(Exists(Run.objects.filter(poll=OuterRef("pk"), status__in=Run.ACTIVE)))
    )
    due = [poll for poll in waiting if not poll.failures or poll.failed_at + pause_after(poll.failures) <= poll.now]
    return [run for poll in due if (run := _started(poll)) is not None]


def _failures_in_a_row() -> tuple[Subquery, Subquery]:
    """Return the number and the last end of a poll's failures since its last success, as annotations."""
    # What a dry run meets, with constants of its own perhaps, is no reason to wait or to hurry.
    real = Run.objects.filter(is_dry_run=False)
    success = real.filter(poll=OuterRef(OuterRef("pk")), status=Run.Status.SUCCEEDED).order_by("-pk")
    failed = real.filter(
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
    """Start a run of a poll, whatever is wrong with it: others wait behind it."""
    try:
        run = run_create(poll=poll, trigger=Run.Trigger.NEWS)
    except (RunAlreadyActive, ScoresHeld):  # since this looked
        return None
    except ApplicationError as error:
        logger.warning("No run of %s was started: %s", poll.slug, error)
        _fail_to_start(poll, str(error))
        return None
    except Exception as error:
        logger.exception("No run of %s was started", poll.slug)
        _fail_to_start(poll, _("No run could start (%(kind)s); the log says why.") % {"kind": type(error).__name__})
        return None
    run_enqueue(run=run)
    return run


def _fail_to_start(poll: Poll, reason: str) -> None:
    """Note it as a run, where people look for the reason, and after which there is a pause.

    It is queued for a moment: not where another run is active by now, which must be the last one of its poll.
    """
    with suppress(IntegrityError), transaction.atomic():
        run = Run.objects.create(poll=poll, trigger=Run.Trigger.NEWS)
        _end(run, Run.Status.FAILED, reason)


def runs_recover() -> None:
    """Queue again the runs whose worker has died, and hand queued runs whose message was lost to a worker again.

    A run whose worker lives and gets nowhere ends here: it would keep its poll from ever being computed again.
    """
    _dead_queue_again()
    _endless_end()
    for run in Run.objects.filter(status=Run.Status.QUEUED, updated_at__lte=Now() - attempts.STALE):
        # It counts as sent from now on, so that a long queue gets one more message a minute, not one every beat.
        run_enqueue(run=run)


@transaction.atomic
def _dead_queue_again() -> None:
    # A locked run is being published at this moment, by a worker that lives after all or is about to lose its
    # connection: the next beat sees which. Whoever waited for it would keep all other polls waiting.
    stale = Run.objects.filter(status=Run.Status.RUNNING, heartbeat_at__lt=Now() - attempts.STALE)
    dead = list(stale.select_for_update(skip_locked=True))
    for run in dead:
        _recover(run)
    # Their workers may have frozen, in the midst of a transaction.
    transactions_end(run.lease for run in dead if run.lease)


def _recover(run: Run) -> None:
    """End a run whose worker has died, or queue it again."""
    if run.is_cancel_requested:
        _end(run, Run.Status.CANCELLED)
        line_write(run, "cancelled")
    elif run.attempts >= attempts.MOST_ATTEMPTS:
        message = _("Its worker stopped %(count)s times before the run was done. Nothing was published.")
        _end(run, Run.Status.FAILED, message % {"count": attempts.MOST_ATTEMPTS})
        line_write(run, "given_up", count=attempts.MOST_ATTEMPTS)
    else:
        known = Run.objects.filter(pk=run.pk)
        known.update(status=Run.Status.QUEUED, lease=None, seconds_left=None, updated_at=Now() - attempts.STALE)
        line_write(run, "requeued")


@transaction.atomic
def _endless_end() -> None:
    """End the runs that take too long, or that do not stop when they are told to; `tasks` ends their process."""
    late = Q(started_at__lt=Now() - timedelta(seconds=settings.RUN_SECONDS_AT_MOST))
    deaf = Q(is_cancel_requested=True, updated_at__lt=Now() - CANCEL_PATIENCE)
    running = Run.objects.filter(late | deaf, status=Run.Status.RUNNING)
    endless = list(running.select_for_update(skip_locked=True))
    for run in endless:
        if run.is_cancel_requested:
            _end(run, Run.Status.CANCELLED)
            line_write(run, "cancelled")
        else:
            message = _("It was not done after the longest time that a run may take here. Nothing was published.")
            _end(run, Run.Status.FAILED, message)
            line_write(run, "too_long", count=settings.RUN_SECONDS_AT_MOST)
    transactions_end(run.lease for run in endless if run.lease)


def _end(run: Run, status: Run.Status, error: str = "") -> None:
    ended = {"finished_at": Now(), "updated_at": Now(), "seconds_left": None}
    Run.objects.filter(pk=run.pk).update(status=status, error=error, **ended)
