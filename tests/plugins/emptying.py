"""Empty tables the quick way after each test that commits.

Django truncates some forty tables, which makes two hundred files, waits for every reader and may deadlock with one,
and then writes all permissions and content types again. Deleting a test's few rows takes a hundredth of that. The
partitions of individual scores, one a score set, are dropped: later tests would walk through all of them.
"""

from collections.abc import Iterator, Sequence

import pytest
from django.core.management.commands import flush
from django.db.backends.postgresql.operations import DatabaseOperations

PARTITIONED = "scores_individualscore"
MADE_BY_MIGRATE = {"auth_permission", "django_content_type"}


@pytest.fixture(scope="session", autouse=True)
def _rows_are_deleted() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", deletions)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_, **__: None)
        yield


def deletions(operations: DatabaseOperations, style: object, tables: Sequence[str], **_: object) -> list[str]:
    """Return one statement a table; foreign keys are checked when all are done, at the commit."""
    rows = [f"DELETE FROM {operations.quote_name(table)};" for table in sorted({*tables} - MADE_BY_MIGRATE)]
    return [f"DROP TABLE {table};" for table in partitions(operations)] + rows


def partitions(operations: DatabaseOperations) -> list[str]:
    with operations.connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [PARTITIONED])
        return [name for (name,) in cursor.fetchall()]
