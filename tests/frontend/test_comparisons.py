"""What the contributor said in a poll."""

import pytest
from django.core.cache import cache

from backend.comparisons.models import Comparison, Judgment
from backend.comparisons.services import comparison_save
from tests.factories import ContributorFactory, EntityFactory, poll_with, say

URL = "/polls/poll/comparisons/"
DELETE = f"{URL}delete/"
UNDO = f"{URL}undo/"


def test_it_works(member_client, contributor, poll):
    say(contributor, poll, "a", "b", good=-4, clear=0)
    page = member_client.get(URL)
    assert page.status_code == 200
    assert "A better by 4" in page.text
    assert "Equal" in page.text
    assert "/polls/poll/compare/?left=a&amp;right=b" in page.text


def test_nothing_yet_says_what_to_do(member_client, poll):
    assert "Compare two items" in member_client.get(URL).text


def test_others_comparisons_are_not_mine(member_client, contributor, poll):
    say(ContributorFactory(), poll, "a", "b", good=1)
    assert not member_client.get(URL).context["rows"]
    refused = member_client.post(DELETE, {"left": "a", "right": "b"})
    assert refused.status_code == 404
    assert Comparison.objects.count() == 1


def test_deleting_deletes_and_says_so(member_client, contributor, poll):
    say(contributor, poll, "a", "b", good=1)
    page = member_client.post(DELETE, {"left": "b", "right": "a"}, follow=True)
    assert "The comparison is deleted" in page.text
    assert not Comparison.objects.exists()


@pytest.mark.parametrize("pair", [{}, {"left": "a"}, {"left": "a", "right": "nix"}, {"left": "\0", "right": "a"}])
def test_deleting_what_is_not_there_is_answered_in_words(member_client, contributor, poll, pair):
    page = member_client.post(DELETE, pair)
    assert page.status_code == 404
    assert "<h1" in page.text


def test_visitors_log_in_first(client, poll):
    assert client.get(URL).url == "/accounts/login/?next=/polls/poll/comparisons/"
    assert client.post(DELETE).url.startswith("/accounts/login/")


def test_wrong_method(member_client, poll):
    assert member_client.post(URL).status_code == 405
    assert member_client.get(DELETE).status_code == 405


def test_bad_page_number(member_client, contributor, poll):
    assert member_client.get(URL, {"page": "abc"}).status_code == 400
    assert member_client.get(URL, {"page": "9"}).status_code == 404


def test_the_number_of_queries_is_constant(member_client, contributor, poll, django_assert_num_queries):
    say(contributor, poll, "a", "b", good=1)
    member_client.get(URL)  # counts the tags
    with django_assert_num_queries(10) as few:
        member_client.get(URL)
    for number in range(12):
        EntityFactory(poll=poll, uid=f"more{number}")
        say(contributor, poll, "a", f"more{number}", good=1, clear=2)
    with django_assert_num_queries(len(few)):
        member_client.get(URL)


def pairs(page) -> list[tuple[str, str]]:
    return [(row.comparison.left.uid, row.comparison.right.uid) for row in page.context["rows"]]


def test_comparisons_are_found_by_words_criterion_and_tag(member_client, contributor, poll):
    cache.clear()
    poll.entities.filter(uid="c").update(tags=["bird"])
    say(contributor, poll, "a", "b", good=1)
    say(contributor, poll, "c", "b", clear=1)
    say(contributor, poll, "a", "d", good=1)
    assert pairs(member_client.get(URL, {"q": "b"})) == [("c", "b"), ("a", "b")]
    assert pairs(member_client.get(URL, {"criterion": "clear"})) == [("c", "b")]
    assert pairs(member_client.get(URL, {"tag": "bird"})) == [("c", "b")]
    assert pairs(member_client.get(URL, {"q": "a", "criterion": "good"})) == [("a", "d"), ("a", "b")]
    assert "Nothing found" in member_client.get(URL, {"q": "zebra"}).text


def test_comparisons_are_sorted(member_client, contributor, poll):
    for right, value in (("b", -9), ("c", 0), ("d", 4)):
        say(contributor, poll, "a", right, good=value)
    order = {
        sorting: "".join(right for _, right in pairs(member_client.get(URL, {"order": sorting})))
        for sorting in ("new", "old", "clear", "close", "nix")
    }
    assert order == {"new": "dcb", "old": "bcd", "clear": "bdc", "close": "cdb", "nix": "dcb"}


def test_the_address_of_the_next_page_keeps_the_filters(member_client, contributor, poll, monkeypatch):
    monkeypatch.setattr("frontend.pages.mine.comparisons.PAGE_SIZE", 1)
    for right in "bc":
        say(contributor, poll, "a", right, good=1)
    first = member_client.get(URL, {"q": "a", "order": "old", "criterion": "good"})
    second = member_client.get(first.context["next_url"])
    assert (pairs(first), pairs(second)) == ([("a", "b")], [("a", "c")])


@pytest.mark.parametrize("query", [{"q": "\0"}, {"q": "x" * 201}, {"tag": "x" * 201}, {"criterion": "nix"}])
def test_bad_filters_are_answered_in_words(member_client, contributor, poll, query):
    assert member_client.get(URL, query).status_code == 400


def test_a_deletion_is_undone_exactly(member_client, contributor, poll):
    comparison_save(
        contributor=contributor,
        poll=poll,
        left=poll.entities.get(uid="a"),
        right=poll.entities.get(uid="b"),
        judgments={"clear": 2.5},
        maximum=4,
    )
    say(contributor, poll, "b", "a", good=3)
    before = list(Judgment.objects.order_by("criterion").values_list("criterion", "value", "maximum"))
    assert "Undo the deletion" in member_client.post(DELETE, {"left": "b", "right": "a"}, follow=True).text
    assert not Comparison.objects.exists()
    page = member_client.post(UNDO, follow=True)
    assert "back as it was" in page.text
    assert "Undo the deletion" not in page.text
    assert list(Judgment.objects.order_by("criterion").values_list("criterion", "value", "maximum")) == before
    assert Comparison.objects.get().left.uid == "a"
    assert "nothing to put back" in member_client.post(UNDO, follow=True).text


def test_what_was_said_again_meanwhile_stays(member_client, contributor, poll):
    say(contributor, poll, "a", "b", good=1)
    member_client.post(DELETE, {"left": "a", "right": "b"})
    say(contributor, poll, "b", "a", good=5)
    assert "What you said then stays" in member_client.post(UNDO, follow=True).text
    assert Judgment.objects.get().value == 5


def test_a_deletion_in_a_closed_poll_is_not_undone(member_client, contributor, poll):
    say(contributor, poll, "a", "b", good=1)
    poll.is_open = False
    poll.save()
    member_client.post(DELETE, {"left": "a", "right": "b"})
    assert "This poll is closed" in member_client.post(UNDO, follow=True).text
    assert not Comparison.objects.exists()


def test_a_deletion_is_forgotten_after_ten_minutes_and_in_other_polls(member_client, contributor, poll, monkeypatch):
    say(contributor, poll, "a", "b", good=1)
    member_client.post(DELETE, {"left": "a", "right": "b"})
    other = poll_with(slug="other")
    assert "nothing to put back" in member_client.post(f"/polls/{other.slug}/comparisons/undo/", follow=True).text
    monkeypatch.setattr("frontend.pages.mine.comparisons.UNDO_SECONDS", -1)
    assert "nothing to put back" in member_client.post(UNDO, follow=True).text
    assert "comparison_taken_back" not in member_client.session
