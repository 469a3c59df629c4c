"""Writes: runs, from the request to the published score set."""

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID, uuid4

from celery import current_app
from django.db import Error, IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.accounts.models import User
from backend.common.errors import ApplicationError, InvalidRunConfig, RunAlreadyActive, RunNotActive
from backend.pipeline.attempts import is_transient, run_hand_back, run_retry_later
from backend.pipeline.integrity.audit import run_audited
from backend.pipeline.integrity.influence import influence_find, influence_prune, influence_store, influence_told
from backend.pipeline.models import Run
from backend.pipeline.progress import Reporter
from backend.pipeline.report import Report, run_counts, run_report
from backend.pipeline.results import score_tables
from backend.pipeline.shutdown import worker_is_ending
from backend.pipeline.snapshot import Facts, facts_read, snapshot_store, snapshots_prune
from backend.polls.models import Poll
from backend.scores.models import ScoreSet
from backend.scores.selectors import score_set_published
from backend.scores.services import score_set_publish, score_sets_kept_whole, score_sets_prune
from solidago import pipeline
from solidago.config import Config
from solidago.errors import Cancelled, InvalidConfig, SolidagoError
from solidago.source import code_version

logger = logging.getLogger(__name__)

SNAPSHOT, AUDIT, INFLUENCE, PUBLICATION = "snapshot", "audit", "influence", "publication"
STEPS = (SNAPSHOT, *pipeline.STEPS, AUDIT, INFLUENCE, PUBLICATION)
"""All steps of a run, in order."""

PUBLISHING_LIMITS = """
    SET LOCAL idle_in_transaction_session_timeout = '30s';
    SET LOCAL lock_timeout = '60s';
    SET LOCAL tcp_keepalives_idle = 10;
    SET LOCAL tcp_keepalives_interval = 5;
    SET LOCAL tcp_keepalives_count = 4;
"""


class LeaseLost(Exception):
    """Another execution holds this run now, or it was cancelled: nothing of this one may be published."""


class AuditFailed(Exception):
    """The scores break a promise that is a theorem, so they are wrong, and stay unpublished."""

    def __init__(self, *, facts: Facts, report: Report) -> None:
        self.facts, self.report = facts, report
        super().__init__()


def run_create(
    *, poll: Poll, trigger: Run.Trigger, started_by: User | None = None, config: Mapping[str, object] | None = None
) -> Run:
    """Queue a run of a poll; ``config`` prevails over the poll's own. `run_enqueue` hands it to a worker.

    Raises
    ------
    RunAlreadyActive
        ``error.details["run_id"]`` is the active one.
    InvalidRunConfig
        ``error.field`` names the constant.
    """
    effective = {**poll.run_config, **(config or {})}
    _config(effective)
    try:
        # A transaction of its own: the refused insert must not spoil the caller's.
        with transaction.atomic():
            return Run.objects.create(poll=poll, trigger=trigger, started_by=started_by, config=effective)
    except IntegrityError as error:
        active = Run.objects.filter(poll=poll, status__in=Run.ACTIVE).first()
        if active is None:
            raise
        raise RunAlreadyActive(run_id=active.pk, status=active.get_status_display().lower()) from error


def run_config_check(*, config: object) -> None:
    """Refuse a configuration with which no run could start.

    Raises
    ------
    InvalidRunConfig
    """
    if not isinstance(config, Mapping):
        raise InvalidRunConfig(reason=_('write it as {} or as {"name of a constant": value}.'))
    _config(config)


def _config(mapping: Mapping[str, object]) -> Config:
    try:
        return Config.from_mapping(mapping)
    except InvalidConfig as error:
        raise InvalidRunConfig(field=error.field, reason=str(error)) from error


