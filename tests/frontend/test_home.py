"""The first page."""

import re

import pytest

from backend.polls.models import Poll
from tests.factories import PollFactory, poll_with

pytestmark = pytest.mark.django_db


def test_it_works(client, poll):
    page = client.get("/")
    assert page.status_code == 200
    assert "A fine poll" in page.text
    assert 'href="/polls/poll/items/a/"' in page.text
    assert page.text.count('class="seed ') == 3


def test_without_a_poll_it_says_what_to_do(client):
    assert "No poll yet" in client.get("/").text


def test_a_poll_without_scores_or_criteria_is_listed(client):
    poll_with(title="Fresh")
    PollFactory(title="Empty")
    page = client.get("/").text
    assert "Fresh" in page
    assert "Empty" in page


def test_polls_that_are_not_public_are_not_listed(client):
    PollFactory(title="Hidden one", visibility=Poll.Visibility.UNLISTED)
    PollFactory(title="Inner one", visibility=Poll.Visibility.STAFF)
    page = client.get("/").text
    assert "Hidden one" not in page
    assert "Inner one" not in page


def test_a_comparison_can_be_tried_at_once(client, member_client, poll):
    page = client.get("/")
    pair = page.context["pair"]
    answer = {"left": pair.left.uid, "right": pair.right.uid, "judge-good": "3"}
    assert re.search(r'<form[^>]*action="/polls/poll/compare/"\s*>', page.text)
    assert client.get("/polls/poll/compare/", answer).context["form"].answers == [("Good", "B better by 3")]
    assert re.search(r'<form[^>]*action="/polls/poll/compare/"\s*method="post">', member_client.get("/").text)
    assert member_client.post("/polls/poll/compare/", answer).status_code == 303


def test_a_closed_poll_is_not_tried(client, poll):
    Poll.objects.update(is_open=False)
    assert 'id="try"' not in client.get("/").text


def test_wrong_method(client):
    assert client.post("/").status_code == 405


def test_the_number_of_queries_is_constant(client, poll, django_assert_max_num_queries):
    with django_assert_max_num_queries(13):
        client.get("/")


def test_visitors_get_no_cookie(client, poll):
    assert not client.get("/").cookies


def test_pages_of_accounts_are_not_kept_by_browsers(member_client, client):
    assert member_client.get("/")["Cache-Control"] == "no-store"
    assert client.get("/")["Cache-Control"] == "no-cache"
