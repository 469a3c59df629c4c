"""Judgments of one's own that deserve a second look."""

import numpy as np
import pytest

from backend.participation.my_space import contradictions
from backend.participation.my_space.contradictions import contradictions_of
from backend.participation.own_record import OwnRecord
from tests.factories import ContributorFactory, EntityFactory, say

URL = "/polls/poll/me/second-looks/"


def circles(contributor, poll) -> list[list[tuple[str, str]]]:
    found = contradictions_of(contributor=contributor, poll=poll, criterion=poll.criteria.get(name="good"))
    return [[(said.better.uid, said.worse.uid) for said in circle] for circle in found.circles]


@pytest.fixture
def around(poll, contributor):
    """Let Ada prefer a to b, b to c, and c to a."""
    say(contributor, poll, "a", "b", good=-6)
    say(contributor, poll, "c", "b", good=4)
    say(contributor, poll, "a", "c", good=5)
    return poll


def test_it_works(member_client, around):
    page = member_client.get(URL)
    assert page.status_code == 200
    assert "Going round in a circle" in page.text
    assert "A better by 6" in page.text
    assert "/compare/?left=c&amp;right=a" in page.text


def test_a_circle_is_told_once_and_in_order(contributor, around):
    assert circles(contributor, around) == [[("a", "b"), ("b", "c"), ("c", "a")]]


@pytest.mark.parametrize("pair", ["ab", "cb", "ac"])
def test_equal_or_turned_judgments_make_no_circle(contributor, around, pair):
    say(contributor, around, *pair, good=0)
    assert circles(contributor, around) == []


def test_the_clearest_circles_come_first(contributor, around, monkeypatch):
    say(contributor, around, "d", "a", good=-9)
    say(contributor, around, "d", "b", good=7)
    assert [circle[-1] for circle in circles(contributor, around)] == [("d", "a"), ("c", "a")]
    monkeypatch.setattr(contradictions, "MOST", 1)
    assert len(circles(contributor, around)) == 1


def test_a_surprise_is_told_with_what_was_to_expect(member_client, contributor, poll):
    for number in range(8):  # a is far below, b far above all of them
        EntityFactory(poll=poll, uid=f"more{number}")
        say(contributor, poll, "a", f"more{number}", good=8)
        say(contributor, poll, f"more{number}", "b", good=8)
    say(contributor, poll, "b", "a", good=9)
    (row, *_) = member_client.get(URL).context["surprises"]
    assert {row.surprise.left.uid, row.surprise.right.uid} == {"a", "b"}
    assert (row.said, row.expected[:1]) == ("B better by 9", "A")


def test_judgments_that_fit_are_praised_not_listed(member_client, contributor, poll):
    assert "Nothing to look at yet" in member_client.get(URL).text
    say(contributor, poll, "a", "b", good=3)
    say(contributor, poll, "b", "c", good=3)
    assert "All of it fits" in member_client.get(URL).text


def test_others_and_hidden_and_other_criteria_are_left_out(member_client, contributor, around):
    assert "Nothing to look at yet" in member_client.get(URL, {"criterion": "clear"}).text
    assert circles(ContributorFactory(), around) == []
    around.entities.filter(uid="b").update(is_hidden=True)
    assert circles(contributor, around) == []


def test_circles_are_those_of_a_slow_twin():
    rng = np.random.default_rng(3)
    pairs = [(i, j) for i in range(12) for j in range(i) if rng.random() < 0.7]
    left, right = (np.array(ends, np.int64) for ends in zip(*pairs, strict=True))
    edges = contradictions._edges(OwnRecord(left, right, rng.uniform(-1, 1, len(left))))
    wins = {(better, worse): value for better, row in edges.items() for worse, value in row.items()}
    slow = {
        (min(wins[a, b], wins[b, c], wins[c, a]), a, b, c)
        for a in range(12)
        for b in range(a + 1, 12)
        for c in range(a + 1, 12)
        if (a, b) in wins and (b, c) in wins and (c, a) in wins
    }
    found = list(contradictions._triangles(edges))
    assert len(found) == len(set(found))
    assert set(found) == slow
    assert slow


def test_it_is_for_accounts_and_bad_input_is_named(client, member_client, poll):
    assert client.get(URL).url.startswith("/accounts/login/")
    assert member_client.post(URL).status_code == 405
    assert member_client.get(URL, {"criterion": "nix"}).status_code == 400
