"""How one thread breaks off what another asked of the database."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from django.db import OperationalError, connection

from solidago.errors import Cancelled


class Interrupt:
    """Breaks off the statements of the one thread that allows it, and only while it does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: psycopg.Connection[object] | None = None

    @contextmanager
    def statements(self, cancelled: Callable[[], bool]) -> Iterator[None]:
        """Let statements inside be broken off; where ``cancelled()`` is why, the error is `Cancelled`."""
        connection.close_if_health_check_failed()  # before it is taken note of, not by the first statement
        connection.ensure_connection()
        self._allow(connection.connection)
        try:
            yield
        except OperationalError as error:
            if cancelled() and isinstance(error.__cause__, psycopg.errors.QueryCanceled):
                raise Cancelled("Cancelled while the database worked.") from error
            raise
        finally:
            self._allow(None)

    def _allow(self, allowed: "psycopg.Connection[object] | None") -> None:
        # Under the lock: an interruption that has begun ends before the thread goes on to what must not be broken off.
        with self._lock:
            self._connection = allowed

    def interrupt(self) -> None:
        """Break off the statement under way, if there is one that may be."""
        with self._lock:
            if self._connection is not None:
                self._connection.cancel_safe()
