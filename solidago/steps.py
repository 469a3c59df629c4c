"""The steps of a run: timed, reported, and where it can be stopped."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from solidago.errors import Cancelled


class Progress(Protocol):
    """Told before and after each criterion's part of a step: the step's name, criteria done, criteria in all."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Take note; must return quickly."""


def silent(step: str, done: int, total: int) -> None:
    """Report to nobody."""


class Steps:
    """Times the steps, reports them, and stops between them if asked to."""

    def __init__(self, total: int, progress: Progress, cancelled: Callable[[], bool]) -> None:
        self.total, self.progress, self.cancelled = total, progress, cancelled
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def timed(self, step: str, done: int, total: int | None = None) -> Iterator[None]:
        """Surround the part of a step that follows ``done`` others."""
        total = self.total if total is None else total
        if self.cancelled():
            raise Cancelled(f"Cancelled before the step: {step}.")
        self.progress(step, done, total)
        start = time.perf_counter()
        yield
        self.seconds[step] += time.perf_counter() - start
        self.progress(step, done + 1, total)
