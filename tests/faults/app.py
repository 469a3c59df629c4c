"""The platform's Celery application with accidents: ``celery -A tests.faults.app worker``.

A run stops before the step that the file ``hold`` names, or in the midst of sending rows to the table of that name,
says so with the file ``held``, and goes on when ``hold`` is gone. A poll with the criterion ``poison`` kills whichever
process computes it. What takes a minute takes seconds.
"""

import os
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery.signals import worker_init

from backend.config.celery import app

__all__ = ["app"]
FOLDER = Path(os.environ["FAULTS_FOLDER"])
STALE = float(os.environ["FAULTS_STALE"])


def pause(seconds: float) -> None:
    """Sleep, also where libfaketime moves the clock: it makes an error of Python's own way to sleep."""
    select.select([], [], [], seconds)


if "FAKETIME_TIMESTAMP_FILE" in os.environ:
    time.sleep = pause


@worker_init.connect
def prepare_accidents(**_: object) -> None:
    """Wrap what a run goes through, before the worker forks; its models cannot be imported earlier."""
    from backend.common import bulk
    from backend.pipeline import attempts, reaper, sessions, tasks
    from backend.pipeline.progress import Reporter
    from solidago import pipeline

    attempts.STALE = reaper.PAUSE_AFTER_FAILURE = timedelta(seconds=STALE)
    attempts.RETRY_PAUSE = timedelta(seconds=STALE / 2)
    reaper.NEWS_AGE = timedelta(0)
    tasks.LEAST_PAUSE = 1
    sessions.LIMITS = sessions.LIMITS.replace("'30s'", f"'{STALE}s'")
    progress, run, copying = Reporter.progress, pipeline.run, bulk._copying

    def held_progress(self: Reporter, step: str, done: int, total: int) -> None:
        progress(self, step, done, total)
        hold(step)

    @contextmanager
    def held_copying(statement: Any, *arguments: Any) -> Iterator[Any]:
        with copying(statement, *arguments) as copy:
            yield copy
            # The server waits for more rows, or for the word that there are none.
            text = statement if isinstance(statement, str) else statement.as_string(None)
            if (table := ordered()) and text.startswith(f'COPY "{table}'):
                hold(table)

    def poisoned_run(dataset: Any, *arguments: Any, **options: Any) -> Any:
        if "poison" in dataset.criteria:
            os.abort()
        return run(dataset, *arguments, **options)

    Reporter.progress = held_progress  # type: ignore[method-assign]
    pipeline.run = poisoned_run
    bulk._copying = held_copying


def hold(step: str) -> None:
    """Wait where the test wants to find this run."""
    while ordered() == step:
        (FOLDER / "held").touch()
        pause(0.02)


def ordered() -> str:
    try:
        return (FOLDER / "hold").read_text()
    except FileNotFoundError:
        return ""
