"""Plans of the queries behind pages, on a poll of 100,000 items: which indexes are used, what is never read whole."""

from datetime import date

import pytest
from django.db import connection

from backend.entities.selectors import entities_newest
from backend.polls.models import Poll
from backend.scores.selectors import ranking, weighted_ranking
from tests.factories import poll_with, publish

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ITEMS = 100_000
FILL = """
    INSERT INTO entities_entity (poll_id, uid, title, text, author, url, tags, is_hidden, created_at, updated_at)
    SELECT %(poll)s, 'item' || n, 'Title ' || n, '', 'Author' || n %% 5000, '', ARRAY['tag' || n %% 700], false,
        timestamptz '2026-01-01' + n * interval '1 minute', now()
    FROM generate_series(1, %(items)s) AS n
"""
SCORES = """
    INSERT INTO scores_collectivescore (score_set_id, entity_id, criterion_id, score, "left", "right", polarisation,
        contributors, voting_right)
    SELECT p.score_set_id, e.id, c.id, (e.id * 7919 %% 20000) / 100.0 - 100, 1, 1, 1, e.id %% 50, 1
    FROM scores_publication p
    JOIN entities_entity e ON e.poll_id = p.poll_id
    JOIN polls_criterion c ON c.poll_id = p.poll_id
    WHERE p.poll_id = %(poll)s
"""
TABLES = ("entities_entity", "scores_collectivescore")


@pytest.fixture
def poll() -> Poll:
    """Return a poll with 100,000 items that have scores, beside another of the same size."""
    polls = [poll_with(items=0, criteria=("good", "clear")) for _ in range(2)]
    with connection.cursor() as cursor:
        for poll in polls:
            publish(poll)
            cursor.execute(FILL, {"poll": poll.pk, "items": ITEMS})
            cursor.execute(SCORES, {"poll": poll.pk})
        for table in TABLES:
            cursor.execute(f"ANALYZE {table}")
    return polls[0]


def plan(queryset) -> str:
    told: str = queryset.all()[:20].explain()
    return told


def test_filters_use_their_indexes(poll):
    good = poll.criteria.get(name="good")
    assert "entity_search" in plan(ranking(poll=poll, criterion=good, author="author77"))
    assert "entity_search" in plan(ranking(poll=poll, criterion=good, text="title 4242"))
    assert "entity_tags" in plan(ranking(poll=poll, criterion=good, tags=["tag7"]))
    assert "entity_added" in plan(ranking(poll=poll, criterion=good, added_since=date(2026, 3, 11)))


def test_a_ranking_of_judged_items_walks_the_index_no_further_than_the_page(poll):
    told = plan(ranking(poll=poll, criterion=poll.criteria.get(name="good"), least_contributors=3))
    assert "using ranking on" in told
    assert "Sort" not in told


def test_the_newest_items_are_read_from_the_end_of_an_index(poll):
    told = plan(entities_newest(poll=poll))
    assert "Index Scan Backward" in told
    assert "Sort" not in told


def test_items_without_warnings_are_found_without_a_look_at_every_item(poll):
    told = plan(
        ranking(poll=poll, criterion=poll.criteria.get(name="good"), least_contributors=3, without_warnings=True)
    )
    assert "using ranking on" in told


def test_several_criteria_are_weighed_without_reading_the_scores_of_other_polls(poll):
    weights = dict.fromkeys(poll.criteria.all(), 1)
    told = plan(weighted_ranking(poll=poll, weights=weights))
    assert "Seq Scan on scores_collectivescore" not in told
    found = list(weighted_ranking(poll=poll, weights=weights)[:3])
    best = ranking(poll=poll, criterion=poll.criteria.get(name="good"))[:3]
    assert found == [entity.pk for entity in best]
