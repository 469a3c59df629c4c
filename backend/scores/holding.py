"""Writes: which kept score set a poll shows, and that it goes on showing it.

Whoever calls `hold_set` and `hold_end` has locked the publication: `scores.services.publication_locked`.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache
from django.db import connection

from backend.accounts.models import User
from backend.polls.history import poll_log
from backend.polls.models import News, Poll
from backend.scores.errors import NoReasonGiven
from backend.scores.models import Hold, Publication, ScoreSet, Turn

LEAST_PAUSE, LONGEST_PAUSE = 10, 3600
"""Seconds between two times that held scores are cleaned,"""
BUSY = 20
"""and so many times as long as it took: it takes a twentieth of a worker's time at most."""
DELETED = """
    WITH judged AS (
        SELECT c.contributor_id, side.entity_id, j.criterion_id
        FROM comparisons_comparison c
        JOIN comparisons_judgment j ON j.comparison_id = c.id
        CROSS JOIN LATERAL (VALUES (c.left_id), (c.right_id)) AS side (entity_id)
        WHERE c.poll_id = %(poll)s
    ), unsaid AS (
        DELETE FROM scores_individualscore s WHERE s.score_set_id = %(set)s AND NOT EXISTS (
            SELECT 1 FROM judged WHERE judged.contributor_id = s.contributor_id
                AND judged.entity_id = s.entity_id AND judged.criterion_id = s.criterion_id
        )
    )
    DELETE FROM scores_collectivescore s WHERE s.score_set_id = %(set)s AND NOT EXISTS (
        SELECT 1 FROM judged WHERE judged.entity_id = s.entity_id AND judged.criterion_id = s.criterion_id
    )"""
PRIVATE = """
    UPDATE scores_individualscore s SET is_public = false
    WHERE s.score_set_id = %(set)s AND s.is_public AND NOT EXISTS (
        SELECT 1 FROM comparisons_rating r
        WHERE r.contributor_id = s.contributor_id AND r.entity_id = s.entity_id AND r.is_public
    )"""


def reason_checked(reason: str) -> str:
    """Return a reason as it is stored.

    Raises
    ------
    NoReasonGiven
        There is none, or it is too long or holds characters that cannot be stored.
    """
    given = " ".join(reason.split())
    if not given or len(given) > Hold.LONGEST_REASON or "\0" in given:
        raise NoReasonGiven(field="reason", longest=Hold.LONGEST_REASON)
    return given


def score_set_clean(*, score_set: ScoreSet) -> None:
    """Take out of a score set what nobody says any more, and mark as private what is private now.

    A contributor's score of an item goes with their last judgment of it, a collective score with everybody's last.
    """
    names = {"poll": score_set.poll_id, "set": score_set.pk}
    with connection.cursor() as cursor:
        for statement in (DELETED, PRIVATE):
            cursor.execute(statement, names)


def hold_set(*, publication: Publication, score_set: ScoreSet, user: User | None, reason: str) -> Hold:
    """Show a kept score set, and hold it."""
    _turn(publication, score_set, user, Turn.Action.BACK, reason)
    _show(publication, score_set)
    hold, _ = Hold.objects.update_or_create(
        poll_id=publication.poll_id,
        defaults={"held_by": user, "reason": reason, "news_seen": news_waiting(poll=publication.poll)},
    )
    return hold


def hold_end(*, publication: Publication, newest: ScoreSet, user: User | None) -> None:
    """Show the newest scores and let runs replace them again."""
    hold_drop(publication=publication, user=user, action=Turn.Action.FORWARD, to=newest)
    if newest.pk != publication.score_set_id:
        _show(publication, newest)


def hold_drop(*, publication: Publication, user: User | None, action: Turn.Action, to: ScoreSet) -> None:
    """Let runs replace the scores that a poll shows again."""
    _turn(publication, to, user, action, "")
    Hold.objects.filter(poll=publication.poll_id).delete()


def _show(publication: Publication, score_set: ScoreSet) -> None:
    score_set_clean(score_set=score_set)
    publication.score_set = score_set
    publication.save()


def _turn(publication: Publication, to: ScoreSet, user: User | None, action: Turn.Action, reason: str) -> None:
    Turn.objects.create(
        poll_id=publication.poll_id,
        action=action,
        turned_by=user,
        reason=reason,
        from_set=publication.score_set_id,
        from_computed_at=publication.score_set.created_at,
        to_set=to.pk,
        to_computed_at=to.created_at,
    )
    shown = (publication.score_set_id, to.pk)
    poll_log(poll=publication.poll, user=user, changes={f"score set shown ({action})": shown})


def news_waiting(*, poll: Poll) -> int:
    """Return how many news of a poll no run has seen."""
    return News.objects.filter(poll=poll).count()


def holds_clean() -> None:
    """Take out of held scores what was deleted since, as runs do for polls that are not held.

    News do not tell what they are about, so that all judgments of the poll are looked at: the more seldom the longer
    that takes. What became private meanwhile is shown to nobody in any case: readers look at the rating.
    """
    for hold in Hold.objects.select_related("poll__publication__score_set"):
        # Counted first: what comes while the scores are cleaned makes another number.
        waiting = news_waiting(poll=hold.poll)
        if waiting != hold.news_seen:
            with _seldom(hold) as is_due:
                if is_due:
                    score_set_clean(score_set=hold.poll.publication.score_set)
                    Hold.objects.filter(pk=hold.pk).update(news_seen=waiting)


@contextmanager
def _seldom(hold: Hold) -> Iterator[bool]:
    """Tell whether it is time again, and whoever asks the one to do it; the next time is not before a pause."""
    key, started = f"hold-cleaned:{hold.pk}:{hold.since.timestamp()}", time.monotonic()
    if not cache.add(key, True, LONGEST_PAUSE):
        yield False
        return
    try:
        yield True
    finally:
        cache.touch(key, min(max(LEAST_PAUSE, BUSY * (time.monotonic() - started)), LONGEST_PAUSE))
