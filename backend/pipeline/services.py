"""Writes: runs, from the request to the published score set."""

import logging
from collections.abc import Mapping
from uuid import UUID, uuid4

from celery import current_app
from django.db import Error, IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from backend.accounts.models import User
from backend.common.audit import staff_log
from backend.common.errors import ApplicationError, RunAlreadyActive, RunNotActive
from backend.pipeline.attempts import is_transient, run_hand_back, run_retry_later
from backend.pipeline.execution import AuditFailed, Execution, LeaseLost
from backend.pipeline.journal import line_write, place_of
from backend.pipeline.models import Run
from backend.pipeline.parameters import differences, mapping_checked
from backend.pipeline.progress import Reporter
from backend.pipeline.shutdown import worker_is_ending
from backend.polls.models import Poll
from backend.scores.errors import ScoresHeld
from backend.scores.selectors import hold_of
from solidago.errors import Cancelled, SolidagoError

logger = logging.getLogger(__name__)


def run_create(
    *,
    poll: Poll,
    trigger: Run.Trigger,
    started_by: User | None = None,
    config: Mapping[str, object] | None = None,
    is_dry_run: bool = False,
) -> Run:
    """Queue a run of a poll; ``config`` prevails over the poll's own. `run_enqueue` hands it to a worker.

    Raises
    ------
    RunAlreadyActive
        ``error.details["run_id"]`` is the active one.
    InvalidRunConfig
        ``error.field`` names the constant.
    ScoresHeld
    """
    if not is_dry_run and hold_of(poll=poll) is not None:
        raise ScoresHeld
    run = run_of(poll=poll, trigger=trigger, started_by=started_by, config=config, is_dry_run=is_dry_run)
    _insert(run)
    return run


def run_of(
    *,
    poll: Poll,
    trigger: Run.Trigger,
    started_by: User | None = None,
    config: Mapping[str, object] | None = None,
    is_dry_run: bool = False,
) -> Run:
    """Return a run with its constants, which is not stored.

    Raises
    ------
    InvalidRunConfig
    """
    own, asked = mapping_checked(poll.run_config), dict(config or {})
    return Run(
        poll=poll,
        trigger=trigger,
        started_by=started_by,
        config={**own, **asked},
        parameters=asked,
        differences=differences(own=own, asked=asked),
        is_dry_run=is_dry_run,
    )


def _insert(run: Run) -> None:
    try:
        # A transaction of its own: the refused insert must not spoil the caller's.
        with transaction.atomic():
            run.save(force_insert=True)
            # By the clock that tells how long it has waited, which may differ from this machine's.
            Run.objects.filter(pk=run.pk).update(updated_at=Now())
            line_write(run, "queued")
            staff_log(by=run.started_by, row=run, changes={"trigger": (None, run.trigger)}, is_new=True)
    except IntegrityError as error:
        active = Run.objects.filter(poll=run.poll, status__in=Run.ACTIVE).first()
        if active is None:
            raise
        raise already_active(active) from error


def already_active(run: Run) -> RunAlreadyActive:
    return RunAlreadyActive(run_id=run.pk, status=run.get_status_display().lower())


def run_enqueue(*, run: Run) -> None:
    """Hand a queued run to a worker once the transaction is committed."""
    # From now on it counts as sent, by the clock of `runs_recover`, which sends it again where Redis lost it.
    Run.objects.filter(pk=run.pk).update(updated_at=Now())
    run_send(run_id=run.pk)


def run_send(*, run_id: int) -> None:
    """Send a run to the workers once the transaction is committed."""
    # Robust: where Redis is down the run stays queued.
    transaction.on_commit(lambda: current_app.send_task("pipeline.run_execute", [run_id]), robust=True)


@transaction.atomic
def run_cancel(*, run: Run, by: User | None = None) -> Run:
    """Cancel a run: at once while it is queued, within a second or two once it is running.

    Raises
    ------
    RunNotActive
    """
    known, now = Run.objects.filter(pk=run.pk), Now()
    if known.filter(status=Run.Status.QUEUED).update(
        status=Run.Status.CANCELLED, is_cancel_requested=True, finished_at=now, updated_at=now
    ):
        line_write(run, "cancelled")
    elif known.filter(status=Run.Status.RUNNING).update(is_cancel_requested=True, updated_at=now):
        line_write(run, "cancel_requested")
    else:
        raise RunNotActive(run_id=run.pk)
    staff_log(by=by, row=run, changes={"cancelled": (False, True)})
    run.refresh_from_db()
    return run


