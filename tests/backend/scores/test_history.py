"""How a score moved."""

from datetime import UTC, datetime

import pytest

from backend.polls.models import Poll
from backend.scores.history import DayScore, score_history
from backend.scores.models import Publication, ScoreSet
from tests.factories import poll_with, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def poll() -> Poll:
    return poll_with(criteria=("good", "clear"))


def publish_at(poll: Poll, day: int, score: float, *, hour: int = 12) -> ScoreSet:
    row = {"criterion_id": poll.criteria.get(name="good").pk, "entity_id": poll.entities.get(uid="a").pk}
    score_set = publish(poll, collective=[row | {"score": score, "left": 2.0, "right": 3.0}])
    ScoreSet.objects.filter(pk=score_set.pk).update(created_at=datetime(2026, 3, day, hour, tzinfo=UTC))
    return score_set


def history(poll: Poll, *, uid: str = "a", criterion: str = "good") -> list[DayScore]:
    return score_history(entity=poll.entities.get(uid=uid), criterion=poll.criteria.get(name=criterion))


def test_each_day_tells_its_last_score(poll, django_assert_num_queries):
    for day, hour, score in ((1, 9, 10.0), (1, 23, 12.0), (4, 0, 20.0)):
        publish_at(poll, day, score, hour=hour)
    assert [(d.day.day, d.score) for d in history(poll)] == [(1, 12.0), (4, 20.0)]
    assert (history(poll)[0].low, history(poll)[0].high) == (10.0, 15.0)
    entity, criterion = poll.entities.get(uid="a"), poll.criteria.get(name="good")
    with django_assert_num_queries(1):
        score_history(entity=entity, criterion=criterion)


def test_other_items_criteria_and_polls_are_not_told(poll):
    publish_at(poll, 1, 10.0)
    publish_at(poll_with(), 2, 99.0)
    assert history(poll, uid="b") == history(poll, criterion="clear") == []
    assert len(history(poll)) == 1


def test_what_was_rolled_back_is_not_told(poll):
    first = publish_at(poll, 1, 10.0)
    publish_at(poll, 2, 20.0)
    Publication.objects.filter(poll=poll).update(score_set=first)
    assert [d.score for d in history(poll)] == [10.0]


def test_before_the_first_run_there_is_none(poll):
    assert history(poll) == []
