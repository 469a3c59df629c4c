"""Reading published scores."""

import pytest
from django.db import connection

from backend.comparisons.models import Rating
from backend.entities.models import Entity
from backend.polls.models import Poll
from backend.scores.selectors import (
    entity_scores,
    own_scalings,
    own_scores,
    ranking,
    recommendations,
    score_distribution,
    score_set_published,
    scores_of,
)
from tests.factories import ContributorFactory, PollFactory, poll_with, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def poll() -> Poll:
    return poll_with(items=4, criteria=("good", "cheap"))


def collective(poll: Poll, criterion: str, **scores: float) -> list[dict]:
    pk = poll.criteria.get(name=criterion).pk
    entities = {entity.uid: entity.pk for entity in poll.entities.all()}
    return [{"criterion_id": pk, "entity_id": entities[uid], "score": s} for uid, s in scores.items()]


def individual(poll: Poll, contributor, uid: str, score: float, *, shown: bool = True) -> dict:
    return {
        "criterion_id": poll.criteria.get(name="good").pk,
        "entity_id": poll.entities.get(uid=uid).pk,
        "contributor_id": contributor.pk,
        "score": score,
        "is_public": shown,
    }


def uids(entities) -> list[str]:
    return [entity.uid for entity in entities]


def test_before_the_first_run_there_are_items_but_no_scores(poll):
    good = poll.criteria.get(name="good")
    assert score_set_published(poll=poll) is None
    assert [(e.uid, e.score) for e in ranking(poll=poll, criterion=good)] == [(uid, None) for uid in "abcd"]
    assert set(entity_scores(entity=poll.entities.first()).values()) == {None}
    assert sum(b.count for b in score_distribution(entity=poll.entities.first(), criterion=good)) == 0


def test_a_ranking_is_one_query_with_unscored_items_last(poll, django_assert_num_queries):
    publish(poll, collective(poll, "good", a=-5, b=50, c=20) + collective(poll, "cheap", d=99))
    good = poll.criteria.get(name="good")
    with django_assert_num_queries(1):
        found = list(ranking(poll=poll, criterion=good))
    assert [(e.uid, e.score, e.contributors) for e in found] == [
        ("b", 50, 1),
        ("c", 20, 1),
        ("a", -5, 1),
        ("d", None, None),
    ]


def test_recommendations_by_one_criterion_walk_the_index(poll):
    good = poll.criteria.get(name="good")
    publish(poll, collective(poll, "good", a=50, b=40, c=30))
    found = recommendations(poll=poll, weights={good: 2.0}, minimum_contributors=1)
    assert [(e.uid, e.score) for e in found] == [("a", 50), ("b", 40), ("c", 30)]
    with connection.cursor() as cursor:
        # With four rows every plan is as good; this asks whether the query lets the index be used at all.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    plan = found.all()[:2].explain()
    assert "using ranking on" in plan
    assert "Sort" not in plan


def test_a_new_score_set_replaces_the_old_one_for_every_reader(poll):
    good = poll.criteria.get(name="good")
    first = publish(poll, collective(poll, "good", a=1))
    second = publish(poll, collective(poll, "good", b=2))
    assert score_set_published(poll=poll) == second != first
    assert [e.score for e in ranking(poll=poll, criterion=good)] == [2, None, None, None]
    assert entity_scores(entity=poll.entities.get(uid="a")) == {good: None, poll.criteria.get(name="cheap"): None}


def test_hidden_items_disappear_at_once(poll):
    publish(poll, collective(poll, "good", a=1, b=2))
    Entity.objects.filter(uid="b").update(is_hidden=True)
    assert uids(ranking(poll=poll, criterion=poll.criteria.get(name="good"))) == ["a", "c", "d"]


def test_scores_of_a_page_of_items_are_one_query(poll, django_assert_num_queries):
    publish(poll, collective(poll, "good", a=1, b=2) + collective(poll, "cheap", a=3))
    entities = list(poll.entities.all())
    good, cheap = poll.criteria.get(name="good"), poll.criteria.get(name="cheap")
    with django_assert_num_queries(1):
        found = scores_of(poll=poll, entities=entities)
    a, _b, c, _d = (found[entity.pk] for entity in entities)
    assert {pk: score.score for pk, score in a.items()} == {good.pk: 1, cheap.pk: 3}
    assert c == {}


def test_recommendations_weigh_criteria_and_leave_out_what_few_have_judged(poll):
    rows = collective(poll, "good", a=80, b=60, c=90) + collective(poll, "cheap", a=-40, b=30)
    publish(poll, [row | {"contributors": 2 if row["score"] == 90 else 5} for row in rows])
    good, cheap = poll.criteria.get(name="good"), poll.criteria.get(name="cheap")
    found = recommendations(poll=poll, weights={good: 2.0, cheap: 1.0})
    assert [(e.uid, e.score, e.contributors) for e in found] == [("b", 50, 5), ("a", 40, 5)]
    everything = recommendations(poll=poll, weights={good: 1.0}, minimum_contributors=0, minimum_score=-100)
    assert uids(everything) == ["c", "a", "b"]


def test_the_distribution_counts_only_what_is_public_then_and_now(poll):
    good, item = poll.criteria.get(name="good"), poll.entities.get(uid="a")
    people = {name: ContributorFactory(name=name) for name in ("open", "withdrawn", "later", "never", "suspended")}
    publish(
        poll,
        individual=[
            individual(poll, person, "a", 55, shown=name not in {"later", "never"}) for name, person in people.items()
        ],
    )
    for name in ("open", "later", "suspended"):
        Rating.objects.create(contributor=people[name], entity=item, is_public=True)
    Rating.objects.create(contributor=people["withdrawn"], entity=item, is_public=False)
    people["suspended"].is_suspended = True
    people["suspended"].save()
    bins = score_distribution(entity=item, criterion=good)
    assert [(b.low, b.high, b.count) for b in bins if b.count] == [(50, 60, 1)]


def test_the_bins_cover_the_whole_scale_with_both_ends(poll):
    item = poll.entities.get(uid="a")
    scores = [-100, -90, -0.001, 0, 99.999, 100]
    people = ContributorFactory.create_batch(len(scores))
    publish(poll, individual=[individual(poll, p, "a", s) for p, s in zip(people, scores, strict=True)])
    Rating.objects.bulk_create([Rating(contributor=p, entity=item, is_public=True) for p in people])
    bins = score_distribution(entity=item, criterion=poll.criteria.get(name="good"), bins=20)
    assert (bins[0].low, bins[-1].high, len(bins)) == (-100, 100, 20)
    assert {i: b.count for i, b in enumerate(bins) if b.count} == {0: 1, 1: 1, 9: 1, 10: 1, 19: 2}


def test_own_scores_are_ones_own_of_the_published_set(poll):
    ada, bob = ContributorFactory(), ContributorFactory()
    publish(poll, individual=[individual(poll, ada, "a", 1)])
    good = {"criterion_id": poll.criteria.get(name="good").pk}
    publish(
        poll,
        individual=[individual(poll, ada, "a", 2), individual(poll, ada, "b", 3), individual(poll, bob, "a", 4)],
        scalings=[good | {"contributor_id": ada.pk, "multiplier": 2.0}],
    )
    assert [(s.entity.uid, s.score) for s in own_scores(contributor=ada, poll=poll)] == [("b", 3), ("a", 2)]
    assert list(own_scores(contributor=ada, poll=PollFactory())) == []
    assert [s.multiplier for s in own_scalings(contributor=ada, poll=poll).values()] == [2.0]
    assert own_scalings(contributor=bob, poll=poll) == {}
