"""GET /polls/{slug}/suggestions/."""

import pytest

from backend.accounts.models import User
from backend.accounts.services import contributor_get_or_create
from backend.polls.models import Poll
from tests.backend.api.helpers import Api, World, problem

PATH = "polls/budget/suggestions/"


def test_it_works(api: Api, world: World, user: User) -> None:
    [pair] = api.login(user).get(PATH).json()["results"]
    assert pair["left"]["uid"] != pair["right"]["uid"]
    assert pair["reason"]
    assert pair["reason_text"]


def test_visitors_get_a_pair_to_try(api: Api, world: World) -> None:
    assert len(api.get(PATH).json()["results"]) == 1


def test_compared_excluded_and_hidden_items_are_not_suggested(api: Api, world: World, user: User) -> None:
    api.login(user)
    body = {"left": "school", "right": "bridge", "judgments": {"priority": 1}}
    assert api.post("polls/budget/comparisons/", body).status_code == 201
    exclude = {"exclude": ["park", "statue", "tower"]}
    [pair] = api.get(PATH, exclude).json()["results"]
    assert "fountain" in (pair["left"]["uid"], pair["right"]["uid"])
    exclude["exclude"].append("fountain")
    assert api.get(PATH, exclude).json()["results"] == []


def test_several_pairs_at_once_differ(api: Api, world: World, user: User) -> None:
    contributor_get_or_create(user=user)
    api.login(user)
    first = api.get(PATH, {"count": 20}).json()["results"]
    pairs = {frozenset((pair["left"]["uid"], pair["right"]["uid"])) for pair in first}
    assert len(pairs) == len(first) == 15  # all pairs of the six items
    assert api.get(PATH, {"count": 20}).json()["results"] == first


def test_a_private_poll_is_not_found(api: Api, staff_poll: Poll) -> None:
    problem(api.get("polls/staff/suggestions/"), 404, "poll_not_found", "slug")


def test_wrong_method(api: Api, world: World) -> None:
    problem(api.send("post", PATH), 405, "method_not_allowed")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("exclude=", "exclude.0"),
        ("exclude=%00", "exclude.0"),
        ("exclude=a&exclude=" + "x" * 501, "exclude.1"),
        ("&".join(["exclude=a"] * 21), "exclude"),
        ("limit=1", "limit"),
        ("count=0", "count"),
        ("count=21", "count"),
        ("count=x", "count"),
    ],
)
def test_bad_parameters_are_named(api: Api, world: World, query: str, parameter: str) -> None:
    problem(api.get(f"{PATH}?{query}"), 400, "invalid", parameter)


def test_a_poll_that_lost_its_criteria_has_pairs_but_no_scores(api: Api, world: World) -> None:
    world.publish()
    world.poll.criteria.all().delete()
    assert len(api.get(PATH).json()["results"]) == 1
    problem(api.get("polls/budget/entities/"), 404, "no_criterion")
    problem(api.get("polls/budget/recommendations/"), 404, "no_criterion")
