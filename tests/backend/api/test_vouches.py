"""GET and POST /vouches/, DELETE /vouches/{username}/."""

import pytest

from backend.accounts.models import User
from backend.accounts.services import contributor_get_or_create
from backend.comparisons.models import Rating
from backend.trust import services
from tests.backend.api.helpers import Api, World, problem


@pytest.fixture
def bob(world: World) -> User:
    bob = User.objects.create_user("bob", "bob@example.org")
    Rating.objects.create(
        contributor=contributor_get_or_create(user=bob), entity=world.entities["school"], is_public=True
    )
    return bob


def named(api: Api) -> list[str]:
    return [vouch["username"] for vouch in api.get("vouches/").json()["results"]]


def test_it_works(api: Api, user: User, bob: User) -> None:
    api.login(user)
    assert named(api) == []
    assert api.post("vouches/", {"username": "bob"}).status_code == 201
    assert api.post("vouches/", {"username": "bob"}).status_code == 201
    assert named(api) == ["bob"]
    for name in ("bob", "bob", "%00"):
        assert api.delete(f"vouches/{name}/").status_code == 204
    assert named(api) == []


def test_nobody_sees_or_withdraws_anothers(api: Api, user: User, bob: User, staff: User) -> None:
    api.login(user).post("vouches/", {"username": "bob"})
    assert named(api.login(bob)) == []
    api.login(staff).delete("vouches/bob/")
    assert named(api.login(user)) == ["bob"]


def test_refusals(api: Api, user: User, bob: User, staff: User, monkeypatch: pytest.MonkeyPatch) -> None:
    problem(api.get("vouches/"), 401, "not_authenticated")
    problem(api.login(bob).post("vouches/", {"username": "bob"}), 400, "self_vouch", "vouchee")
    for name in ("root", "nobody"):
        problem(api.login(user).post("vouches/", {"username": name}), 404, "nobody_to_vouch_for", "username")
    problem(api.post("vouches/", {"username": ""}), 400, "invalid", "username")
    monkeypatch.setattr(services, "QUOTA", 0)
    problem(api.post("vouches/", {"username": "bob"}), 409, "vouch_quota_reached")
