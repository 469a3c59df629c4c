"""Reads: what a poll tells about its scores, so that nobody needs to take them on trust."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.entities.models import Entity
from backend.pipeline.models import InfluenceBound, Run
from backend.pipeline.selectors import run_list
from backend.polls.models import Poll
from backend.scores.models import ScoreSet

RUNS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Integrity:
    """The published score set of a poll, the run that computed it, and the poll's last runs, newest first.

    Dry runs, their owner's affair, are left out. ``score_set`` is None before the first run; ``run`` is None too where
    scores were published without one.
    """

    score_set: ScoreSet | None
    run: Run | None
    runs: list[Run]

    @property
    def report(self) -> Mapping[str, Any]:
        """What the published scores' run tells about itself."""
        return self.run.report if self.run else {}

    @property
    def last_failed_audit(self) -> Run | None:
        """The newest run, if it was not published because its scores were wrong."""
        last = self.runs[0] if self.runs else None
        if last is None or last.status != Run.Status.FAILED:
            return None
        return last if last.report.get("audit", {}).get("passed") is False else None


def integrity_of(*, poll: Poll) -> Integrity:
    """Return what is known about a poll's published scores; two queries."""
    score_set = ScoreSet.objects.filter(publications__poll=poll).select_related("run", "poll__hold").first()
    run: Run | None = getattr(score_set, "run", None)
    return Integrity(score_set, run, list(run_list(poll=poll).filter(is_dry_run=False)[:RUNS_SHOWN]))


def influence_of(*, entity: Entity) -> dict[int, InfluenceBound]:
    """Return how far others could move an item's published scores, by the criterion's key."""
    found = InfluenceBound.objects.filter(score_set__publications__poll=entity.poll_id, entity=entity)
    return {bound.criterion_id: bound for bound in found}


def report_published(*, poll: Poll) -> Mapping[str, Any]:
    """Return what the run of a poll's published scores tells about itself; nothing where there is none."""
    report = Run.objects.filter(score_set__publications__poll=poll).values_list("report", flat=True).first()
    return report or {}
