"""How long a run still takes, told from the poll's earlier runs."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from django.db.models import Q

from backend.pipeline.models import Run

EARLIER = 5
"""Runs that are asked."""
OVERDUE = 2.0
"""A part that takes so many times what it took before, and some seconds, is beyond what is known."""
OVERDUE_SECONDS = 5.0

Duration = tuple[Mapping[str, float], int]
"""Of one earlier run: seconds by step, and judgments."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a run is: parts of a step that are done, of all, and since when it is there."""

    step: str
    done: int
    parts: int
    since: float = field(default_factory=time.monotonic)

    @property
    def elapsed(self) -> float:
        """Seconds since it came there."""
        return time.monotonic() - self.since


class Forecast:
    """Seconds by step, as the earlier runs of a poll took them, in proportion to their judgments."""

    def __init__(
        self, steps: Sequence[str] = (), by_criterion: Sequence[str] = (), earlier: Sequence[Duration] = ()
    ) -> None:
        self._steps, self._by_criterion = [*steps], frozenset(by_criterion)
        self._earlier = [(seconds, judgments) for seconds, judgments in earlier if seconds]
        self._judgments: int | None = None

    def sized(self, judgments: int) -> None:
        """Take note of how much there is to compute; before, as much as the last time is assumed."""
        self._judgments = judgments

    def seconds_left(self, at: Position) -> float | None:
        """Return how long the run still takes; None where nothing tells."""
        if not self._earlier or at.step not in self._steps:
            return None
        usual, elapsed = self._usual(), at.elapsed
        part = usual[at.step] / max(at.parts, 1)
        if elapsed > OVERDUE * part + OVERDUE_SECONDS:
            return None
        left = sum(usual[step] * self._share_left(step, at) for step in self._steps)
        return max(left - min(elapsed, part), 0.0)

    def _usual(self) -> dict[str, float]:
        taken: dict[str, list[float]] = defaultdict(list)
        for seconds, judgments in self._earlier:
            growth = 1.0 if self._judgments is None or not judgments else self._judgments / judgments
            for step in self._steps:
                taken[step].append(seconds.get(step, 0.0) * growth)
        return {step: median(values) for step, values in taken.items()}

    def _share_left(self, step: str, at: Position) -> float:
        """Return which share of a step is still to do, the present part included.

        The library goes through its steps criterion by criterion: those before the present one are a part ahead.
        """
        before = self._steps.index(step) < self._steps.index(at.step)
        if at.step in self._by_criterion and step in self._by_criterion:
            return 1.0 - (at.done + before) / max(at.parts, 1)
        if step == at.step:
            return 1.0 - at.done / max(at.parts, 1)
        return 0.0 if before else 1.0


def durations_of(*, run: Run) -> list[Duration]:
    """Return what the poll's last runs by the same method took; those that found nothing new computed nothing."""
    method = Q(config__method=run.config["method"]) if "method" in run.config else ~Q(config__has_key="method")
    earlier = Run.objects.filter(method, poll=run.poll_id, status=Run.Status.SUCCEEDED).exclude(result_digest="")
    newest = earlier.order_by("-pk").values_list("seconds", "judgments")[:EARLIER]
    return [(seconds, judgments or 0) for seconds, judgments in newest]
