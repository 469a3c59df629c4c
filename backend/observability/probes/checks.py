"""What the site needs to work, and whether it is there. No check can hang for longer than its time."""

import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from redis.exceptions import RedisError

from backend.observability.probes.heartbeats import BEAT, LIFE, WORKER, heartbeat_found

logger = logging.getLogger(__name__)

SECONDS = 2.0
"""How long a check may take."""
KEPT = 1.0
"""For how long an outcome is told again: many may ask."""
GIVEN_UP = 60.0
"""A check that has not answered for so long never will."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found; ``reason`` is empty where all is well, and is for those who run the site."""

    name: str
    reason: str = ""
    milliseconds: float = 0.0

    @property
    def is_ok(self) -> bool:
        return not self.reason


def _database() -> str:
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return f"PostgreSQL does not answer ({type(error).__name__})."
    return ""


def _migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return f"PostgreSQL does not answer ({type(error).__name__})."
    if plan:
        return f"{len(plan)} migrations are not applied. Run: manage.py migrate"
    # Read from files and a table: true for as long as this process runs its code.
    _settled.add("migrations")
    return ""


def _redis() -> str:
    try:
        cache.get("readiness")
    except (RedisError, OSError) as error:
        return f"Redis does not answer ({type(error).__name__})."
    return ""


def _alive(kind: str) -> Callable[[], str]:
    def check() -> str:
        try:
            found = heartbeat_found(kind)
        except (RedisError, OSError) as error:
            return f"Unknown, as Redis does not answer ({type(error).__name__})."
        return "" if found else f"No {kind} gave a sign of life for {LIFE} seconds. Start one."

    return check


CHECKS: dict[str, Callable[[], str]] = {
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
        self.outcome = Outcome(name, f"No answer within {SECONDS:.0f} seconds.", 1000 * SECONDS)
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
            reason = "The check itself broke; the log says where."
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
