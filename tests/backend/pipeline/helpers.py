"""What tests of runs share: runs made at once, and accidents caused where they would happen, in the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from backend.pipeline.models import Run
from backend.pipeline.services import run_create, run_execute
from backend.polls.models import Poll


def computed(poll: Poll, trigger: Run.Trigger = Run.Trigger.COMMAND, **config: object) -> Run:
    """Create a run and execute it in this process."""
    return run_execute(run_id=run_create(poll=poll, trigger=trigger, config=config).pk)


def digest(run: Run) -> str:
    """Return the digest of what a run published."""
    assert run.status == Run.Status.SUCCEEDED, run.error
    assert run.score_set is not None
    return run.score_set.result_digest


@contextmanager
def when_publishing(statement: str) -> Iterator[None]:
    """Let PostgreSQL execute a statement as soon as a score set is written, before it is published."""
    with accident(statement, when="AFTER INSERT ON scores_scoreset FOR EACH ROW"):
        yield


@contextmanager
def accident(statement: str, *, when: str) -> Iterator[None]:
    """Let PostgreSQL execute a statement at some event."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE FUNCTION accident() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {statement}; RETURN NEW; END$$"
        )
        cursor.execute(f"CREATE TRIGGER accident {when} EXECUTE FUNCTION accident()")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION accident CASCADE")
