"""What the site needs to work, and whether it is there. No check can hang for longer than its time."""

import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from backend.observability.probes.heartbeats import BEAT, LIFE, WORKER, heartbeat_found

logger = logging.getLogger(__name__)

SECONDS = 2.0
"""How long a check may take."""
KEPT = 1.0
"""For how long an outcome is told again: many may ask."""
GIVEN_UP = 60.0
"""A check that has not answered for so long never will."""


Reason = str | Promise
"""Why a check is not ok, in the reader's language; empty where it is."""
SILENT = {
    WORKER: _("No worker gave a sign of life for {seconds} seconds. Start one."),
    BEAT: _("Beat gave no sign of life for {seconds} seconds. Start it."),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found; ``reason`` is empty where all is well, and is for those who run the site."""

    name: str
    reason: Reason = ""
    milliseconds: float = 0.0

    @property
    def is_ok(self) -> bool:
        return not self.reason


def _no_answer(store: str, error: Exception) -> Reason:
    return format_lazy(_("{store} does not answer ({error})."), store=store, error=type(error).__name__)


def _database() -> Reason:
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return _no_answer("PostgreSQL", error)
    return ""


def _migrations() -> Reason:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return _no_answer("PostgreSQL", error)
    if plan:
        return format_lazy(_("Migrations that are not applied: {n}. Run: manage.py migrate"), n=len(plan))
    # Read from files and a table: true for as long as this process runs its code.
    _settled.add("migrations")
    return ""


def _redis() -> Reason:
    try:
        cache.get("readiness")
    except (RedisError, OSError) as error:
        return _no_answer("Redis", error)
    return ""


def _alive(kind: str) -> Callable[[], Reason]:
    def check() -> Reason:
        try:
            found = heartbeat_found(kind)
        except (RedisError, OSError) as error:
            return _no_answer("Redis", error)
        return "" if found else format_lazy(SILENT[kind], seconds=LIFE)

    return check


CHECKS: dict[str, Callable[[], Reason]] = {
    "database": _database,
    "migrations": _migrations,
    "redis": _redis,
    WORKER: _alive(WORKER),
    BEAT: _alive(BEAT),
}
_settled: set[str] = set()
_asked: dict[str, "_Question"] = {}
_lock = threading.Lock()


class _Question:
    """A check under way, in a thread of its own that nobody waits for at the end of the process."""

    def __init__(self, name: str) -> None:
        self.started = time.monotonic()
        self.ended: float | None = None
        self.outcome = Outcome(
            name, format_lazy(_("No answer within {seconds} seconds."), seconds=round(SECONDS)), 1000 * SECONDS
        )
        self._thread = threading.Thread(target=self._answer, args=(name,), name=f"readiness {name}", daemon=True)
        self._thread.start()

    @property
    def is_stale(self) -> bool:
        """Tell whether to ask again: the answer is old, or there will be none, as a connection died in silence."""
        now = time.monotonic()
        return now - self.started > GIVEN_UP if self.ended is None else now - self.ended > KEPT

    def wait(self, seconds: float) -> Outcome:
        self._thread.join(timeout=max(0.0, seconds))
        return self.outcome

    def _answer(self, name: str) -> None:
        try:
            reason = "" if name in _settled else CHECKS[name]()
        except Exception:
            logger.exception("The check %s broke", name)
            reason = _("The check itself broke; the log says where.")
        connection.close()  # this thread's own
        ended = time.monotonic()
        self.outcome = Outcome(name, reason, round(1000 * (ended - self.started), 1))
        self.ended = ended


def outcomes(*, without: Collection[str] = ()) -> list[Outcome]:
    """Ask all checks at once, and wait for each as long as it may take."""
    deadline = time.monotonic() + SECONDS
    questions = [_question(name) for name in CHECKS if name not in without]
    return [question.wait(deadline - time.monotonic()) for question in questions]


def _question(name: str) -> _Question:
    """Return the check that runs already, or its outcome of a moment ago, or start it."""
    with _lock:
        if name not in _asked or _asked[name].is_stale:
            _asked[name] = _Question(name)
        return _asked[name]
