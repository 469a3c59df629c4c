"""GET and POST /polls/{slug}/rate-later/, DELETE /polls/{slug}/rate-later/{uid}/."""

import pytest

from backend.accounts.models import User
from backend.participation.pairs import rate_later
from backend.polls.models import Poll
from tests.backend.api.helpers import Api, World, problem

PATH = "polls/budget/rate-later/"


def listed(api: Api) -> list[str]:
    return [item["entity"]["uid"] for item in api.get(PATH).json()["results"]]


def test_it_works(api: Api, world: World, user: User) -> None:
    api.login(user)
    assert listed(api) == []
    assert api.post(PATH, {"entity": "school"}).status_code == 201
    assert api.post(PATH, {"entity": "park"}).status_code == 201
    assert api.post(PATH, {"entity": "school"}).status_code == 200
    assert listed(api) == ["park", "school"]
    assert api.delete(f"{PATH}school/").status_code == 204
    assert api.delete(f"{PATH}school/").status_code == 204
    assert listed(api) == ["park"]


def test_it_comes_in_pages(api: Api, world: World, user: User) -> None:
    api.login(user)
    for uid in ("school", "park", "tower"):
        api.post(PATH, {"entity": uid})
    first = api.get(PATH, {"limit": 2}).json()
    second = api.client.get(first["next"]).json()
    assert [item["entity"]["uid"] for item in first["results"] + second["results"]] == ["tower", "park", "school"]


def test_nobody_sees_another_list(api: Api, world: World, user: User, staff: User) -> None:
    api.login(user).post(PATH, {"entity": "school"})
    assert listed(api.login(staff)) == []
    assert api.delete(f"{PATH}school/").status_code == 204
    assert listed(api.login(user)) == ["school"]


def test_visitors_have_none(api: Api, world: World) -> None:
    problem(api.get(PATH), 401, "not_authenticated")
    problem(api.post(PATH, {"entity": "school"}), 401, "not_authenticated")
    problem(api.delete(f"{PATH}school/"), 401, "not_authenticated")


def test_a_full_list_is_refused(api: Api, world: World, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_later, "QUOTA", 1)
    api.login(user).post(PATH, {"entity": "school"})
    problem(api.post(PATH, {"entity": "park"}), 409, "rate_later_full")


def test_hidden_and_unknown_items_and_private_polls_are_not_found(
    api: Api, world: World, user: User, staff_poll: Poll
) -> None:
    api.login(user)
    for uid in ("secret", "nix", "a\0"):
        problem(api.post(PATH, {"entity": uid}), 404 if "\0" not in uid else 400, *_code(uid))
    problem(api.delete(f"{PATH}secret/"), 404, "entity_not_found", "uid")
    problem(api.get("polls/staff/rate-later/"), 404, "poll_not_found", "slug")


def _code(uid: str) -> tuple[str, ...]:
    return ("entity_not_found", "uid") if "\0" not in uid else ("invalid", "entity")


@pytest.mark.parametrize("body", [{}, {"entity": 5}, {"entity": ""}, {"entity": "x" * 501}, {"entity": "a", "b": 1}])
def test_bad_input_is_named(api: Api, world: World, user: User, body: dict[str, object]) -> None:
    problem(api.login(user).post(PATH, body), 400, "invalid", "b" if "b" in body else "entity")


def test_wrong_method(api: Api, world: World, user: User) -> None:
    problem(api.login(user).send("put", PATH), 405, "method_not_allowed")
