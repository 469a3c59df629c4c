"""What a contributor would think of items that they never compared."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from django.core.cache import cache

from backend.accounts.models import Contributor
from backend.accounts.services import contributor_get_or_create
from backend.comparisons.models import Rating
from backend.participation.recommendations import similarity
from backend.participation.recommendations.selectors import NEEDED, Recommendations, State, Tie, recommendations_for
from backend.participation.recommendations.similarity import poll_graph, poll_graph_build, unsquashed
from backend.participation.tasks import poll_graph_build_task
from backend.polls.models import Criterion, Poll
from backend.scores.selectors import score_set_published
from tests.factories import ContributorFactory, UserFactory, poll_with, publish, say

ITEMS = "abcdefgh"


@pytest.fixture(autouse=True)
def no_graphs_of_other_tests(db: None) -> None:
    cache.clear()


@pytest.fixture
def ada(db: None) -> Contributor:
    user = UserFactory(username="ada")
    user.save()
    return contributor_get_or_create(user=user)


@pytest.fixture
def poll(ada: Contributor) -> Poll:
    """Return a poll of which Ada has compared a to e, liking b and disliking a; she never compared f, g and h.

    Everybody's scores are equal. f shares a tag with b, g with a; h is like nothing.
    """
    poll = poll_with(items=len(ITEMS), slug="poll")
    poll.entities.filter(uid__in="bf").update(tags=["bird", "night"])
    poll.entities.filter(uid__in="ag").update(tags=["fish"])
    for left, right, value in (("a", "b", 10), ("a", "c", 8), ("c", "b", 8), ("d", "b", 9), ("a", "e", 9)):
        say(ada, poll, left, right, good=value)
    publish_for(poll, ada)
    return poll


def publish_for(
    poll: Poll, *contributors: Contributor, individual: Iterable[dict[str, Any]] = (), **scores: float
) -> None:
    good = poll.criteria.get()
    entities = {entity.uid: entity.pk for entity in poll.entities.all()}
    collective = [
        {"criterion_id": good.pk, "entity_id": pk, "score": scores.get(uid, 20.0)} for uid, pk in entities.items()
    ]
    rows = [{"criterion_id": good.pk, **row, "entity_id": entities[row["entity_id"]]} for row in individual]
    scaling = {"multiplier": 1.0, "translation": 0.1, "is_scaler": False}
    scalings = [{"criterion_id": good.pk, "contributor_id": c.pk} | scaling for c in contributors]
    publish(poll, collective=collective, individual=rows, scalings=scalings)


def recommended(ada: Contributor, poll: Poll, **arguments: Any) -> Recommendations:
    found = recommendations_for(contributor=ada, poll=poll, criterion=poll.criteria.get(), **arguments)
    assert isinstance(found, Recommendations)
    return found


def test_items_like_those_one_likes_come_first_with_the_reason(ada: Contributor, poll: Poll) -> None:
    found = recommended(ada, poll)
    items = found.page(found.order)
    assert [item.entity.uid for item in items] == ["f", "h", "g"]
    [first, middle, last] = items
    assert [(c.entity.uid, c.is_liked, c.tie) for c in first.carriers] == [("b", True, Tie.TAGS)]
    assert "“B” higher than others do, and it shares a tag with this: bird, night." in first.carriers[0].text
    assert [(c.entity.uid, c.is_liked) for c in last.carriers] == [("a", False)]
    assert not middle.carriers
    assert middle.predicted.score == pytest.approx(20.0, abs=1.0)
    assert first.predicted.score > 20 > last.predicted.score
    assert first.collective
    assert first.collective.score == 20
    assert first.predicted.left > 0 < first.predicted.right


def test_what_everybody_thinks_counts(ada: Contributor, poll: Poll) -> None:
    publish_for(poll, ada, h=80.0)
    assert recommended(ada, poll).page([7])[0].predicted.score == pytest.approx(80.0, abs=3.0)


def test_items_that_others_score_alike_are_alike(ada: Contributor, poll: Poll) -> None:
    poll.entities.update(tags=[])
    rows = opinions_in_which("b", "h", poll=poll)
    publish_for(poll, ada, individual=rows)
    found = recommended(ada, poll)
    first = found.page(found.order[:1])[0]
    assert first.entity.uid == "h"
    assert [(c.entity.uid, c.tie) for c in first.carriers] == [("b", Tie.SCORES)]


def opinions_in_which(one: str, other: str, *, poll: Poll, is_public: bool = True) -> list[dict[str, Any]]:
    """Return scores of six people, who score two items alike and all others each in their own way."""
    rng, rows = np.random.default_rng(5), []
    for number in range(6):
        person, special = ContributorFactory(), 90.0 if number % 2 else -60.0
        for entity in poll.entities.all():
            Rating.objects.create(contributor=person, entity=entity, is_public=is_public)
            score = special if entity.uid in (one, other) else float(rng.uniform(-90, 90))
            row = {"entity_id": entity.uid, "contributor_id": person.pk, "score": score, "is_public": is_public}
            rows.append(row)
    return rows


def test_private_scores_change_nothing(ada: Contributor, poll: Poll) -> None:
    before = predictions(ada, poll)
    publish_for(poll, ada, individual=opinions_in_which("b", "h", poll=poll, is_public=False))
    assert predictions(ada, poll) == before


def test_scores_made_private_since_or_of_suspended_people_change_nothing(ada: Contributor, poll: Poll) -> None:
    before = predictions(ada, poll)
    rows = opinions_in_which("b", "h", poll=poll)
    Rating.objects.filter(contributor__in=[row["contributor_id"] for row in rows[:24]]).update(is_public=False)
    Contributor.objects.filter(pk__in=[row["contributor_id"] for row in rows[24:]]).update(is_suspended=True)
    publish_for(poll, ada, individual=rows)
    assert predictions(ada, poll) == before


def predictions(ada: Contributor, poll: Poll) -> list[tuple[str, float]]:
    found = recommended(ada, poll)
    return [(item.entity.uid, item.predicted.score) for item in found.page(found.order)]


def test_few_judgments_are_not_enough(ada: Contributor, poll: Poll) -> None:
    ada.comparisons.first().delete()
    found = recommendations_for(contributor=ada, poll=poll, criterion=poll.criteria.get())
    assert (found.state, found.judgments) == (State.FEW, NEEDED - 1)
    assert not found.order


def test_the_next_scores_are_waited_for(ada: Contributor, poll: Poll) -> None:
    publish_for(poll)
    assert recommendations_for(contributor=ada, poll=poll, criterion=poll.criteria.get()).state == State.WAITING


def test_hidden_and_other_items_are_left_out(ada: Contributor, poll: Poll) -> None:
    recommended(ada, poll)  # the graph knows h
    poll.entities.filter(uid="h").update(is_hidden=True)
    assert [uid for uid, _ in predictions(ada, poll)] == ["f", "g"]
    found = recommended(ada, poll, tags=["fish"])
    assert [item.entity.uid for item in found.page(found.order)] == ["g"]


def test_an_item_newer_than_the_graph_waits_for_the_next(ada: Contributor, poll: Poll) -> None:
    recommended(ada, poll)
    poll.entities.create(uid="new", title="New")
    say(ada, poll, "b", "new", good=-3)
    assert [uid for uid, _ in predictions(ada, poll)] == ["f", "h", "g"]


def test_a_large_poll_is_left_to_a_worker(ada: Contributor, poll: Poll, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similarity, "SMALL", 0)
    found = recommended(ada, poll)
    assert not found.has_graph
    assert len(found.page(found.order)) == 3
    shown = score_set_published(poll=poll)
    assert shown
    poll_graph_build_task(shown.pk, poll.criteria.get().pk)
    assert recommended(ada, poll).has_graph
    publish_for(poll, ada)
    assert recommended(ada, poll).has_graph  # the one before, until the new one is made


def test_a_task_for_what_is_gone_does_nothing(poll: Poll) -> None:
    poll_graph_build_task(0, poll.criteria.get().pk)
    shown = score_set_published(poll=poll)
    assert shown
    poll_graph_build_task(shown.pk, 0)


def test_what_is_kept_is_what_was_made(poll: Poll) -> None:
    criterion, shown = poll.criteria.get(), score_set_published(poll=poll)
    assert shown
    made = poll_graph_build(poll=poll, criterion=criterion, score_set=shown)
    kept = poll_graph(poll=poll, criterion=criterion, score_set=shown)
    assert kept
    np.testing.assert_array_equal(kept.entities, made.entities)
    np.testing.assert_allclose(kept.graph.laplacian.toarray(), made.graph.laplacian.toarray(), rtol=1e-6)


def test_each_criterion_has_its_own(ada: Contributor, poll: Poll) -> None:
    clear = Criterion.objects.create(poll=poll, name="clear", title="Clear", position=9)
    found = recommendations_for(contributor=ada, poll=poll, criterion=clear)
    assert (found.state, found.judgments) == (State.FEW, 0)


def test_unsquashing_undoes_squashing() -> None:
    scaled = np.array([-3.0, 0.0, 0.2, 5.0])
    np.testing.assert_allclose(unsquashed(100 * scaled / np.hypot(1, scaled)), scaled)
    assert np.isfinite(unsquashed(np.array([-100.0, 100.0]))).all()


def test_the_number_of_queries_is_constant(ada: Contributor, poll: Poll, django_assert_max_num_queries: Any) -> None:
    found = recommended(ada, poll)
    with django_assert_max_num_queries(7):
        recommended(ada, poll)
    with django_assert_max_num_queries(3):
        found.page(found.order)
