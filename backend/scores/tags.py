"""How many items bear a tag: counted once, not for every reader."""

import logging

from django.core.cache import cache
from django.db import connection
from redis.exceptions import RedisError

from backend.polls.models import Poll
from backend.scores.models import Publication

logger = logging.getLogger(__name__)

MOST = 100
"""Tags that are told, the most frequent ones."""
KEPT = 60
"""Seconds that a count is kept at most: items come in, and are hidden, between two publications."""
COUNTS = """
    SELECT tag, count(*) FROM entities_entity, unnest(tags) AS tag
    WHERE poll_id = %s AND NOT is_hidden GROUP BY tag ORDER BY count(*) DESC, tag LIMIT %s
"""

TagCounts = list[tuple[str, int]]


def tag_counts(*, poll: Poll) -> TagCounts:
    """Return the most frequent tags of the shown items, each with their number."""
    key = _key(poll)
    try:
        kept: TagCounts | None = cache.get(key)
        if kept is None:
            kept = _counted(poll)
            cache.set(key, kept, KEPT)
    except RedisError:
        logger.exception("Tags are counted anew: Redis does not answer")
        return _counted(poll)
    return kept


def _key(poll: Poll) -> str:
    """Return a name that changes with the published set and with the poll's settings."""
    shown = Publication.objects.filter(poll=poll).values_list("score_set", flat=True).first()
    return f"tags:{poll.pk}:{poll.updated_at.timestamp()}:{shown}"


def _counted(poll: Poll) -> TagCounts:
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, [poll.pk, MOST])
        return [(tag, count) for tag, count in cursor.fetchall()]
