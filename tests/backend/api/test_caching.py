"""ETag and 304."""

from typing import Any

import pytest

from backend.accounts.models import User
from backend.polls.models import Poll
from tests.backend.api.helpers import Api, World

pytestmark = pytest.mark.usefixtures("published")
PATHS = [
    "polls/",
    "polls/budget/",
    "polls/budget/entities/",
    "polls/budget/entities/school/",
    "polls/budget/recommendations/",
]


@pytest.mark.parametrize("path", PATHS)
def test_what_did_not_change_is_not_sent_again(api: Api, world: World, path: str) -> None:
    first = api.get(path)
    again = api.get(path, None, **{"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again["ETag"] == first["ETag"]


@pytest.mark.parametrize("path", PATHS[2:])
def test_a_new_score_set_is_sent(api: Api, world: World, path: str) -> None:
    first = api.get(path)
    score_set = world.poll.publication.score_set
    score_set.result_digest = "another"
    score_set.save()
    again = api.get(path, None, **{"If-None-Match": first["ETag"]})
    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]


@pytest.mark.parametrize("path", PATHS[1:])
def test_what_changes_without_a_new_score_set_is_sent_too(api: Api, world: World, path: str) -> None:
    first = api.get(path)
    Poll.objects.update(title="Renamed")
    world.poll.entities.update(title="Renamed")
    assert api.get(path, None, **{"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_caches_ask_again_and_keep_users_apart(schema: dict[str, Any], world: World, user: User, path: str) -> None:
    visitor, known = Api(schema).get(path), Api(schema).login(user).get(path)
    assert set(visitor["Cache-Control"].split(", ")) == {"public", "no-cache"}
    assert set(known["Cache-Control"].split(", ")) == {"private", "no-cache"}
    for answer in (visitor, known):
        assert "Cookie" in answer["Vary"]
