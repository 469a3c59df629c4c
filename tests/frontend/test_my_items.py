"""The items that the contributor compared, and who sees what they think of them."""

import pytest

from backend.comparisons.models import Rating
from backend.comparisons.services import rating_set_public
from backend.polls.models import News
from tests.factories import ContributorFactory, EntityFactory, say

URL = "/polls/poll/me/items/"
CHANGE = f"{URL}visibility/"


@pytest.fixture
def judged(poll, contributor):
    """Ada thinks that c > b > a, and compared d with a on the criterion clear alone."""
    say(contributor, poll, "a", "b", good=8)
    say(contributor, poll, "b", "c", good=8)
    say(contributor, poll, "a", "d", clear=3)
    News.objects.all().delete()
    return poll


def shown(page) -> list[str]:
    return [row.entity.uid for row in page.context["rows"]]


def public(contributor) -> set[str]:
    return set(contributor.ratings.filter(is_public=True).values_list("entity__uid", flat=True))


def test_it_works(member_client, judged):
    page = member_client.get(URL)
    assert page.status_code == 200
    assert shown(page) == ["c", "b", "a", "d"]
    assert "everybody: −12" in page.text
    assert "Not judged by you on this criterion" in page.text
    assert "compared 2 times" in page.text
    assert "Only you see this" in page.text


def test_search_order_and_visibility(member_client, contributor, judged):
    rating_set_public(contributor=contributor, entity=judged.entities.get(uid="b"), is_public=True)
    assert shown(member_client.get(URL, {"order": "worst"})) == ["a", "b", "c", "d"]
    assert shown(member_client.get(URL, {"order": "often"}))[2:] == ["c", "d"]
    assert shown(member_client.get(URL, {"q": "b"})) == ["b"]
    assert shown(member_client.get(URL, {"shown": "public"})) == ["b"]
    assert shown(member_client.get(URL, {"shown": "private"})) == ["c", "a", "d"]
    assert set(shown(member_client.get(URL, {"criterion": "clear"}))[:2]) == {"a", "d"}
    assert "Nothing found" in member_client.get(URL, {"q": "zebra"}).text


def test_hidden_items_and_others_opinions_are_not_there(member_client, contributor, judged):
    say(ContributorFactory(), judged, "c", "d", good=1)
    judged.entities.filter(uid="b").update(is_hidden=True)
    assert set(shown(member_client.get(URL))) == {"a", "c", "d"}


def test_nothing_yet_says_what_to_do(member_client, poll):
    assert "Compare two items" in member_client.get(URL).text


def test_what_becomes_public_is_told_first(member_client, contributor, judged):
    rating_set_public(contributor=contributor, entity=judged.entities.get(uid="b"), is_public=True)
    asked = member_client.post(CHANGE, {"item": ["a", "c"], "to": "public", "which": "chosen"})
    assert "2 more items become public under your name, ada" in asked.text
    assert "And 2 comparisons" in asked.text
    assert public(contributor) == {"b"}
    done = member_client.post(CHANGE, {"item": ["a", "c"], "to": "public", "confirmed": "2"}, follow=True)
    assert "2 items are public now" in done.text
    assert public(contributor) == {"a", "b", "c"}


def test_one_item_has_its_own_button(member_client, contributor, judged):
    asked = member_client.post(CHANGE, {"publish": "a", "item": ["b"], "which": "all"})
    assert 'name="item" value="a"' in asked.text
    assert 'value="b"' not in asked.text
    member_client.post(CHANGE, {"item": "a", "to": "public", "confirmed": "1"})
    assert public(contributor) == {"a"}
    member_client.post(CHANGE, {"hide": "a"})
    assert public(contributor) == set()


def test_all_at_once_both_ways(member_client, contributor, judged):
    everything = {"which": "all", "to": "public"}
    assert "4 more items" in member_client.post(CHANGE, everything).text
    News.objects.all().delete()
    member_client.post(CHANGE, everything | {"confirmed": "4"})
    assert public(contributor) == {"a", "b", "c", "d"}
    assert News.objects.count() == 1
    gone = member_client.post(CHANGE, {"which": "all", "to": "private"}, follow=True)
    assert "4 items are private now" in gone.text
    assert public(contributor) == set()


def test_what_was_not_confirmed_is_asked_again(member_client, contributor, judged):
    """Another item was compared between the question and the answer."""
    EntityFactory(poll=judged, uid="e")
    say(contributor, judged, "a", "e", good=1)
    again = member_client.post(CHANGE, {"which": "all", "to": "public", "confirmed": "4"})
    assert "5 more items" in again.text
    assert public(contributor) == set()


@pytest.mark.parametrize("posted", [{}, {"to": "public"}, {"item": "a"}, {"to": "x", "item": "nix"}, {"hide": "\0"}])
def test_nothing_chosen_says_so(member_client, contributor, judged, posted):
    assert "choose at least one item" in member_client.post(CHANGE, posted, follow=True).text
    assert not Rating.objects.filter(contributor=contributor).exists()


def test_nobody_changes_what_another_shows(member_client, judged):
    other = ContributorFactory()
    rating_set_public(contributor=other, entity=judged.entities.get(uid="a"), is_public=True)
    member_client.post(CHANGE, {"hide": "a"})
    member_client.post(CHANGE, {"which": "all", "to": "private"})
    assert public(other) == {"a"}


def test_visitors_log_in_first_and_methods_are_kept(client, member_client, poll):
    assert client.get(URL).url.startswith("/accounts/login/")
    assert client.post(CHANGE).url.startswith("/accounts/login/")
    assert member_client.post(URL).status_code == 405
    assert member_client.get(CHANGE).status_code == 405


@pytest.mark.parametrize("query", [{"page": "x"}, {"criterion": "nix"}, {"q": "\0"}, {"q": "x" * 201}])
def test_bad_input_is_answered_in_words(member_client, judged, query):
    page = member_client.get(URL, query)
    assert page.status_code == 400
    assert "<h1" in page.text


def test_unknown_choices_are_the_usual_ones(member_client, judged):
    assert shown(member_client.get(URL, {"order": "x", "shown": "x"})) == ["c", "b", "a", "d"]


def test_the_number_of_queries_is_constant(member_client, contributor, judged, django_assert_num_queries):
    with django_assert_num_queries(14) as few:
        member_client.get(URL)
    for number in range(12):
        EntityFactory(poll=judged, uid=f"more{number}")
        say(contributor, judged, "a", f"more{number}", good=1, clear=2)
    with django_assert_num_queries(len(few)):
        member_client.get(URL)
