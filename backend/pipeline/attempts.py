"""A run that one worker could not finish: when another tries, and when nobody does any more."""

import time
from datetime import timedelta
from uuid import UUID

from django.db import Error, InterfaceError, OperationalError, connection
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from backend.pipeline.models import Run

STALE = timedelta(seconds=45)
"""A run is given up after so long without heartbeat (one every half second while its worker lives)."""
MOST_ATTEMPTS = 3
RETRY_PAUSE = timedelta(seconds=10)
"""After a first attempt that the database broke off; twice as long after the second."""
DATABASE_PATIENCE = 30.0
"""Seconds within which a database that restarts answers again."""

DISK_FULL = "53100"
TRANSIENT = ("08", "40", "53", "55", "57", "58", "XX")
"""PostgreSQL's classes of errors that do not come from the statement: connection, conflict, room, lock, operator..."""
FOREIGN_KEY = "23503"
"""Somebody, or an item, was deleted while their scores were being published: the next snapshot is without them."""


def is_transient(error: Error) -> bool:
    """Tell whether the reason of an error is the state of the database, not what was asked of it."""
    code = _code(error)
    if not code:
        return isinstance(error, (OperationalError, InterfaceError))
    return code[:2] in TRANSIENT or code == FOREIGN_KEY


def _code(error: Error) -> str:
    """Return PostgreSQL's code of an error; nothing where the connection was lost."""
    return getattr(error.__cause__, "sqlstate", None) or ""


def run_retry_later(*, run: Run, lease: UUID, error: Error) -> bool:
    """Queue a run again that the database broke off, or close it with the reason after `MOST_ATTEMPTS`.

    Return whether it was still this execution's: the answer to a commit may be all that was lost. Where the database
    is away for long, nothing is written: the reaper finds the run without heartbeat.
    """
    deadline = time.monotonic() + DATABASE_PATIENCE
    while True:
        try:
            return _retry_later(run, lease, error)
        except (OperationalError, InterfaceError):
            if time.monotonic() > deadline:
                raise
            connection.close()
            time.sleep(0.5)


def _retry_later(run: Run, lease: UUID, error: Error) -> bool:
    connection.close_if_unusable_or_obsolete()
    if run.attempts < MOST_ATTEMPTS:
        # The reaper sends what has been queued for as long as STALE.
        due = Now() - STALE + run.attempts * RETRY_PAUSE
        return bool(_held(run, lease).update(**_QUEUED, updated_at=due))
    closed = {"status": Run.Status.FAILED, "error": _told(error)}
    return bool(_held(run, lease).update(**closed, finished_at=Now(), updated_at=Now()))


def _held(run: Run, lease: UUID) -> QuerySet[Run]:
    return Run.objects.filter(pk=run.pk, lease=lease, status=Run.Status.RUNNING)


_QUEUED = {"status": Run.Status.QUEUED, "lease": None, "step": "", "done": 0, "total": 0, "seconds_left": None}


def _told(error: Error) -> str:
    if _code(error) == DISK_FULL:
        return _("The database's disk is full: make room, then start the run again. Nothing was published.")
    return _("The database broke the run off %(count)s times (%(kind)s); the log says more. Nothing was published.") % {
        "count": MOST_ATTEMPTS,
        "kind": type(error).__name__,
    }


def run_hand_back(*, run: Run, lease: UUID) -> bool:
    """Queue a run again that this worker may not finish, unless it is to be cancelled; it was no attempt."""
    kept = _held(run, lease).filter(is_cancel_requested=False)
    return bool(kept.update(**_QUEUED, attempts=F("attempts") - 1, updated_at=Now()))