def run_enqueue(*, run: Run) -> None:
    """Hand a queued run to a worker once the transaction is committed."""
    # From now on it counts as sent, by the clock of `runs_recover`, which sends it again where Redis lost it.
    Run.objects.filter(pk=run.pk).update(updated_at=Now())
    # Robust: where Redis is down the run stays queued.
    transaction.on_commit(lambda: current_app.send_task("pipeline.run_execute", [run.pk]), robust=True)


def run_cancel(*, run: Run) -> Run:
    """Cancel a run: at once while it is queued, between two steps once it is running.

    Raises
    ------
    RunNotActive
    """
    active = Run.objects.filter(pk=run.pk)
    now = timezone.now()
    if not active.filter(status=Run.Status.QUEUED).update(
        status=Run.Status.CANCELLED, is_cancel_requested=True, finished_at=now, updated_at=now
    ) and not active.filter(status=Run.Status.RUNNING).update(is_cancel_requested=True, updated_at=now):
        raise RunNotActive(run_id=run.pk)
    run.refresh_from_db()
    return run


def run_execute(*, run_id: int) -> Run:
    """Execute a queued run in this process: snapshot, scores, publication.

    Safe to call twice: only a queued run is taken, by one caller. Whatever goes wrong is written on the run, which is
    returned; the published scores are then as they were. Call it outside of transactions.
    """
    lease = uuid4()
    if _lease_taken(run_id, lease):
        with Reporter(run_id=run_id, lease=lease) as reporter:
            _execute_or_fail(run_id, lease, reporter)
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


def _execute_or_fail(run_id: int, lease: UUID, reporter: Reporter) -> None:
    run = Run.objects.select_related("poll").get(pk=run_id)
    try:
        _execute(run, lease, reporter)
    except (Cancelled, LeaseLost):
        _stop(run, lease)
    except AuditFailed as failure:
        message = _(
            "The audit found judgments that harm what they prefer, which must never happen: these scores are wrong. "
            "Nothing was published, and the scores shown before stay. The report says where it went wrong."
        )
        found = {"report": failure.report, "snapshot_digest": failure.facts.digest}
        _end(run, lease, Run.Status.FAILED, message, **found)
    except (ApplicationError, SolidagoError) as error:
        logger.exception("Run %s failed", run_id)
        _end(run, lease, Run.Status.FAILED, str(error))
    except Exception as error:
        logger.exception("Run %s failed unexpectedly", run_id)
        if isinstance(error, Error) and is_transient(error):
            run_retry_later(run=run, lease=lease, error=error)
            return
        message = _("The run broke off unexpectedly (%(kind)s); the log says where. Nothing was published.")
        _end(run, lease, Run.Status.FAILED, message % {"kind": type(error).__name__})


def _stop(run: Run, lease: UUID) -> None:
    """Close the run as cancelled, or leave it to another worker where this one has to end."""
    if worker_is_ending() and run_hand_back(run=run, lease=lease):
        run_enqueue(run=run)
    else:
        _end(run, lease, Run.Status.CANCELLED, "")


def _end(run: Run, lease: UUID, status: Run.Status, message: str, **found: object) -> None:
    """Close the run, unless it belongs to somebody else by now."""
    connection.close_if_unusable_or_obsolete()
    Run.objects.filter(pk=run.pk, lease=lease, status=Run.Status.RUNNING).update(
        status=status, error=message, finished_at=Now(), updated_at=Now(), **found
    )


