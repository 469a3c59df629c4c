"""What the contributor said in a poll."""

import pytest

from backend.comparisons.models import Comparison
from tests.factories import ContributorFactory, EntityFactory, say

URL = "/polls/poll/comparisons/"
DELETE = f"{URL}delete/"


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
    with django_assert_num_queries(8) as few:
        member_client.get(URL)
    for number in range(12):
        EntityFactory(poll=poll, uid=f"more{number}")
        say(contributor, poll, "a", f"more{number}", good=1, clear=2)
    with django_assert_num_queries(len(few)):
        member_client.get(URL)
