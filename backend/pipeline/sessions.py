"""The transactions in which an execution of a run holds what others wait for, and how they end where it froze.

A process that is stopped in the midst of sending rows leaves PostgreSQL waiting for the next one, for which it has no
limit of time. So such a transaction bears the name of its lease, and whoever takes the lease away ends it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction

LIMITS = """
    SET LOCAL idle_in_transaction_session_timeout = '30s';
    SET LOCAL lock_timeout = '60s';
    SET LOCAL tcp_keepalives_idle = 10;
    SET LOCAL tcp_keepalives_interval = 5;
    SET LOCAL tcp_keepalives_count = 4;
"""
"""PostgreSQL ends it by itself where this process falls silent between two statements, or its machine is gone."""
END = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = ANY(%s) AND usename = current_user AND pid <> pg_backend_pid()
"""


@contextmanager
def transaction_of(lease: UUID) -> Iterator[None]:
    """Open a transaction for which others must never wait in vain."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(LIMITS)
            cursor.execute("SELECT set_config('application_name', %s, true)", [_name(lease)])
        yield


def transactions_end(leases: Iterable[UUID]) -> None:
    """Break off what is under way for leases that were lost; it could not be committed any more."""
    names = [_name(lease) for lease in leases]
    if names:
        with connection.cursor() as cursor:
            cursor.execute(END, [names])


def _name(lease: UUID) -> str:
    return f"run {lease}"
