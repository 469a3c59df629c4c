"""Saving, reading and deleting what a contributor said."""

import math

import pytest

from backend.common import errors
from backend.comparisons.models import Comparison, Judgment
from backend.comparisons.selectors import comparison_get_pair, comparison_list, values_of
from backend.comparisons.services import comparison_delete, comparison_save, rating_set_public
from backend.entities.models import Entity
from backend.polls.models import News, Poll
from tests.factories import ContributorFactory, EntityFactory, poll_with, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def poll() -> Poll:
    return poll_with(items=3, criteria=("good", "cheap"))


@pytest.fixture
def ada():
    return ContributorFactory()


def item(poll: Poll, uid: str) -> Entity:
    return poll.entities.get(uid=uid)


def values(comparison: Comparison) -> dict[str, float]:
    return {judgment.criterion.name: judgment.value for judgment in comparison.judgments.all()}


def test_it_works(poll, ada):
    comparison = say(ada, poll, "a", "b", good=3, cheap=-10)
    assert values(comparison) == {"good": 3, "cheap": -10}
    assert comparison.was_created
    assert News.objects.filter(poll=poll).count() == 1


def test_saving_the_same_again_changes_nothing(poll, ada):
    first = say(ada, poll, "a", "b", good=3)
    again = say(ada, poll, "a", "b", good=3)
    assert (again.pk, again.was_created) == (first.pk, False)
    assert Judgment.objects.count() == News.objects.count() == 1


def test_the_pair_the_other_way_round_is_the_same_pair_with_turned_values(poll, ada):
    first = say(ada, poll, "a", "b", good=3)
    again = say(ada, poll, "b", "a", good=4)
    assert (again.pk, again.left.uid, values(again)) == (first.pk, "a", {"good": -4})
    assert values_of(comparison=again, left=item(poll, "b")) == {"good": 4}


def test_a_criterion_that_is_not_named_keeps_its_judgment_and_none_takes_one_back(poll, ada):
    say(ada, poll, "a", "b", good=3, cheap=1)
    assert values(say(ada, poll, "a", "b", cheap=2)) == {"good": 3, "cheap": 2}
    assert values(say(ada, poll, "a", "b", cheap=None)) == {"good": 3}
    assert News.objects.count() == 3


def test_the_last_judgment_cannot_be_taken_back_by_saving(poll, ada):
    say(ada, poll, "a", "b", good=3)
    with pytest.raises(errors.NoJudgment):
        say(ada, poll, "a", "b", good=None)
    assert values(Comparison.objects.get()) == {"good": 3}


def test_another_maximum_is_kept_with_the_value(poll, ada):
    comparison_save(
        contributor=ada,
        poll=poll,
        left=item(poll, "a"),
        right=item(poll, "b"),
        judgments={"good": 1.0},
        maximum=1.0,
    )
    assert Judgment.objects.get().maximum == 1.0


@pytest.mark.parametrize("value", [10.01, -11, math.nan, math.inf, -math.inf])
def test_a_value_beyond_its_maximum_is_refused(poll, ada, value):
    with pytest.raises(errors.InvalidJudgment, match="from -10 to 10") as caught:
        say(ada, poll, "a", "b", cheap=1, good=value)
    assert caught.value.field == "judgments.good"
    assert not Comparison.objects.exists()


@pytest.mark.parametrize("maximum", [0, -1, math.nan, math.inf])
def test_an_impossible_maximum_is_refused(poll, ada, maximum):
    a, b = item(poll, "a"), item(poll, "b")
    with pytest.raises(errors.InvalidMaximum):
        comparison_save(contributor=ada, poll=poll, left=a, right=b, judgments={"good": 0}, maximum=maximum)


def test_an_item_compared_with_itself_is_refused(poll, ada):
    with pytest.raises(errors.SelfComparison):
        say(ada, poll, "a", "a", good=1)


@pytest.mark.parametrize("judgments", [{}, {"good": None}])
def test_no_judgment_at_all_is_refused(poll, ada, judgments):
    with pytest.raises(errors.NoJudgment):
        say(ada, poll, "a", "b", **judgments)
    assert not Comparison.objects.exists()
    assert not News.objects.exists()


def test_an_unknown_criterion_is_refused(poll, ada):
    with pytest.raises(errors.UnknownCriterion, match="good, cheap"):
        say(ada, poll, "a", "b", **{"x" * 1_000_000: 1})


def test_an_item_of_another_poll_or_a_hidden_one_is_refused(poll, ada):
    a, other, hidden = item(poll, "a"), EntityFactory(), EntityFactory(poll=poll, is_hidden=True)
    for left, right, field in ((a, other, "right"), (hidden, a, "left")):
        with pytest.raises(errors.EntityNotInPoll) as caught:
            comparison_save(contributor=ada, poll=poll, left=left, right=right, judgments={"good": 1})
        assert caught.value.field == field


def test_a_closed_poll_takes_no_judgments_but_lets_them_go(poll, ada):
    say(ada, poll, "a", "b", good=1)
    poll.is_open = False
    poll.save()
    with pytest.raises(errors.PollClosed):
        say(ada, poll, "a", "b", good=2)
    comparison_delete(contributor=ada, poll=poll, left=item(poll, "a"), right=item(poll, "b"))
    assert not Comparison.objects.exists()


def test_a_suspended_contributor_cannot_judge(poll):
    with pytest.raises(errors.ContributorSuspended):
        say(ContributorFactory(is_suspended=True), poll, "a", "b", good=1)


def test_deleting_works_either_way_round_leaves_news_and_only_touches_ones_own(poll, ada):
    say(ada, poll, "a", "b", good=1)
    kept = say(ContributorFactory(), poll, "a", "b", good=2)
    comparison_delete(contributor=ada, poll=poll, left=item(poll, "b"), right=item(poll, "a"))
    assert list(Comparison.objects.all()) == [kept]
    assert News.objects.count() == 3
    with pytest.raises(errors.ComparisonNotFound):
        comparison_delete(contributor=ada, poll=poll, left=item(poll, "b"), right=item(poll, "a"))


def test_reading_a_pair_either_way_round(poll, ada):
    saved = say(ada, poll, "a", "b", good=1)
    assert comparison_get_pair(contributor=ada, left=item(poll, "b"), right=item(poll, "a")) == saved
    with pytest.raises(errors.ComparisonNotFound):
        comparison_get_pair(contributor=ContributorFactory(), left=item(poll, "b"), right=item(poll, "a"))


def test_the_list_is_ones_own_newest_first_without_hidden_items(poll, ada, django_assert_num_queries):
    first, second, third = (say(ada, poll, *pair, good=1) for pair in ("ab", "bc", "ac"))
    say(ContributorFactory(), poll, "a", "b", good=1)
    say(ada, poll, "a", "b", good=2)
    with django_assert_num_queries(3):
        found = list(comparison_list(contributor=ada, poll=poll))
        assert (found[0].left.title, values(found[0])) == ("A", {"good": 2})
    assert found == [first, third, second]
    Entity.objects.filter(uid="c").update(is_hidden=True)
    assert list(comparison_list(contributor=ada, poll=poll)) == [first]


def test_a_changed_visibility_is_news_and_the_same_again_is_not(poll, ada):
    for is_public, news in ((False, 1), (False, 1), (True, 2), (True, 2), (False, 3)):
        rating = rating_set_public(contributor=ada, entity=item(poll, "a"), is_public=is_public)
        assert rating.is_public is is_public
        assert News.objects.count() == news
