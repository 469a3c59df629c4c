"""Recommendations for one contributor."""

import re
from typing import Any

import pytest
from django.core.cache import cache

from backend.polls.models import Poll
from tests.factories import ContributorFactory, EntityFactory, PollFactory, publish, say
from tests.frontend.conftest import collective_rows

URL = "/polls/poll/recommendations/"
SAID = (("a", "b", 8), ("b", "c", 6), ("a", "c", 9), ("d", "a", -7), ("d", "c", 5))


def titles(page: Any) -> list[str]:
    return re.findall(r'/items/([^/"]+)/">[^<]', page.text)


@pytest.fixture
def judged(poll, contributor):
    """Let Ada judge a to d; she never compared an owl, which shares a tag with her favourite, nor a gull."""
    cache.clear()
    for left, right, value in SAID:
        say(contributor, poll, left, right, good=value)
    poll.entities.filter(uid="c").update(tags=["bird"])
    EntityFactory(poll=poll, uid="gull", tags=["sea"])
    EntityFactory(poll=poll, uid="owl", tags=["bird"])
    published(poll, contributor)
    return poll


def published(poll: Poll, contributor: Any) -> None:
    keys = {"criterion_id": poll.criteria.get(name="good").pk, "contributor_id": contributor.pk, "is_scaler": False}
    publish(poll, collective=collective_rows(poll), scalings=[keys | {"multiplier": 1.0, "translation": 0.0}])


def test_it_works(member_client, judged):
    page = member_client.get(URL)
    assert page.status_code == 200
    assert titles(page) == ["owl", "gull"]
    assert "from your 5 judgments" in page.text
    assert "You place “C” higher than others do, and it shares a tag with this: bird." in page.text
    assert "A mere guess" in page.text
    assert "judged by nobody" in page.text
    assert "/polls/poll/compare/?left=owl" in page.text


def test_the_tab_is_there_for_those_who_are_logged_in(client, member_client, judged):
    assert f'href="{URL}"' in member_client.get("/polls/poll/").text
    assert f'href="{URL}"' not in client.get("/polls/poll/").text


def test_rated_items_have_their_own_list(member_client, judged):
    page = member_client.get(URL, {"show": "rated"})
    assert titles(page)[0] == "c"
    assert set(titles(page)) == set("abcd")
    assert "everybody: 62" in page.text
    assert "Why" not in page.text


def test_a_tag_filters_both_lists(member_client, judged):
    assert titles(member_client.get(URL, {"tag": "sea"})) == ["gull"]
    assert titles(member_client.get(URL, {"tag": "bird", "show": "rated"})) == ["c"]
    assert "Nothing with this tag" in member_client.get(URL, {"tag": "nix"}).text


def test_nothing_compared_yet_says_what_to_do(member_client, poll):
    page = member_client.get(URL)
    assert "5 more judgments, and we can guess what you like" in page.text
    assert 'href="/polls/poll/compare/"' in page.text
    assert "Nothing rated yet" in member_client.get(URL, {"show": "rated"}).text


def test_a_few_judgments_are_counted(member_client, contributor, poll):
    for left, right, value in SAID[:4]:
        say(contributor, poll, left, right, good=value)
    assert "1 more judgment, and we can" in member_client.get(URL).text


def test_the_next_scores_are_waited_for(member_client, contributor, poll):
    for left, right, value in SAID:
        say(contributor, poll, left, right, good=value)
    assert "A moment more" in member_client.get(URL).text


def test_everything_compared(member_client, contributor, poll):
    for left, right, value in SAID:
        say(contributor, poll, left, right, good=value)
    published(poll, contributor)
    assert "You have compared everything" in member_client.get(URL).text


def test_another_criterion_has_other_judgments(member_client, judged):
    assert "5 more judgments" in member_client.get(URL, {"criterion": "clear"}).text


def test_others_judgments_are_not_mine(member_client, contributor, poll):
    for left, right, value in SAID:
        say(ContributorFactory(), poll, left, right, good=value)
    assert "5 more judgments" in member_client.get(URL).text


def test_a_closed_poll_recommends_without_asking(member_client, judged):
    Poll.objects.update(is_open=False)
    page = member_client.get(URL)
    assert titles(page) == ["owl", "gull"]
    assert "?left=" not in page.text


def test_visitors_log_in_first(client, poll):
    assert client.get(URL).url == "/accounts/login/?next=/polls/poll/recommendations/"


def test_a_staff_poll_is_for_staff(member_client, poll):
    Poll.objects.update(visibility=Poll.Visibility.STAFF)
    assert member_client.get(URL).status_code == 404


def test_a_poll_without_criteria_is_not_ready(member_client, db):
    PollFactory(slug="bare")
    assert "not ready" in member_client.get("/polls/bare/recommendations/").text


def test_wrong_method(member_client, poll):
    assert member_client.post(URL).status_code == 405


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"page": "abc"}, 400),
        ({"page": "9"}, 404),
        ({"criterion": "nix"}, 400),
        ({"tag": "a\0"}, 400),
        ({"tag": "x" * 1000}, 400),
        ({"show": "rated", "page": "9"}, 404),
        ({"show": "rated", "tag": "a\0"}, 400),
    ],
)
def test_bad_input_is_answered_in_words(member_client, judged, query, status):
    page = member_client.get(URL, query)
    assert page.status_code == status
    assert "<h1" in page.text


def test_pages_keep_what_was_asked(member_client, contributor, judged):
    for number in range(25):
        EntityFactory(poll=judged, uid=f"more{number}", tags=["bird"])
    published(judged, contributor)
    page = member_client.get(URL, {"tag": "bird"})
    assert page.context["next_url"] == f"{URL}?criterion=good&tag=bird&page=2"
    assert len(page.context["rows"]) == 20
    assert len(member_client.get(page.context["next_url"]).context["rows"]) == 6


def test_the_number_of_queries_is_constant(member_client, contributor, judged, django_assert_num_queries):
    member_client.get(URL)
    with django_assert_num_queries(15):
        member_client.get(URL)
    for number in range(25):
        EntityFactory(poll=judged, uid=f"more{number}", tags=["bird"])
    published(judged, contributor)
    member_client.get(URL)  # makes the graph of similar items
    with django_assert_num_queries(15):
        member_client.get(URL)
