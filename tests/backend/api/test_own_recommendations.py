"""GET /polls/{slug}/recommendations/mine/."""

from typing import Any

import pytest
from django.core.cache import cache

from backend.accounts.models import User
from backend.accounts.services import contributor_get_or_create
from backend.polls.models import Poll
from tests.backend.api.helpers import Api, World, problem
from tests.factories import publish, say

PATH = "polls/budget/recommendations/mine/"
SAID = (("school", "bridge", -8), ("bridge", "park", -5), ("school", "park", -9), ("park", "statue", -1))


@pytest.fixture
def judged(world: World, user: User) -> World:
    """Let Ada judge all items but the fountain and the tower."""
    cache.clear()
    ada = contributor_get_or_create(user=user)
    for left, right, value in (*SAID, ("school", "statue", -9)):
        say(ada, world.poll, left, right, priority=value)
    priority = world.criteria["priority"].pk
    keys: dict[str, Any] = {"criterion_id": priority, "contributor_id": ada.pk, "is_scaler": False}
    collective = [{"criterion_id": priority, "entity_id": world.entities[uid].pk, "score": 30.0} for uid in ("tower",)]
    publish(world.poll, collective=collective, scalings=[keys | {"multiplier": 1.0, "translation": 0.0}])
    return world


def test_it_works(api: Api, judged: World, user: User) -> None:
    answer = api.login(user).get(PATH)
    body = answer.json()
    assert (body["state"], body["judgments"], body["total"], body["next"]) == ("ready", 5, 2, None)
    assert [result["entity"]["uid"] for result in body["results"]] == ["tower", "fountain"]
    tower, fountain = body["results"]
    assert (tower["collective"], fountain["collective"]) == (30.0, None)
    assert tower["predicted"]["left"] > 0
    assert [carrier["entity"] for carrier in tower["carriers"]][:1] == ["school"]
    assert tower["carriers"][0]["tags"] == ["built"]
    assert "private" in answer["Cache-Control"]


def test_pages_follow_each_other(api: Api, judged: World, user: User) -> None:
    first = api.login(user).get(PATH, {"limit": 1}).json()
    assert [result["entity"]["uid"] for result in first["results"]] == ["tower"]
    second = api.client.get(first["next"]).json()
    assert [result["entity"]["uid"] for result in second["results"]] == ["fountain"]
    assert second["next"] is None
    assert api.get(PATH, {"offset": 99}).json()["results"] == []


def test_tags_filter(api: Api, judged: World, user: User) -> None:
    results = api.login(user).get(PATH, {"tag": "green"}).json()["results"]
    assert [result["entity"]["uid"] for result in results] == ["fountain"]


def test_without_judgments_it_says_so(api: Api, world: World, staff: User) -> None:
    body = api.login(staff).get(PATH).json()
    assert (body["state"], body["judgments"], body["results"]) == ("few", 0, [])


def test_visitors_have_none(api: Api, judged: World) -> None:
    assert api.get(PATH).status_code in (401, 403)


def test_others_judgments_are_not_mine(api: Api, judged: World, staff: User) -> None:
    assert api.login(staff).get(PATH).json()["judgments"] == 0


def test_a_private_poll_is_not_found(api: Api, staff_poll: Poll, user: User) -> None:
    problem(api.login(user).get("polls/staff/recommendations/mine/"), 404, "poll_not_found", "slug")


def test_wrong_method(api: Api, world: World, user: User) -> None:
    problem(api.login(user).send("post", PATH), 405, "method_not_allowed")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=51", "limit"),
        ("offset=-1", "offset"),
        ("offset=1e3", "offset"),
        ("tag=%00", "tag.0"),
        ("tag=" + "x" * 51, "tag.0"),
        ("criterion=nix", "criterion"),
        ("cursor=x", "cursor"),
    ],
)
def test_bad_parameters_are_named(api: Api, judged: World, user: User, query: str, parameter: str) -> None:
    answer = api.login(user).get(f"{PATH}?{query}")
    problem(answer, 400, answer.json()["code"], parameter)
