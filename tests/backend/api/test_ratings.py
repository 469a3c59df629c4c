"""GET and POST /polls/{slug}/ratings/."""

from typing import Any

import pytest

from backend.accounts.models import User
from backend.comparisons.models import Rating
from backend.polls.models import News
from tests.backend.api.helpers import Api, World, problem

PATH = "polls/budget/ratings/"


def listed(api: Api) -> dict[str, bool]:
    return {rating["entity"]: rating["is_public"] for rating in api.get(PATH).json()["results"]}


def test_it_works(api: Api, world: World, user: User) -> None:
    api.login(user)
    News.objects.all().delete()
    assert api.post(PATH, {"entities": ["school", "park"], "is_public": True}).json() == {"changed": 2}
    assert api.post(PATH, {"entities": ["school"], "is_public": True}).json() == {"changed": 0}
    assert News.objects.count() == 1
    assert api.post(PATH, {"entities": ["park", "tower"], "is_public": False}).json() == {"changed": 1}
    assert listed(api) == {"school": True, "park": False}


def test_it_comes_in_pages(api: Api, world: World, user: User) -> None:
    api.login(user).post(PATH, {"entities": ["school", "park", "tower"], "is_public": True})
    first = api.get(PATH, {"limit": 2}).json()
    assert len(first["results"]) == 2
    assert len(api.client.get(first["next"]).json()["results"]) == 1


def test_nobody_sees_or_changes_anothers(api: Api, world: World, user: User, staff: User) -> None:
    api.login(user).post(PATH, {"entities": ["school"], "is_public": True})
    assert listed(api.login(staff)) == {}
    api.post(PATH, {"entities": ["school"], "is_public": False})
    assert listed(api.login(user)) == {"school": True}


def test_one_wrong_item_and_nothing_changes(api: Api, world: World, user: User) -> None:
    for uid in ("nix", "secret"):
        answer = api.login(user).post(PATH, {"entities": ["school", uid], "is_public": True})
        problem(answer, 404, "entity_not_found", "entities")
    assert not Rating.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {"is_public": True},
        {"entities": [], "is_public": True},
        {"entities": "school", "is_public": True},
        {"entities": [5], "is_public": True},
        {"entities": ["school"] * 101, "is_public": True},
        {"entities": ["school"]},
        {"entities": ["school"], "is_public": None},
        {"entities": ["school"], "is_public": "yes"},
        {"entities": ["school"], "is_public": 1},
    ],
)
def test_bad_input_is_refused(api: Api, world: World, user: User, body: dict[str, Any]) -> None:
    assert api.login(user).post(PATH, body).status_code == 400


def test_visitors_have_none(api: Api, world: World) -> None:
    problem(api.get(PATH), 401, "not_authenticated")
    problem(api.post(PATH, {"entities": ["school"], "is_public": True}), 401, "not_authenticated")
