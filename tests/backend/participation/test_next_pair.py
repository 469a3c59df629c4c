"""Which pair is asked next."""

from collections import Counter

import numpy as np
import pytest

from backend.entities.models import Entity
from backend.participation.selectors import Reason, next_pair
from backend.polls.models import Poll
from tests.factories import ContributorFactory, poll_with, publish, say

pytestmark = pytest.mark.django_db


def asked(poll: Poll, contributor, seed: int = 0, exclude=()):
    return next_pair(contributor=contributor, poll=poll, exclude=exclude, rng=np.random.default_rng(seed))


def pair(suggestion) -> str:
    return "".join(sorted((suggestion.left.uid, suggestion.right.uid)))


def test_it_works():
    poll = poll_with()
    suggestion = asked(poll, ContributorFactory())
    assert suggestion.left != suggestion.right
    assert suggestion.reason in Reason.values


def test_a_visitor_without_account_gets_a_pair_to_try():
    assert asked(poll_with(items=2), None) is not None


def test_every_pair_is_asked_once_and_then_none():
    poll, ada = poll_with(items=5), ContributorFactory()
    seen = []
    while (suggestion := asked(poll, ada, seed=len(seen))) is not None:
        seen.append(pair(suggestion))
        say(ada, poll, suggestion.left.uid, suggestion.right.uid, good=1)
    assert len(seen) == len(set(seen)) == 10


@pytest.mark.parametrize("items", [0, 1])
def test_too_few_items_make_no_pair(items):
    assert asked(poll_with(items=items), ContributorFactory()) is None


def test_hidden_and_skipped_items_are_not_asked_about():
    poll, ada = poll_with(items=4), ContributorFactory()
    say(ada, poll, "a", "c", good=1)
    Entity.objects.filter(uid="a").update(is_hidden=True)
    skipped = poll.entities.get(uid="b").pk
    assert {pair(asked(poll, ada, seed, [skipped])) for seed in range(20)} == {"cd"}


def test_items_of_other_polls_are_not_asked_about():
    poll = poll_with(items=3)
    poll_with(items=20)
    assert {asked(poll, None, seed).left.poll for seed in range(20)} == {poll}


def test_both_sides_are_as_likely():
    poll, ada = poll_with(items=2), ContributorFactory()
    lefts = Counter(asked(poll, ada, seed).left.uid for seed in range(60))
    assert min(lefts["a"], lefts["b"]) > 15


def test_new_items_are_joined_to_known_ones_and_a_share_is_random():
    poll, ada = poll_with(items=20), ContributorFactory()
    say(ada, poll, "a", "b", good=1)
    found = [asked(poll, ada, seed) for seed in range(60)]
    reasons = Counter(suggestion.reason for suggestion in found)
    assert set(reasons) == {Reason.LITTLE_COMPARED, Reason.RANDOM}
    assert 5 <= reasons[Reason.RANDOM] <= 28
    joining = [pair(suggestion) for suggestion in found if suggestion.reason == Reason.LITTLE_COMPARED]
    assert all(("a" in p) != ("b" in p) for p in joining)


def test_items_that_few_have_compared_come_first():
    poll, ada = poll_with(items=12), ContributorFactory()
    say(ada, poll, "a", "b", good=1)
    good, entities = poll.criteria.get(), poll.entities.exclude(uid="l")
    publish(poll, [{"criterion_id": good.pk, "entity_id": e.pk, "contributors": 500} for e in entities])
    found = [asked(poll, ada, seed) for seed in range(40)]
    chosen = [pair(s) for s in found if s.reason == Reason.LITTLE_COMPARED]
    assert sum("l" in p for p in chosen) > 0.9 * len(chosen)


def test_the_queries_do_not_grow_with_the_poll(django_assert_max_num_queries):
    poll, ada = poll_with(items=2), ContributorFactory()
    say(ada, poll, "a", "b", good=1)
    Entity.objects.bulk_create([Entity(poll=poll, uid=f"x{i}", title="x") for i in range(3_000)])
    with django_assert_max_num_queries(9):
        assert asked(poll, ada) is not None
