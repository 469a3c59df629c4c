"""What an item was compared with, as everybody may see it."""

import pytest

from backend.accounts.models import Contributor
from backend.comparisons.selectors import OPPONENTS_SHOWN, Opponent, opponents_of
from backend.comparisons.services import rating_set_public
from tests.factories import ContributorFactory, poll_with, say

pytestmark = pytest.mark.django_db


def says(poll, left, right, value, *, shown="abcdefghijklm"):
    contributor = ContributorFactory()
    say(contributor, poll, left, right, good=value)
    for entity in poll.entities.filter(uid__in={left, right} & {*shown}):
        rating_set_public(contributor=contributor, entity=entity, is_public=True)


def found(poll, uid="a"):
    return opponents_of(entity=poll.entities.get(uid=uid), criterion=poll.criteria.get())


def test_it_works():
    poll = poll_with()
    for left, right, value in [
        ("a", "b", 3),
        ("a", "b", -2),
        ("b", "a", 5),
        ("b", "a", 0),
        ("c", "a", -1),
        ("b", "c", 9),
    ]:
        says(poll, left, right, value)
    b, c = (poll.entities.get(uid=uid) for uid in "bc")
    assert found(poll) == [Opponent(b, against=1, equal=1, favourable=2), Opponent(c, against=1, equal=0, favourable=0)]


@pytest.mark.parametrize("shown", ["", "a", "b"])
def test_comparisons_of_which_an_item_is_private_are_left_out(shown):
    poll = poll_with()
    says(poll, "a", "b", 3, shown=shown)
    assert found(poll) == []


def test_so_are_hidden_items_and_people_who_are_suspended():
    poll = poll_with()
    says(poll, "a", "b", 3)
    says(poll, "a", "c", 3)
    Contributor.objects.filter(comparisons__right__uid="c").update(is_suspended=True)
    poll.entities.filter(uid="b").update(is_hidden=True)
    assert found(poll) == []


def test_and_other_criteria():
    poll = poll_with(criteria=["good", "new"])
    says(poll, "a", "b", 3)
    assert opponents_of(entity=poll.entities.get(uid="a"), criterion=poll.criteria.get(name="new")) == []


def test_only_the_most_frequent_are_read(django_assert_num_queries):
    poll = poll_with(items=OPPONENTS_SHOWN + 3)
    for entity in poll.entities.exclude(uid="a"):
        says(poll, "a", entity.uid, 1)
    says(poll, "m", "a", 1)
    with django_assert_num_queries(4):
        opponents = found(poll)
    assert [opponent.entity.uid for opponent in opponents] == ["m", *"bcdefghij"]
