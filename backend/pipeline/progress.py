"""A run's progress and log, written while it computes, and the orders it receives."""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self
from uuid import UUID

import psycopg
from django.db import Error, connection
from django.db.models.functions import Now

from backend.pipeline.forecast import Forecast, Position
from backend.pipeline.interrupt import Interrupt
from backend.pipeline.journal import Journal
from backend.pipeline.memory import PeakMemory
from backend.pipeline.models import Run
from backend.pipeline.shutdown import worker_is_ending

logger = logging.getLogger(__name__)

PERIOD = 0.5
"""Seconds between two writes: fast enough to look live, slow enough to cost nothing."""


class Reporter:
    """Writes a run's progress and log from a thread of its own, on a connection of its own, each write by itself.

    So progress is seen at once, a long step keeps its heartbeat, the publishing transaction stays short, and the log
    tells of what was rolled back. `cancelled` turns true when somebody asks for it, when the lease is lost, and
    when the worker is to end.

    Attributes
    ----------
    forecast : Forecast
        One that knows nothing, until it is given.
    journal : Journal
    memory : PeakMemory
    """

    def __init__(self, *, run_id: int, lease: UUID) -> None:
        self.forecast, self.journal, self.memory = Forecast(), Journal(run_id), PeakMemory()
        self._run = Run.objects.filter(pk=run_id, lease=lease, status=Run.Status.RUNNING)
        self._position = Position("", 0, 0)
        self._is_cancelled = self._is_unwritten = False
        self._interrupt = Interrupt()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._write_until_ended, name=f"progress of run {run_id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def progress(self, step: str, done: int, total: int) -> None:
        """Take note that a part of a step begins, or that the one that began is done; satisfies `Progress`."""
        if (step, done) == (self._position.step, self._position.done + 1):
            self.memory.end(step)
        else:
            self.memory.begin()
            if total > 1:
                self.journal.note("part", step=step, part=done + 1, parts=total)
            else:
                self.journal.note("step", step=step)
        self._position = Position(step, done, total)

    def cancelled(self) -> bool:
        """Tell whether the run should stop."""
        return self._is_cancelled or worker_is_ending()

    def interruptible(self) -> AbstractContextManager[None]:
        """Let a statement to the database inside be broken off, too, with `Cancelled`."""
        return self._interrupt.statements(self.cancelled)

    def _write_until_ended(self) -> None:
        try:
            while not self._ended.wait(PERIOD):
                self._attempt(self._write)
            self._attempt(self.journal.write)
        finally:
            connection.close()

    def _attempt(self, write: Callable[[], None]) -> None:
        try:
            write()
        except (Error, psycopg.Error) as error:
            # A lost connection costs a heartbeat, not the run; the next write opens a new one.
            logger.exception("The progress of a run could not be written")
            if not self._is_unwritten:
                self.journal.note("unwritten", kind=type(error).__name__)
            self._is_unwritten = True
            connection.close()
        else:
            self._is_unwritten = False

    def _write(self) -> None:
        at = self._position
        left = self.forecast.seconds_left(at)
        # The database's clock: whoever looks for dead runs reads the same one.
        owned = self._run.update(step=at.step, done=at.done, total=at.parts, seconds_left=left, heartbeat_at=Now())
        self._is_cancelled = not owned or self._run.filter(is_cancel_requested=True).exists()
        if self.cancelled():
            self._interrupt.interrupt()
        self.journal.write()
