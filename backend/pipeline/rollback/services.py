"""Writes: turning a poll back to earlier scores, which it then holds, and forward to the newest ones."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from backend.accounts.models import User
from backend.common.errors import RunNotActive
from backend.pipeline.models import InfluenceBound, Run, Snapshot
from backend.pipeline.rollback.forgetting import snapshot_is_kept
from backend.pipeline.rollback.selectors import score_set_newest, score_set_to_show
from backend.pipeline.services import run_cancel
from backend.polls.models import Poll
from backend.scores.errors import (
    RunWithoutScores,
    ScoresBusy,
    ScoresChangedMeanwhile,
    ScoresForgotten,
    ScoresNotHeld,
    ScoresShownAlready,
)
from backend.scores.holding import hold_end, hold_set, reason_checked
from backend.scores.models import Hold, Publication, ScoreSet
from backend.scores.services import publication_locked

LONGEST_WAIT = "5s"
BOUNDS_OF_NOTHING = """
    DELETE FROM pipeline_influencebound b WHERE b.score_set_id = %(set)s AND NOT EXISTS (
        SELECT 1 FROM scores_collectivescore s
        WHERE s.score_set_id = b.score_set_id AND s.criterion_id = b.criterion_id AND s.entity_id = b.entity_id
    )"""


@transaction.atomic
def scores_turn_back(*, poll: Poll, run_id: int, reason: str, user: User | None, seen: int | None = None) -> Hold:
    """Let a poll show the scores of an earlier run, and hold them until somebody goes forward.

    ``seen`` is the score set that whoever asks saw published. What was deleted or made private since does not come
    back; an active run is cancelled unless it is a dry one, and one that is publishing now does so before or not at
    all.

    Raises
    ------
    NoReasonGiven
    RunWithoutScores, ScoresNotKept, ScoresForgotten
        These scores cannot be shown.
    ScoresShownAlready
    ScoresChangedMeanwhile
        ``seen`` is not what the poll shows.
    ScoresBusy
    """
    given = reason_checked(reason)
    with _not_waiting_long():
        publication = _locked(poll, seen)
        if publication is None:
            raise RunWithoutScores(field="run", run_id=run_id)
        score_set = score_set_to_show(poll=poll, run_id=run_id)
        if score_set.pk == publication.score_set_id:
            raise ScoresShownAlready(field="run", run_id=run_id)
        _keep_snapshot(score_set, run_id)
        hold = hold_set(publication=publication, score_set=score_set, user=user, reason=given)
        _after_showing(score_set)
        _cancel_active(poll)
        return hold


@transaction.atomic
def scores_go_forward(*, poll: Poll, user: User | None, seen: int | None = None) -> ScoreSet:
    """Let a poll whose scores are held show the newest ones, and runs replace them again; return what it shows.

    Where the newest scores count somebody who has deleted their account, the held ones stay until the next run, for
    which that deletion waits.

    Raises
    ------
    ScoresNotHeld
    ScoresChangedMeanwhile
    ScoresBusy
    """
    with _not_waiting_long():
        publication = _locked(poll, seen)
        newest = score_set_newest(poll=poll)
        if publication is None or newest is None or not Hold.objects.filter(poll=poll).exists():
            raise ScoresNotHeld
        target = newest if snapshot_is_kept(score_set=newest) else publication.score_set
        hold_end(publication=publication, newest=target, user=user)
        _after_showing(target)
        return target


@contextmanager
def _not_waiting_long() -> Iterator[None]:
    """Give up soon where somebody else, such as a run that publishes, holds what is asked for: a person waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LONGEST_WAIT])
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise ScoresBusy from error
        raise


def _locked(poll: Poll, seen: int | None) -> Publication | None:
    """Lock what the poll shows, before anything is read that a publishing run could change."""
    publication = publication_locked(poll=poll)
    if publication is not None and seen not in (None, publication.score_set_id):
        raise ScoresChangedMeanwhile
    return publication


def _keep_snapshot(score_set: ScoreSet, run_id: int) -> None:
    """Lock the judgments behind scores, so that somebody who deletes their account now comes before or after.

    Before: the snapshot is gone, and found missing here. After: the deletion finds the hold, and ends it.
    """
    kept = Snapshot.objects.select_for_update(no_key=True).filter(
        poll=score_set.poll_id, digest=score_set.snapshot_digest
    )
    if not kept.values_list("pk").first():
        raise ScoresForgotten(field="run", run_id=run_id)


def _after_showing(score_set: ScoreSet) -> None:
    """Drop the bounds of collective scores that went when nobody said any more what they were made of."""
    if InfluenceBound.objects.filter(score_set=score_set).exists():
        with connection.cursor() as cursor:
            cursor.execute(BOUNDS_OF_NOTHING, {"set": score_set.pk})


def _cancel_active(poll: Poll) -> None:
    """Spare workers what could not be published; whoever publishes locks the publication first, then the run."""
    for run in Run.objects.filter(poll=poll, status__in=Run.ACTIVE, is_dry_run=False):
        with suppress(RunNotActive):  # it has just ended
            run_cancel(run=run)
