"""Progress of a run on stderr: a live bar on a terminal, else a line a step."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

BAR = 24
"""Characters of the bar."""
WIPE = "\r\x1b[K"
"""Back to the start of the line, and clear it."""


class Reporter:
    """Says what is under way and how long it took; ``seconds`` keeps the times of `part`."""

    def __init__(self) -> None:
        self.parts, self.finished = 0, 0
        self.seconds: dict[str, float] = {}
        self._live = sys.stderr.isatty()
        self._step: str | None = None
        self._begun = 0.0

    def expect(self, parts: int) -> None:
        """Say how many parts there are in all, once that is known."""
        self.parts = parts

    def __call__(self, step: str, done: int, total: int) -> None:
        """Take note of a step: called before and after each of its parts, as `solidago.pipeline.Progress`."""
        if step != self._step:
            self._step, self._begun = step, time.perf_counter()
            self._draw(step)
            return
        self._step = None
        self.finished += 1
        label = step if total == 1 else f"{step} {done}/{total}"
        self._line(f"{label:<22} {time.perf_counter() - self._begun:8.2f} s")

    @contextmanager
    def part(self, step: str) -> Iterator[None]:
        """Report and time what the block does."""
        self(step, 0, 1)
        begun = time.perf_counter()
        yield
        self.seconds[step] = time.perf_counter() - begun
        self(step, 1, 1)

    def _draw(self, step: str) -> None:
        if self._live:
            full = BAR * self.finished // self.parts if self.parts else 0
            print(f"{WIPE}[{'#' * full}{'.' * (BAR - full)}] {step}", end="", file=sys.stderr, flush=True)

    def _line(self, text: str) -> None:
        print(f"{WIPE if self._live else ''}{text}", file=sys.stderr, flush=True)
