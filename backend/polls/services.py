"""Writes: news, which makes the pipeline look at a poll again."""

from collections.abc import Iterable

from backend.polls.models import News, Poll


def news_add(*, poll_ids: Iterable[int]) -> None:
    """Note, in the caller's transaction, that something changed that can move these polls' scores."""
    News.objects.bulk_create([News(poll_id=poll_id) for poll_id in poll_ids])


def news_add_everywhere() -> None:
    """Note a change that can move the scores of every poll: trust is shared by all."""
    news_add(poll_ids=Poll.objects.values_list("pk", flat=True))
