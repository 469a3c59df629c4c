"""Pairs that cannot be compared."""

import pytest
from django.db import IntegrityError, transaction

from backend.common.errors import (
    ApplicationError,
    ComparisonExists,
    ContributorSuspended,
    EntityNotInPoll,
    InvalidText,
    PollClosed,
    SelfComparison,
    UnknownReason,
)
from backend.participation.models import SetAside
from backend.participation.pairs.next_pair import next_pair, next_pairs
from backend.participation.pairs.set_aside import set_aside_add, set_aside_get_pair, set_aside_list, set_aside_remove
from backend.participation.services import contributor_delete, judge
from tests.factories import ContributorFactory, poll_with, say

pytestmark = pytest.mark.django_db


def sides(poll, pair: str) -> dict:
    return {"left": poll.entities.get(uid=pair[0]), "right": poll.entities.get(uid=pair[1])}


def put(contributor, poll, pair: str, reason: str = "not_comparable", **rest) -> SetAside:
    return set_aside_add(contributor=contributor, poll=poll, **sides(poll, pair), reason=reason, **rest)


def listed(contributor, poll) -> list[str]:
    return [kept.left.uid + kept.right.uid for kept in set_aside_list(contributor=contributor, poll=poll)]


def test_it_works():
    poll, ada = poll_with(), ContributorFactory()
    put(ada, poll, "ab", "left_unknown")
    put(ada, poll, "cd", "other", words="  Too far apart ")
    assert listed(ada, poll) == ["cd", "ab"]
    assert SetAside.objects.get(left__uid="c").words == "Too far apart"
    assert set_aside_remove(contributor=ada, **sides(poll, "ba"))
    assert not set_aside_remove(contributor=ada, **sides(poll, "ba"))
    assert listed(ada, poll) == ["cd"]


def test_a_pair_is_set_aside_once_whichever_way_round_and_the_last_reason_counts():
    poll, ada = poll_with(), ContributorFactory()
    put(ada, poll, "ab", "other", words="Hm")
    kept = put(ada, poll, "ba", "left_unknown", words="not of this reason")
    assert (SetAside.objects.get(), kept.words) == (kept, "")
    with pytest.raises(IntegrityError), transaction.atomic():
        SetAside.objects.create(contributor=ada, **sides(poll, "ab"), reason="other")


def test_it_is_of_one_contributor_in_one_poll():
    poll, other, ada = poll_with(), poll_with(), ContributorFactory()
    put(ada, poll, "ab")
    assert listed(ada, other) == listed(ContributorFactory(), poll) == []
    assert set_aside_get_pair(contributor=ContributorFactory(), **sides(poll, "ab")) is None


def test_it_is_not_asked_again_until_it_is_taken_back():
    poll, ada = poll_with(items=3), ContributorFactory()
    put(ada, poll, "ab")
    asked = next_pairs(contributor=ada, poll=poll, count=9)
    assert {frozenset((pair.left.uid, pair.right.uid)) for pair in asked} == {frozenset("ac"), frozenset("bc")}
    put(ada, poll, "ca")
    put(ada, poll, "bc")
    assert next_pair(contributor=ada, poll=poll) is None
    assert next_pair(contributor=ada, poll=poll, anchor=poll.entities.get(uid="a")) is None
    assert next_pair(contributor=ContributorFactory(), poll=poll)
    set_aside_remove(contributor=ada, **sides(poll, "bc"))
    assert next_pair(contributor=ada, poll=poll)


def test_judging_it_after_all_brings_it_back():
    poll, ada = poll_with(), ContributorFactory()
    put(ada, poll, "ab")
    judge(contributor=ada, poll=poll, **sides(poll, "ba"), judgments={"good": 2})
    assert listed(ada, poll) == []


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"reason": "nix"}, UnknownReason),
        ({"reason": ""}, UnknownReason),
        ({"reason": "other", "words": "x" * 201}, InvalidText),
        ({"reason": "other", "words": "a\0"}, InvalidText),
    ],
)
def test_a_reason_that_cannot_be_kept_is_refused(wrong, error):
    poll, ada = poll_with(), ContributorFactory()
    with pytest.raises(error):
        put(ada, poll, "ab", **wrong)
    assert not SetAside.objects.exists()


def test_who_may_not_judge_may_not_set_aside():
    poll, ada = poll_with(), ContributorFactory()

    def refused(error: type[ApplicationError], pair: str = "ab", **rest) -> None:
        with pytest.raises(error):
            put(rest.get("contributor", ada), rest.get("poll", poll), pair)

    refused(SelfComparison, "aa")
    refused(ContributorSuspended, contributor=ContributorFactory(is_suspended=True))
    refused(PollClosed, poll=poll_with(is_open=False))
    say(ada, poll, "b", "a", good=1)
    refused(ComparisonExists)
    poll.entities.filter(uid="c").update(is_hidden=True)
    refused(EntityNotInPoll, "cd")
    assert not SetAside.objects.exists()


def test_it_goes_with_its_contributor():
    poll, ada = poll_with(), ContributorFactory()
    put(ada, poll, "ab")
    contributor_delete(contributor=ada)
    assert not SetAside.objects.exists()
