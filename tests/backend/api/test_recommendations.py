"""GET /polls/{slug}/recommendations/."""

import pytest
from pytest_django import DjangoAssertNumQueries

from backend.polls.models import Poll
from tests.backend.api.helpers import Api, World, problem

pytestmark = pytest.mark.usefixtures("published")
PATH = "polls/budget/recommendations/"


def scores(api: Api, query: str) -> dict[str, float]:
    found: dict[str, float] = {}
    path = f"{PATH}?{query}"
    while path:
        body = api.get(path).json()
        found |= {entity["uid"]: round(entity["score"], 6) for entity in body["results"]}
        path = (body["next"] or "").removeprefix("http://testserver/api/v1/")
    return found


def test_it_works(api: Api, world: World) -> None:
    body = api.get(PATH).json()
    # Statue has 30, but from two contributors only; tower and fountain are below 20.
    assert [(e["uid"], e["score"], e["contributors"]) for e in body["results"]] == [
        ("school", 80.0, 9),
        ("bridge", 60.0, 7),
        ("park", 40.0, 5),
    ]
    assert body["score_set"] == world.poll.publication.score_set.result_digest


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("criterion=need", {"bridge": 70}),
        ("criterion=need&min_score=-50", {"bridge": 70, "park": 10, "school": -50}),
        ("criterion=need&min_score=-49.5", {"bridge": 70, "park": 10}),
        ("min_contributors=2", {"school": 80, "bridge": 60, "park": 40, "statue": 30}),
        ("min_score=-100&min_contributors=6", {"school": 80, "bridge": 60, "tower": -10}),
        ("weights=priority:2,need:1", {"bridge": 190 / 3, "school": 110 / 3, "park": 30}),
        ("weights=priority:1,need:0", {"school": 80, "bridge": 60, "park": 40}),
        ("weights=need:0.5", {"bridge": 70}),
        # Nobody judged how much the tower is needed: that counts as 0.
        ("weights=priority:1,need:1&min_score=-5", {"bridge": 65, "park": 25, "school": 15, "tower": -5}),
        ("tag=green", {"park": 40}),
        ("search=brid", {"bridge": 60}),
    ],
)
def test_what_is_recommended(api: Api, world: World, query: str, expected: dict[str, float]) -> None:
    rounded = {uid: round(score, 6) for uid, score in expected.items()}
    assert list(scores(api, query).items()) == list(rounded.items())
    assert list(scores(api, f"{query}&limit=1").items()) == list(rounded.items())


def test_hidden_items_are_never_recommended(api: Api, world: World) -> None:
    world.entities["school"].is_hidden = True
    world.entities["school"].save()
    assert "school" not in scores(api, "")


def test_before_the_first_run_nothing_is_recommended(api: Api, world: World) -> None:
    world.poll.publication.delete()
    assert api.get(PATH).json() == {"next": None, "results": [], "score_set": None}


def test_the_number_of_queries_is_known(
    api: Api, world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for limit in (1, 3):
        with django_assert_num_queries(4):  # poll, criteria, items, digest
            api.get(f"{PATH}?weights=priority:1,need:1&min_score=-100&limit={limit}")


def test_a_private_poll_is_not_found(api: Api, staff_poll: Poll) -> None:
    problem(api.get("polls/staff/recommendations/"), 404, "poll_not_found", "slug")


def test_wrong_method(api: Api, world: World) -> None:
    problem(api.send("post", PATH), 405, "method_not_allowed")


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ("weights=beauty:1", "unknown_criterion", "weights"),
        ("criterion=beauty", "unknown_criterion", "criterion"),
        ("criterion=need&weights=need:1", "invalid", "weights"),
        ("weights=priority", "invalid", "weights"),
        ("weights=priority:", "invalid", "weights"),
        ("weights=priority:-1", "invalid", "weights"),
        ("weights=priority:nan", "invalid", "weights"),
        ("weights=priority:inf", "invalid", "weights"),
        ("weights=priority:1e3", "invalid", "weights"),
        ("weights=priority:99999", "invalid", "weights"),
        ("weights=priority:0,need:0", "invalid", "weights"),
        ("weights=priority:1,priority:2", "invalid", "weights"),
        ("weights=,", "invalid", "weights"),
        ("weights=", "invalid", "weights"),
        ("weights=%00", "invalid", "weights"),
        ("weights=" + "a:1," * 5_000, "invalid", "weights"),
        ("min_score=101", "invalid", "min_score"),
        ("min_score=-101", "invalid", "min_score"),
        ("min_score=nan", "invalid", "min_score"),
        ("min_score=-inf", "invalid", "min_score"),
        ("min_score=1e1", "invalid", "min_score"),
        ("min_contributors=0", "invalid", "min_contributors"),
        ("min_contributors=two", "invalid", "min_contributors"),
        ("ordering=uid", "invalid", "ordering"),
    ],
)
def test_bad_parameters_are_named(api: Api, world: World, query: str, code: str, parameter: str) -> None:
    problem(api.get(f"{PATH}?{query}"), 400, code, parameter)
