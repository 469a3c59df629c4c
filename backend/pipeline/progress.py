"""A run's progress, written while it computes, and the orders it receives."""

import logging
import threading
from types import TracebackType
from typing import Self
from uuid import UUID

from django.db import DatabaseError, InterfaceError, connection
from django.db.models.functions import Now

from backend.pipeline.models import Run
from backend.pipeline.shutdown import worker_is_ending

logger = logging.getLogger(__name__)

PERIOD = 0.5
"""Seconds between two writes: fast enough to look live, slow enough to cost nothing."""


class Reporter:
    """Writes a run's progress from a thread of its own, on a connection of its own, each write by itself.

    So progress is seen at once, a long step keeps its heartbeat, and the publishing transaction stays short.
    `cancelled` turns true when somebody asks for it, when the lease is lost, and when the worker is to end.
    """

    def __init__(self, *, run_id: int, lease: UUID) -> None:
        self._run = Run.objects.filter(pk=run_id, lease=lease, status=Run.Status.RUNNING)
        self._position: tuple[str, int, int] = ("", 0, 0)
        self._is_cancelled = False
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
        """Take note of where the run is; satisfies `solidago.pipeline.Progress`."""
        self._position = (step, done, total)

    def cancelled(self) -> bool:
        """Tell whether the run should stop."""
        return self._is_cancelled or worker_is_ending()

    def _write_until_ended(self) -> None:
        try:
            while not self._ended.wait(PERIOD):
                self._write()
        finally:
            connection.close()

    def _write(self) -> None:
        step, done, total = self._position
        try:
            # The database's clock: whoever looks for dead runs reads the same one.
            owned = self._run.update(step=step, done=done, total=total, heartbeat_at=Now())
            self._is_cancelled = not owned or self._run.filter(is_cancel_requested=True).exists()
        except (DatabaseError, InterfaceError):
            # A lost connection costs a heartbeat, not the run; the next write opens a new one.
            logger.exception("The progress of a run could not be written")
            connection.close()
