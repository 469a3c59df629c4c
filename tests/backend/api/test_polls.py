"""GET /polls/ and /polls/{slug}/."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from backend.accounts.models import User
from backend.polls.models import Poll
from backend.scores.models import ScoreSet
from tests.backend.api.helpers import Api, World, problem


def test_it_works(api: Api, world: World) -> None:
    answer = api.get("polls/")
    assert answer.json() == {
        "next": None,
        "results": [
            {
                "slug": "budget",
                "title": "Budget",
                "question": "Which should come first?",
                "is_open": True,
                "is_simulated": False,
            }
        ],
    }


def test_one_poll_tells_what_its_scores_were_made_from(api: Api, world: World, published: ScoreSet) -> None:
    body = api.get("polls/budget/").json()
    assert [criterion["name"] for criterion in body["criteria"]] == ["priority", "need"]
    assert body["entities"] == 6
    score_set = body["score_set"]
    assert (score_set["judgments"], score_set["contributors"], score_set["entities"]) == (123, 9, 5)
    assert score_set["snapshot_digest"] == "5" * 64
    assert len(score_set["result_digest"]) == 64
    assert score_set["config"] == {"preset": "tournesol"}


def test_a_poll_before_its_first_run_has_no_score_set(api: Api, db: None) -> None:
    Poll.objects.create(slug="new", title="New", question="Which?")
    assert api.get("polls/new/").json()["score_set"] is None


def test_polls_come_in_pages(api: Api, db: None) -> None:
    Poll.objects.bulk_create(Poll(slug=f"p{i}", title="Same title", question="?") for i in range(5))
    slugs, address = [], "polls/?limit=2"
    while address:
        body = api.get(address).json()
        slugs += [poll["slug"] for poll in body["results"]]
        address = (body["next"] or "").removeprefix("http://testserver/api/v1/")
    assert slugs == ["p0", "p1", "p2", "p3", "p4"]


def test_the_number_of_queries_does_not_grow_with_the_list(
    api: Api, published: ScoreSet, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Poll.objects.bulk_create(Poll(slug=f"p{i}", title=f"Poll {i}", question="?") for i in range(20))
    with django_assert_num_queries(1):
        api.get("polls/")
    with django_assert_num_queries(4):  # poll, criteria, items, score set
        api.get("polls/budget/")


def test_visitors_and_users_know_nothing_of_staff_polls(api: Api, staff_poll: Poll, user: User) -> None:
    for client in (api, api.login(user)):
        assert client.get("polls/").json()["results"] == []
        problem(client.get("polls/staff/"), 404, "poll_not_found", "slug")


def test_staff_sees_staff_polls(api: Api, staff_poll: Poll, staff: User) -> None:
    api.login(staff)
    assert [poll["slug"] for poll in api.get("polls/").json()["results"]] == ["staff"]
    assert api.get("polls/staff/").status_code == 200


def test_unlisted_polls_are_open_to_those_who_know_them(api: Api, db: None) -> None:
    Poll.objects.create(slug="hush", title="Hush", question="?", visibility=Poll.Visibility.UNLISTED)
    assert api.get("polls/").json()["results"] == []
    assert api.get("polls/hush/").status_code == 200


@pytest.mark.parametrize("path", ["polls/", "polls/budget/"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_wrong_method(api: Api, world: World, path: str, method: str) -> None:
    answer = api.send(method, path)
    problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=101", "limit"),
        ("limit=1.5", "limit"),
        ("limit=%D9%A1", "limit"),  # an Arabic digit
        ("limit=1_0", "limit"),
        ("limit=", "limit"),
        ("limit=" + "9" * 5_000, "limit"),
        ("limit=5&limit=6", "limit"),
        ("cursor=nonsense", "cursor"),
        ("cursor=" + "x" * 100_000, "cursor"),
        ("cursor=%00", "cursor"),
        ("page=2", "page"),
        ("LIMIT=2", "LIMIT"),
        ("format=xml", "format"),
    ],
)
def test_bad_parameters_are_named(api: Api, world: World, query: str, parameter: str) -> None:
    problem(api.get(f"polls/?{query}"), 400, "invalid", parameter)


def test_several_faults_are_told_at_once(api: Api, world: World) -> None:
    problem(api.get("polls/?limit=x&cursor=%00"), 400, "invalid", "cursor", "limit")


@pytest.mark.parametrize("query", ["limit=%ff", "%c3%28=1"])
def test_parameters_that_are_not_utf_8_are_refused(api: Api, world: World, query: str) -> None:
    problem(api.get(f"polls/?{query}"), 400, "parse_error")


def test_one_poll_takes_no_parameters(api: Api, world: World) -> None:
    body = problem(api.get("polls/budget/?limit=3"), 400, "invalid", "limit")
    assert "None is known" in body["detail"]


@pytest.mark.parametrize("slug", ["nothing", "x" * 3_000])
def test_unknown_poll(api: Api, world: World, slug: str) -> None:
    problem(api.get(f"polls/{slug}/"), 404, "poll_not_found", "slug")


def test_a_cursor_of_another_list_is_refused(api: Api, world: World) -> None:
    cursor: Any = api.get("polls/budget/entities/?limit=1").json()["next"].split("cursor=")[1].split("&")[0]
    problem(api.get(f"polls/?cursor={cursor}"), 400, "invalid", "cursor")
