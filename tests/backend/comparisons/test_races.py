"""Two tabs at once, on two real connections."""

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from threading import Barrier

import pytest
from django.db import connection, transaction

from backend.comparisons.many import Line, comparisons_save_many
from backend.comparisons.models import Comparison, Judgment
from backend.comparisons.services import comparison_delete
from tests.factories import ContributorFactory, poll_with, say

ROUNDS = 5


def at_once(*actions):
    """Run each action in a thread with a connection of its own; return their results."""
    barrier = Barrier(len(actions))

    def run(action):
        try:
            barrier.wait(timeout=60)
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_save_a_new_pair_at_once_store_it_once():
    poll, contributor = poll_with(items=ROUNDS + 1), ContributorFactory()
    for uid in "bcdef":
        saved = at_once(
            lambda uid=uid: say(contributor, poll, "a", uid, good=1),
            lambda uid=uid: say(contributor, poll, uid, "a", good=2),
        )
        assert len({comparison.pk for comparison in saved}) == 1
        assert sorted(comparison.was_created for comparison in saved) == [False, True]
    assert Comparison.objects.count() == Judgment.objects.count() == ROUNDS


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_judge_different_criteria_lose_neither():
    poll, contributor = poll_with(criteria=("good", "cheap")), ContributorFactory()
    at_once(
        lambda: say(contributor, poll, "a", "b", good=1),
        lambda: say(contributor, poll, "a", "b", cheap=2),
    )
    assert {(j.criterion.name, abs(j.value)) for j in Judgment.objects.all()} == {("good", 1), ("cheap", 2)}


@pytest.mark.django_db(transaction=True)
def test_a_deletion_takes_what_another_tab_is_just_adding():
    poll, contributor = poll_with(criteria=("good", "cheap")), ContributorFactory()
    comparison = say(contributor, poll, "a", "b", good=1)

    def delete() -> None:
        try:
            comparison_delete(contributor=contributor, poll=poll, left=comparison.left, right=comparison.right)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            say(contributor, poll, "a", "b", cheap=2)
            deletion = pool.submit(delete)
            with pytest.raises(TimeoutError):
                deletion.result(timeout=0.5)
        deletion.result(timeout=60)
    assert not Comparison.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_lines_at_once_twice_and_one_by_one_lose_nothing_and_do_not_block_each_other():
    poll, contributor = poll_with(items=7), ContributorFactory()
    lines = [Line(left, right, {"good": 1}) for left, right in combinations("abcdefg", 2)]

    def many(part):
        return comparisons_save_many(contributor=contributor, poll=poll, lines=part)

    at_once(
        lambda: many(lines),
        lambda: many(lines[::-1]),
        lambda: [say(contributor, poll, line.left, line.right, good=1) for line in lines],
    )
    assert Comparison.objects.count() == Judgment.objects.count() == len(lines)
