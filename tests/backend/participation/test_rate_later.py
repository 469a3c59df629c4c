"""The list of items to rate later."""

import pytest

from backend.common.errors import RateLaterFull
from backend.participation.models import RateLater
from backend.participation.pairs import rate_later
from backend.participation.pairs.rate_later import (
    rate_later_add,
    rate_later_holds,
    rate_later_list,
    rate_later_remove,
)
from backend.participation.services import contributor_delete, judge
from tests.factories import ContributorFactory, EntityFactory, poll_with, say

pytestmark = pytest.mark.django_db


def uids(contributor, poll) -> list[str]:
    return [item.entity.uid for item in rate_later_list(contributor=contributor, poll=poll)]


def add(contributor, poll, *names: str) -> None:
    for uid in names:
        rate_later_add(contributor=contributor, entity=poll.entities.get(uid=uid))


def judged(contributor, poll, left: str, right: str) -> None:
    pair = {"left": poll.entities.get(uid=left), "right": poll.entities.get(uid=right)}
    judge(contributor=contributor, poll=poll, **pair, judgments={"good": 1})


def test_it_works():
    poll, ada = poll_with(), ContributorFactory()
    add(ada, poll, "a", "b", "a")
    assert uids(ada, poll) == ["b", "a"]
    assert rate_later_holds(contributor=ada, entity=poll.entities.get(uid="a"))
    assert rate_later_remove(contributor=ada, entity=poll.entities.get(uid="b"))
    assert not rate_later_remove(contributor=ada, entity=poll.entities.get(uid="b"))
    assert uids(ada, poll) == ["a"]


def test_each_list_is_of_one_contributor_in_one_poll():
    poll, other, ada = poll_with(), poll_with(), ContributorFactory()
    add(ada, poll, "a")
    add(ContributorFactory(), poll, "b")
    add(ada, other, "c")
    assert uids(ada, poll) == ["a"]


def test_hidden_items_are_not_listed():
    poll, ada = poll_with(), ContributorFactory()
    add(ada, poll, "a")
    poll.entities.update(is_hidden=True)
    assert uids(ada, poll) == []


def test_a_full_list_is_refused_in_words(monkeypatch):
    monkeypatch.setattr(rate_later, "QUOTA", 2)
    poll, ada = poll_with(), ContributorFactory()
    add(ada, poll, "a", "b", "b")
    with pytest.raises(RateLaterFull, match="it holds 2 items"):
        add(ada, poll, "c")
    add(ada, poll_with(), "a")
    assert uids(ada, poll) == ["b", "a"]


def test_an_item_leaves_once_it_was_compared_four_times_since():
    poll, ada = poll_with(items=8), ContributorFactory()
    say(ada, poll, "a", "b", good=1)
    add(ada, poll, "a", "h")
    for number, partner in enumerate("cdef", start=1):
        judged(ada, poll, *("a" + partner if number % 2 else partner + "a"))
        judged(ada, poll, "a", partner)  # the same pair again counts once
        assert uids(ada, poll) == (["h", "a"] if number < 4 else ["h"])


def test_other_peoples_comparisons_do_not_empty_the_list():
    poll, ada, eve = poll_with(items=6), ContributorFactory(), ContributorFactory()
    add(ada, poll, "a")
    for partner in "bcdef":
        judged(eve, poll, "a", partner)
    assert uids(ada, poll) == ["a"]


def test_it_is_deleted_with_its_owner_and_with_its_item():
    poll, ada, eve = poll_with(), ContributorFactory(), ContributorFactory()
    add(ada, poll, "a")
    add(eve, poll, "a", "b")
    contributor_delete(contributor=ada)
    assert RateLater.objects.count() == 2
    poll.entities.get(uid="a").delete()
    assert uids(eve, poll) == ["b"]


def test_judging_costs_a_query_more_however_long_the_list_is(django_assert_max_num_queries):
    poll, ada = poll_with(), ContributorFactory()
    RateLater.objects.bulk_create([RateLater(contributor=ada, entity=EntityFactory(poll=poll)) for _ in range(30)])
    pair = list(poll.entities.filter(uid__in="ab"))
    with django_assert_max_num_queries(1):
        rate_later.rate_later_settle(contributor=ada, entities=pair)
