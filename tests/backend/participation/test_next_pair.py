"""Which pair is asked next."""

from collections import Counter
from datetime import timedelta
from itertools import combinations

import numpy as np
import pytest
from django.utils import timezone

from backend.entities.models import Entity
from backend.participation.pairs.next_pair import Reason, next_pair, next_pairs
from backend.participation.pairs.rate_later import rate_later_add
from backend.polls.models import Poll
from tests.factories import ContributorFactory, EntityFactory, poll_with, publish, say

pytestmark = pytest.mark.django_db


def asked(poll: Poll, contributor, seed: int = 0, exclude=()):
    return next_pair(contributor=contributor, poll=poll, exclude=exclude, rng=np.random.default_rng(seed))


def pair(suggestion) -> str:
    return "".join(sorted((suggestion.left.uid, suggestion.right.uid)))


def add_items(poll: Poll, count: int = 60) -> None:
    Entity.objects.bulk_create([Entity(poll=poll, uid=f"x{i}", title="x") for i in range(count)])


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
    assert 30 <= reasons[Reason.RANDOM] <= 56  # among the first pairs
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
    add_items(poll, 3_000)
    with django_assert_max_num_queries(12):
        assert asked(poll, ada) is not None


def seen(poll: Poll, contributor, **options) -> list[tuple[str, str]]:
    return [(s.reason, pair(s)) for s in next_pairs(contributor=contributor, poll=poll, **options)]


def test_loading_again_asks_the_same_and_a_comparison_or_a_skip_another():
    poll, ada = poll_with(items=20), ContributorFactory()
    say(ada, poll, "a", "b", good=1)
    [first] = seen(poll, ada)
    assert [first] == seen(poll, ada)
    skipped = {poll.entities.get(uid=uid).pk for uid in first[1]}
    assert not {*first[1]} & {*seen(poll, ada, exclude=skipped)[0][1]}
    before = seen(poll, ada, count=20)
    say(ada, poll, "c", "d", good=1)
    assert before != seen(poll, ada, count=20)


def test_a_quarter_of_all_pairs_is_random_whatever_else_there_is():
    poll, ada = poll_with(items=26), ContributorFactory()
    add_items(poll)
    say(ada, poll, "a", "b", good=1)
    rate_later_add(contributor=ada, entity=poll.entities.get(uid="z"))
    found = Counter(asked(poll, ada, seed).reason for seed in range(60))
    assert 7 <= found[Reason.RANDOM] <= 25
    assert 7 <= found[Reason.IN_LIST] <= 25


def test_first_pairs_of_a_small_poll_are_mostly_blind_then_none_until_a_quarter_is():
    poll, ada = poll_with(items=6), ContributorFactory()
    reasons = [
        [asked_reason for asked_reason, _ in seen(poll, ada, count=15, rng=np.random.default_rng(seed))]
        for seed in range(30)
    ]
    blind = np.mean([[reason == Reason.RANDOM for reason in one] for one in reasons], axis=0)
    assert blind[:4].mean() > 0.6
    assert not blind[4:12].any()
    assert blind[12:].any()


def test_blind_pairs_of_a_small_poll_are_of_items_not_met_while_two_are_left():
    poll, ada = poll_with(items=6), ContributorFactory()
    say(ada, poll, "a", "b", good=1)
    found = [asked(poll, ada, seed) for seed in range(60)]
    drawn = Counter(pair(s) for s in found if s.reason == Reason.RANDOM)
    assert {*drawn} == {"cd", "ce", "cf", "de", "df", "ef"}


def test_items_of_the_list_for_later_are_asked_against_known_ones():
    poll, ada = poll_with(items=20), ContributorFactory()
    say(ada, poll, "a", "b", good=1)
    rate_later_add(contributor=ada, entity=poll.entities.get(uid="q"))
    found = [asked(poll, ada, seed) for seed in range(20)]
    listed = [s for s in found if s.reason == Reason.IN_LIST]
    assert listed
    assert {pair(s) for s in listed} <= {"aq", "bq"}
    assert {s.reason_text for s in listed} == {"“Q” is in your list"}


