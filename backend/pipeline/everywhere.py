"""Writes: a run of every poll at once, in as many queries for a thousand polls as for one."""

from collections.abc import Iterator, Sequence

from django.db import connection, transaction
from django.db.models.functions import Now

from backend.accounts.models import User
from backend.common.audit import staff_log_new
from backend.common.errors import ApplicationError, RunAlreadyActive
from backend.pipeline.journal import lines_write_all
from backend.pipeline.models import Run
from backend.pipeline.services import already_active, run_of, run_send
from backend.polls.models import Poll
from backend.scores.errors import ScoresHeld
from backend.scores.models import Hold


def runs_start_all(*, trigger: Run.Trigger, started_by: User) -> tuple[list[Run], dict[str, str]]:
    """Queue a run of every poll that has none; return them, and by slug why other polls got none."""
    fresh: list[Run] = []
    refused: dict[str, str] = {}
    for poll, error in _looked_at():
        try:
            if error is not None:
                raise error
            fresh.append(run_of(poll=poll, trigger=trigger, started_by=started_by))
        except ApplicationError as reason:
            refused[poll.slug] = reason.message
    return _queued(fresh, trigger, started_by), refused


def _looked_at() -> Iterator[tuple[Poll, ApplicationError | None]]:
    """Yield all polls, each with what stands in the way of a run."""
    active: dict[int, RunAlreadyActive] = {
        run.poll_id: already_active(run) for run in Run.objects.filter(status__in=Run.ACTIVE)
    }
    held = {*Hold.objects.values_list("poll_id", flat=True)}
    for poll in Poll.objects.order_by("pk").iterator(chunk_size=100):
        yield poll, ScoresHeld() if poll.pk in held else active.get(poll.pk)


@transaction.atomic
def _queued(fresh: Sequence[Run], trigger: Run.Trigger, started_by: User) -> list[Run]:
    """Queue those of the runs whose poll has none even now, and return them."""
    _number(fresh)
    Run.objects.bulk_create(fresh, ignore_conflicts=True)
    known = Run.objects.filter(pk__in=[run.pk for run in fresh])
    known.update(updated_at=Now())  # by the clock that tells how long they have waited
    runs = list(known.order_by("pk"))
    lines_write_all([run.pk for run in runs], "queued")
    staff_log_new(by=started_by, rows=runs, changes={"trigger": (None, trigger)})
    for run in runs:
        run_send(run_id=run.pk)
    return runs


def _number(runs: Sequence[Run]) -> None:
    """Give rows their keys before they are inserted: of those that the database refuses, none comes back."""
    sequence = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    with connection.cursor() as cursor:
        cursor.execute(sequence, [Run._meta.db_table, len(runs)])
        for run, (pk,) in zip(runs, cursor.fetchall(), strict=True):
            run.pk = pk