def run_retry(*, run: Run, trigger: Run.Trigger, started_by: User | None = None) -> Run:
    """Queue another run with what was asked for an earlier one, over the poll's settings of today.

    Raises
    ------
    RunAlreadyActive, InvalidRunConfig
    """
    again = run_create(
        poll=run.poll, trigger=trigger, started_by=started_by, config=run.parameters, is_dry_run=run.is_dry_run
    )
    line_write(again, "retried", former=run.pk)
    return again


def run_execute(*, run_id: int) -> Run:
    """Execute a queued run in this process: snapshot, scores, publication.

    Safe to call twice: only a queued run is taken, by one caller. Whatever goes wrong is written on the run, which is
    returned; the published scores are then as they were. Call it outside of transactions.
    """
    lease = uuid4()
    if _lease_taken(run_id, lease):
        _execute(Run.objects.select_related("poll").get(pk=run_id), lease)
    return Run.objects.select_related("poll", "score_set").get(pk=run_id)


def _lease_taken(run_id: int, lease: UUID) -> bool:
    return bool(
        Run.objects.filter(pk=run_id, status=Run.Status.QUEUED).update(
            status=Run.Status.RUNNING,
            lease=lease,
            attempts=F("attempts") + 1,
            started_at=Now(),
            heartbeat_at=Now(),
            updated_at=Now(),
        )
    )


def _execute(run: Run, lease: UUID) -> None:
    """Take the steps of a run, and write on it how it ended."""
    with Reporter(run_id=run.pk, lease=lease) as reporter:
        execution = Execution(run, lease, reporter)
        reporter.journal.note("taken", attempt=run.attempts)
        _go_or_tell(execution)
        # Seconds of the last step are known after the transaction in which the run ended.
        Run.objects.filter(pk=run.pk, lease=lease).update(seconds=execution.seconds, memory=reporter.memory.steps)


def _go_or_tell(execution: Execution) -> None:
    try:
        execution.go()
    except (Cancelled, LeaseLost):
        _stop(execution)
    except AuditFailed as failure:
        message = _(
            "The audit found judgments that harm what they prefer, which must never happen: these scores are wrong. "
            "Nothing was published, and the scores shown before stay. The report says where it went wrong."
        )
        _end(execution, Run.Status.FAILED, "audit_failed", error=message, report=failure.report)
    except ScoresHeld as error:
        _end(execution, Run.Status.CANCELLED, "held", error=str(error))
    except (ApplicationError, SolidagoError) as error:
        logger.exception("Run %s failed", execution.run.pk)
        _fail(execution, error, str(error))
    except Exception as error:
        logger.exception("Run %s failed unexpectedly", execution.run.pk)
        if isinstance(error, Error) and is_transient(error):
            if run_retry_later(run=execution.run, lease=execution.lease, error=error):
                execution.reporter.journal.note("broken_off", kind=type(error).__name__)
            else:
                execution.reporter.journal.note("let_go")
            return
        message = _("The run broke off unexpectedly (%(kind)s); the log says where. Nothing was published.")
        _fail(execution, error, message % {"kind": type(error).__name__})


def _stop(execution: Execution) -> None:
    """Close the run as cancelled, or leave it to another worker where this one has to end."""
    if worker_is_ending() and run_hand_back(run=execution.run, lease=execution.lease):
        execution.reporter.journal.note("handed_back")
        run_enqueue(run=execution.run)
    else:
        _end(execution, Run.Status.CANCELLED, "cancelled")


def _fail(execution: Execution, error: Exception, message: str) -> None:
    where = {"kind": type(error).__name__, "place": place_of(error)}
    _end(execution, Run.Status.FAILED, "failed", where, error=message)


def _end(
    execution: Execution, status: Run.Status, event: str, details: Mapping[str, str] | None = None, **found: object
) -> None:
    """Close the run, unless it belongs to somebody else by now, or has ended."""
    connection.close_if_unusable_or_obsolete()
    active = Run.objects.filter(pk=execution.run.pk, lease=execution.lease, status=Run.Status.RUNNING)
    if active.update(status=status, finished_at=Now(), updated_at=Now(), seconds_left=None, **found):
        execution.reporter.journal.note(event, **(details or {}))
    else:
        execution.reporter.journal.note("let_go")