def _execute(run: Run, lease: UUID, reporter: Reporter) -> None:
    """Go from the judgments to the published score set."""
    config = _config(run.config)
    seconds: dict[str, float] = {}
    with _timed(SNAPSHOT, seconds, reporter):
        facts = facts_read(poll=run.poll)
        if run.trigger == Run.Trigger.NEWS and _is_published(run.poll, facts, config):
            _finish(run, lease, facts, seconds, score_set=None, report={"unchanged": True})
            return
        snapshot_store(poll=run.poll, facts=facts)
    result = pipeline.run(facts.dataset, config, progress=reporter.progress, cancelled=reporter.cancelled)
    seconds |= result.seconds
    report = _audited(facts, config, result, seconds, reporter)
    with _timed(INFLUENCE, seconds, reporter):
        influence = influence_find(facts=facts, config=config, result=result)
        report |= {"influence": influence_told(config=config, found=influence)} if influence else {}
    with _timed(PUBLICATION, seconds, reporter), _publishing():
        score_set = _publish(run, facts, config, result)
        influence_store(poll=run.poll, score_set=score_set, facts=facts, found=influence)
        _finish(run, lease, facts, seconds, score_set=score_set, report=report)
    Run.objects.filter(pk=run.pk).update(seconds=seconds)
    score_sets_prune(poll=run.poll)
    influence_prune(poll=run.poll)
    kept = [score_set.snapshot_digest for score_set in score_sets_kept_whole(poll=run.poll)]
    snapshots_prune(poll=run.poll, keep=kept)


def _audited(
    facts: Facts, config: Config, result: pipeline.Result, seconds: dict[str, float], reporter: Reporter
) -> Report:
    """Return the run's report, unless its audit shows that it must not be published."""
    with _timed(AUDIT, seconds, reporter):
        audit = run_audited(facts=facts, config=config, result=result)
    report = run_report(facts=facts, config=config, result=result, audit=audit)
    if not audit.passed:
        raise AuditFailed(facts=facts, report=report)
    return report


@contextmanager
def _timed(step: str, seconds: dict[str, float], reporter: Reporter) -> Iterator[None]:
    if reporter.cancelled():
        raise Cancelled(f"Cancelled before the step: {step}.")
    reporter.progress(step, 0, 1)
    started = time.monotonic()
    yield
    seconds[step] = round(time.monotonic() - started, 4)


def _is_published(poll: Poll, facts: Facts, config: Config) -> bool:
    """Tell whether this very computation is what the poll shows already: the news cancelled each other out."""
    shown = score_set_published(poll=poll)
    return shown is not None and (shown.snapshot_digest, shown.config, shown.code_version) == (
        facts.digest,
        config.to_mapping(),
        code_version(),
    )


@contextmanager
def _publishing() -> Iterator[None]:
    """Open the publishing transaction, whose locks other publishers and the reaper must never wait for in vain.

    PostgreSQL ends it where this process falls silent (it is stopped, its machine or the network is gone).
    """
    connection.close_if_unusable_or_obsolete()  # the database may have been restarted since the snapshot
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(PUBLISHING_LIMITS)
        yield


def _publish(run: Run, facts: Facts, config: Config, result: pipeline.Result) -> ScoreSet:
    counts = run_counts(facts=facts)
    return score_set_publish(
        poll=run.poll,
        tables=score_tables(poll=run.poll, dataset=facts.dataset, result=result),
        snapshot_digest=facts.digest,
        config=config.to_mapping(),
        code_version=code_version(),
        judgments=counts["judgments"],
        contributors=counts["contributors"],
        entities=counts["entities"],
    )


def _finish(
    run: Run,
    lease: UUID,
    facts: Facts,
    seconds: Mapping[str, float],
    *,
    score_set: ScoreSet | None,
    report: Mapping[str, object],
) -> None:
    """Close the run and delete exactly the news that it saw, in the publishing transaction.

    The row is locked and the lease checked last, so that of two executions of one run (a worker thought dead that
    wakes up again) only the holder of the lease publishes.
    """
    with transaction.atomic():
        held = Run.objects.select_for_update().filter(pk=run.pk, lease=lease, status=Run.Status.RUNNING).first()
        if held is None or held.is_cancel_requested:
            raise LeaseLost
        held.status, held.score_set, held.finished_at = Run.Status.SUCCEEDED, score_set, Now()
        held.snapshot_digest, held.seconds, held.report = facts.digest, dict(seconds), dict(report)
        held.step, held.done, held.total = "", 0, 0
        held.save()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM polls_news WHERE id = ANY(%s)", [facts.news_ids])
