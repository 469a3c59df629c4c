"""Tags with their numbers."""

import pytest
from django.core.cache import cache
from redis.exceptions import ConnectionError as RedisConnectionError

from backend.polls.models import Poll
from backend.scores.tags import tag_counts
from tests.factories import EntityFactory, PollFactory, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def poll() -> Poll:
    poll = PollFactory()
    EntityFactory(poll=poll, tags=["streets", "night"])
    EntityFactory(poll=poll, tags=["streets"])
    EntityFactory(poll=poll, tags=["night"], is_hidden=True)
    EntityFactory(tags=["streets"])
    return poll


def test_tags_are_counted_without_hidden_items(poll):
    assert tag_counts(poll=poll) == [("streets", 2), ("night", 1)]


def test_items_are_not_counted_for_every_reader(poll, django_assert_num_queries):
    counts = tag_counts(poll=poll)
    with django_assert_num_queries(1):
        assert tag_counts(poll=poll) == counts


def test_a_publication_counts_anew(poll):
    tag_counts(poll=poll)
    EntityFactory(poll=poll, tags=["night"])
    publish(poll)
    assert dict(tag_counts(poll=poll)) == {"streets": 2, "night": 2}


def test_without_a_cache_they_are_counted_all_the_same(poll, monkeypatch):
    def refuse(*_args: object) -> None:
        raise RedisConnectionError

    monkeypatch.setattr(cache, "get", refuse)
    assert tag_counts(poll=poll)[0] == ("streets", 2)


def test_only_the_most_frequent_are_told(poll):
    EntityFactory(poll=poll, tags=[f"t{n}" for n in range(150)])
    assert len(tag_counts(poll=poll)) == 100
