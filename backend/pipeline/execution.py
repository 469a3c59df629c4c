"""What a worker does with a run: from the judgments to the published score set, or to what it would change."""

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from backend.pipeline.effect import effect_of
from backend.pipeline.forecast import Forecast, durations_of
from backend.pipeline.integrity.audit import run_audited
from backend.pipeline.integrity.influence import Found, influence_find, influence_store, influence_told
from backend.pipeline.models import Run
from backend.pipeline.parameters import config_read
from backend.pipeline.progress import Reporter
from backend.pipeline.report import Report, run_counts, run_report
from backend.pipeline.results import score_tables
from backend.pipeline.retention import poll_prune
from backend.pipeline.sessions import transaction_of
from backend.pipeline.snapshot import Facts, facts_read, snapshot_store
from backend.scores.models import ScoreSet
from backend.scores.selectors import score_set_published
from backend.scores.services import publication_unheld, score_set_publish
from backend.scores.tables import ScoreTables
from solidago import pipeline
from solidago.config import Config
from solidago.errors import Cancelled
from solidago.source import code_version
from solidago.stopping import stoppable

logger = logging.getLogger(__name__)

SNAPSHOT, AUDIT, INFLUENCE, PUBLICATION, EFFECT = "snapshot", "audit", "influence", "publication", "effect"
STEPS = (SNAPSHOT, *pipeline.STEPS, AUDIT, INFLUENCE, PUBLICATION)
"""All steps of a run, in order. A dry run ends with `EFFECT` instead of publishing."""


class LeaseLost(Exception):
    """Another execution holds this run now, or it was cancelled: nothing of this one may be published."""


class AuditFailed(Exception):
    """The scores break a promise that is a theorem, so they are wrong, and stay unpublished."""

    def __init__(self, *, report: Report) -> None:
        self.report = report
        super().__init__()


def forecast_for(run: Run, config: Config) -> Forecast:
    """Return how long a run will take, as far as the poll's earlier runs tell."""
    computing = pipeline.steps_of(config)
    last = EFFECT if run.is_dry_run else PUBLICATION
    return Forecast((SNAPSHOT, *computing, AUDIT, INFLUENCE, last), computing[1:], durations_of(run=run))


