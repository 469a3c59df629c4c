"""Judging: stored, and at once what it changed."""

import pytest

from backend.accounts.models import Contributor
from backend.common.errors import PollClosed
from backend.comparisons.models import Comparison
from backend.participation.services import JudgeOutcome, Place, judge
from backend.polls.models import Poll
from backend.scores.models import IndividualScore
from backend.scores.selectors import own_scores
from tests.backend.pipeline.helpers import computed
from tests.factories import ContributorFactory, judged_poll, poll_with, publish, say


def judged(contributor: Contributor, poll: Poll, left: str, right: str, **judgments: float) -> JudgeOutcome:
    return judge(
        contributor=contributor,
        poll=poll,
        left=poll.entities.get(uid=left),
        right=poll.entities.get(uid=right),
        judgments=judgments,
    )


@pytest.mark.django_db
def test_it_works():
    poll, ada = poll_with(run_config={"preset": "tournesol"}), ContributorFactory()
    outcome = judged(ada, poll, "a", "b", good=10)
    assert outcome.comparison == Comparison.objects.get()
    assert outcome.comparison.was_created
    left, right = outcome.changes
    assert (left.entity.uid, left.before, right.entity.uid, right.before) == ("a", None, "b", None)
    # One extreme judgment: theta = sigma / sqrt 2 (maths, section 2), squashed.
    assert right.after.score == pytest.approx(100 * 4.9497 / (1 + 4.9497**2) ** 0.5, abs=1e-3)
    assert left.after.score == pytest.approx(-right.after.score)
    assert min(right.after.left, right.after.right, left.after.left, left.after.right) > 0


@pytest.mark.django_db
def test_a_second_judgment_shows_before_and_after():
    poll, ada = poll_with(criteria=("good", "cheap")), ContributorFactory()
    first = judged(ada, poll, "a", "b", good=3, cheap=1)
    assert [(c.criterion.name, c.entity.uid) for c in first.changes] == [
        ("good", "a"), ("good", "b"), ("cheap", "a"), ("cheap", "b"),
    ]  # fmt: skip
    second = judged(ada, poll, "b", "a", good=-8)
    b, a = second.changes
    assert (b.before, a.before) == (first.changes[1].after, first.changes[0].after)
    assert b.after.score > b.before.score
    assert a.after.score < a.before.score


@pytest.mark.django_db
def test_the_places_are_told_among_the_contributors_own_items_of_a_criterion():
    poll, ada = poll_with(criteria=("good", "cheap")), ContributorFactory()
    first = judged(ada, poll, "a", "b", good=-5)
    assert [(c.place_before, c.place_after) for c in first.changes] == [(None, Place(1, 2)), (None, Place(2, 2))]
    judged(ada, poll, "b", "c", good=-5)
    judged(ada, poll, "d", "a", cheap=1)
    say(ContributorFactory(), poll, "d", "a", good=1)
    left, right = judged(ada, poll, "c", "a", good=-10).changes
    assert (left.place_before, left.place_after) == (Place(3, 3), Place(1, 3))
    assert (right.place_before, right.place_after) == (Place(1, 3), Place(3, 3))


@pytest.mark.django_db
def test_items_level_share_a_place():
    left, right = judged(ContributorFactory(), poll_with(), "a", "b", good=0).changes
    assert left.place_after == right.place_after == Place(1, 2)


@pytest.mark.django_db
def test_a_refusal_is_that_of_saving():
    poll = poll_with(is_open=False)
    with pytest.raises(PollClosed):
        judged(ContributorFactory(), poll, "a", "b", good=1)


@pytest.mark.django_db
def test_a_refit_that_fails_loses_no_judgment(caplog):
    poll, ada = poll_with(run_config={"sigma": "broken"}), ContributorFactory()
    outcome = judged(ada, poll, "a", "b", good=1)
    assert Comparison.objects.get() == outcome.comparison
    assert outcome.changes == []
    assert "could not be fitted" in caplog.text


@pytest.mark.django_db
def test_the_own_score_is_shown_on_the_last_published_scale():
    poll, ada = poll_with(), ContributorFactory()
    keys = {"criterion_id": poll.criteria.get().pk, "contributor_id": ada.pk}
    maps = {"multiplier": 0.0, "translation": 1.0, "multiplier_uncertainty": 0.0, "translation_uncertainty": 0.0}
    publish(poll, scalings=[keys | maps])
    for change in judged(ada, poll, "a", "b", good=5).changes:
        assert change.after.score == pytest.approx(100 / 2**0.5)
        assert (change.after.left, change.after.right) == pytest.approx((0, 0))


@pytest.mark.django_db(transaction=True)
def test_what_is_shown_equals_what_is_published_where_nothing_else_changed():
    poll = judged_poll(items=6)
    ada = ContributorFactory(given_trust=1.0)
    for left, right in ("ab", "bc", "cd", "de"):
        say(ada, poll, left, right, good=3)
    computed(poll)
    shown = {score.entity_id: score for score in own_scores(contributor=ada, poll=poll)}
    outcome = judged(ada, poll, "a", "b", good=3)
    for change in outcome.changes:
        published = shown[change.entity.pk]
        for now in (change.before, change.after):
            assert (now.score, now.left, now.right) == pytest.approx(
                (published.score, published.left, published.right), abs=1e-6
            )
    assert IndividualScore.objects.filter(contributor=ada).count() == len(shown)