def test_groups_of_own_items_are_joined():
    poll, ada = poll_with(items=25), ContributorFactory()
    add_items(poll)
    for left, right in ("ab", "bc", "ca", "ad", "bd", "cd", "xy"):
        say(ada, poll, left, right, good=1)
    found = [asked(poll, ada, seed) for seed in range(20)]
    joining = [pair(s) for s in found if s.reason == Reason.CONNECTED]
    assert len(joining) > 7
    assert all(({*"xy"} & {*p}) and ({*"abcd"} & {*p}) for p in joining)


def test_new_items_wait_until_the_known_ones_hang_together_where_there_are_many():
    poll, ada = poll_with(items=12), ContributorFactory()
    add_items(poll)
    for left, right in ("ab", "bc", "cd", "de"):
        say(ada, poll, left, right, good=1)
    found = [asked(poll, ada, seed) for seed in range(20)]
    assert all({*pair(s)} <= {*"abcde"} for s in found if s.reason != Reason.RANDOM)


def test_few_items_are_all_met_before_the_known_ones_are_asked_about_again():
    poll, ada = poll_with(items=12), ContributorFactory()
    for left, right in ("ab", "bc", "cd", "de"):
        say(ada, poll, left, right, good=1)
    asked_about = [
        {*pair(s)} & {*"abcde"} for s in (asked(poll, ada, seed) for seed in range(20)) if s.reason != Reason.RANDOM
    ]
    assert {len(known) for known in asked_about} == {1}


def test_close_items_are_asked_about_once_all_are_known():
    """The scores are a < b < ... < h: neighbours tell most, whatever pairs are looked at."""
    poll, ada = poll_with(items=8), ContributorFactory()
    for left, right in combinations("abcdefgh", 2):
        if ord(right) - ord(left) in {3, 4}:
            say(ada, poll, left, right, good=10)
    found = [asked(poll, ada, seed) for seed in range(20)]
    apart = [abs(ord(s.left.uid) - ord(s.right.uid)) for s in found if s.reason != Reason.RANDOM]
    assert apart
    assert max(apart) <= 2


def test_what_is_new_in_the_poll_is_asked_about():
    poll, ada = poll_with(items=10), ContributorFactory()
    Poll.objects.update(created_at=timezone.now() - timedelta(days=30))
    poll.entities.update(created_at=timezone.now() - timedelta(days=20))
    EntityFactory(poll=poll, uid="z", title="Zebra")
    poll.refresh_from_db()
    say(ada, poll, "a", "b", good=1)
    found = [asked(poll, ada, seed) for seed in range(60)]
    new = [s for s in found if s.reason == Reason.NEW]
    assert len(new) > 7
    assert {s.reason_text for s in new} == {"“Zebra” is new in this poll"}


def test_an_anchor_is_in_every_pair_until_it_has_met_all():
    poll, ada = poll_with(items=5), ContributorFactory()
    anchor = poll.entities.get(uid="c")
    partners = seen(poll, ada, anchor=anchor, count=20)
    assert sorted(p for _, p in partners) == ["ac", "bc", "cd", "ce"]
    for uid in "abde":
        say(ada, poll, "c", uid, good=1)
    assert seen(poll, ada, anchor=anchor) == []


def test_titles_with_percent_signs_and_of_any_length_are_said():
    poll, ada = poll_with(items=3), ContributorFactory()
    poll.entities.update(title="100 % " * 40)
    say(ada, poll, "a", "b", good=1)
    texts = {asked(poll, ada, seed).reason_text for seed in range(20)}
    assert any("100 % 100 %" in text and len(text) < 120 for text in texts)


def test_a_poll_without_criteria_and_judgments_on_other_criteria_make_no_belief_but_pairs():
    poll, ada = poll_with(items=5, criteria=("good", "clear")), ContributorFactory()
    say(ada, poll, "a", "b", clear=1)
    assert pair(asked(poll, ada)) != "ab"
    poll.criteria.all().delete()
    assert asked(poll, ada) is not None