class Execution:
    """One attempt at a run, by the holder of its lease.

    Attributes
    ----------
    seconds : dict
        By step, as far as it has come.
    """

    def __init__(self, run: Run, lease: UUID, reporter: Reporter) -> None:
        self.run, self.lease, self.reporter = run, lease, reporter
        self.seconds: dict[str, float] = {}

    def go(self) -> None:
        """Take all steps.

        Raises
        ------
        Cancelled, LeaseLost, AuditFailed
        """
        self.config = config_read(self.run.config)
        self.reporter.forecast = forecast_for(self.run, self.config)
        with stoppable(self.reporter.cancelled):
            facts = self._facts()
            if not self._is_done_already(facts):
                self._compute(facts)

    def _is_done_already(self, facts: Facts) -> bool:
        """Close a run for news that cancelled each other out, and tell whether it was one.

        Where somebody holds the scores, news are left to the run that follows: it cannot compare with what is newest.
        """
        if self.run.trigger != Run.Trigger.NEWS or not self._is_published(facts):
            return False
        with self._publishing():
            publication_unheld(poll=self.run.poll)
            if not self._is_published(facts):  # somebody turned the poll back or forward in between
                return False
            self._finish(facts, score_set=None, report={"unchanged": True})
        self.reporter.journal.note("unchanged")
        return True

    def _compute(self, facts: Facts) -> None:
        reporter = self.reporter
        result = pipeline.run(facts.dataset, self.config, progress=reporter.progress, cancelled=reporter.cancelled)
        self.seconds |= result.seconds
        report = self._audited(facts, result)
        with self._timed(INFLUENCE):
            influence = influence_find(facts=facts, config=self.config, result=result)
        report |= {"influence": influence_told(config=self.config, found=influence)} if influence else {}
        if self.run.is_dry_run:
            self._tell_effect(facts, result, report)
        else:
            self._publish(facts, result, report, influence)
            self._prune()

    def _prune(self) -> None:
        """Drop older scores. Where the database breaks that off, the run is published all the same."""
        try:
            poll_prune(poll=self.run.poll)
        except (DatabaseError, InterfaceError):
            logger.exception("Old scores of poll %s were not dropped; beat sees to it within an hour", self.run.poll_id)
            connection.close_if_unusable_or_obsolete()

    def _facts(self) -> Facts:
        """Read the judgments, and keep them unless nothing will be published from them."""
        with self._timed(SNAPSHOT):
            with self.reporter.interruptible():
                facts = facts_read(poll=self.run.poll)
            counts = run_counts(facts=facts)
            self.reporter.forecast.sized(counts["judgments"])
            self.reporter.journal.note("read", news=len(facts.news_ids), **counts)
            # Told at once: while the run is active, this keeps the snapshot (see `snapshots_prune`).
            self._held().update(snapshot_digest=facts.digest, code_version=code_version(), **counts)
            if not self.run.is_dry_run:
                snapshot_store(poll=self.run.poll, facts=facts, lease=self.lease)
        return facts

    def _audited(self, facts: Facts, result: pipeline.Result) -> Report:
        """Return the run's report, unless its audit shows that it must not be published."""
        with self._timed(AUDIT):
            audit = run_audited(facts=facts, config=self.config, result=result)
        report = run_report(facts=facts, config=self.config, result=result, audit=audit)
        if not audit.passed:
            raise AuditFailed(report=report)
        self.reporter.journal.note("computed")
        return report

    def _publish(self, facts: Facts, result: pipeline.Result, report: Report, influence: Found) -> None:
        run = self.run
        with self._timed(PUBLICATION):
            tables = score_tables(poll=run.poll, dataset=facts.dataset, result=result)
            with self._publishing():
                score_set = self._score_set(facts, tables, influence)
                self._finish(facts, score_set=score_set, report=report)
        self.reporter.journal.note("published")

    @contextmanager
    def _publishing(self) -> Iterator[None]:
        with self.reporter.interruptible(), transaction_of(self.lease):
            yield

    def _score_set(self, facts: Facts, tables: ScoreTables, influence: Found) -> ScoreSet:
        poll, counts = self.run.poll, run_counts(facts=facts)
        return score_set_publish(
            poll=poll,
            tables=tables,
            snapshot_digest=facts.digest,
            config=self.config.to_mapping(),
            code_version=code_version(),
            judgments=counts["judgments"],
            contributors=counts["contributors"],
            entities=counts["entities"],
            and_store=lambda score_set: influence_store(poll=poll, score_set=score_set, facts=facts, found=influence),
        )

    def _tell_effect(self, facts: Facts, result: pipeline.Result, report: Report) -> None:
        """End a dry run: tell what it would have changed, and leave the news to a run that publishes."""
        with self._timed(EFFECT):
            tables = score_tables(poll=self.run.poll, dataset=facts.dataset, result=result)
            effect = effect_of(poll=self.run.poll, collective=tables.collective)
        self._succeed(score_set=None, result_digest=tables.digest(), report={**report, "effect": effect})
        self.reporter.journal.note("dry_run_done")

    def _finish(self, facts: Facts, *, score_set: ScoreSet | None, report: Mapping[str, object]) -> None:
        """Close the run and delete exactly the news that it saw, in the publishing transaction."""
        with transaction.atomic():
            self._succeed(
                score_set=score_set, result_digest=score_set.result_digest if score_set else "", report=report
            )
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM polls_news WHERE id = ANY(%s)", [facts.news_ids])

    def _succeed(self, *, score_set: ScoreSet | None, result_digest: str, report: Mapping[str, object]) -> None:
        """Close the run.

        The row is locked and the lease checked last, so that of two executions of one run (a worker thought dead that
        wakes up again) only the holder of the lease publishes.
        """
        with transaction.atomic():
            held = self._held().select_for_update().first()
            if held is None or held.is_cancel_requested:
                raise LeaseLost
            held.status, held.score_set, held.finished_at = Run.Status.SUCCEEDED, score_set, Now()
            held.result_digest, held.report = result_digest, dict(report)
            held.seconds, held.memory = self.seconds, self.reporter.memory.steps
            held.step, held.done, held.total, held.seconds_left = "", 0, 0, None
            held.save()

    def _held(self) -> QuerySet[Run]:
        """Return the run, as long as it is this execution's."""
        return Run.objects.filter(pk=self.run.pk, lease=self.lease, status=Run.Status.RUNNING)

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        if self.reporter.cancelled():
            raise Cancelled(f"Cancelled before the step: {step}.")
        self.reporter.progress(step, 0, 1)
        connection.close_if_unusable_or_obsolete()  # the database may have been restarted since the last step
        started = time.monotonic()
        yield
        self.seconds[step] = round(time.monotonic() - started, 4)
        self.reporter.progress(step, 1, 1)

    def _is_published(self, facts: Facts) -> bool:
        """Tell whether this very computation is what the poll shows already: the news cancelled each other out."""
        shown = score_set_published(poll=self.run.poll)
        return shown is not None and (shown.snapshot_digest, shown.config, shown.code_version) == (
            facts.digest,
            self.config.to_mapping(),
            code_version(),
        )
