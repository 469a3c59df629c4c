"""How often one client may ask."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from backend.accounts.models import User
from tests.backend.api.helpers import Api, World, problem

pytestmark = pytest.mark.usefixtures("one_instant")


@pytest.fixture(autouse=True)
def low_limits(settings: Any) -> None:
    settings.API_LIMITS = {"anonymous_reads": 2, "reads": 3, "writes": 2, "run_starts": 1}


def statuses(api: Api, count: int, *, path: str = "polls/", **headers: str) -> list[int]:
    return [api.get(path, None, **headers).status_code for _ in range(count)]


def test_visitors_may_ask_so_often_a_minute(api: Api, db: None) -> None:
    with time_machine.travel("2024-05-05 12:00:15", tick=False):
        assert statuses(api, 3) == [200, 200, 429]
        answer = api.get("polls/")
        problem(answer, 429, "throttled")
        assert answer["Retry-After"] == "45"
    with time_machine.travel("2024-05-05 12:01:00", tick=False):
        assert statuses(api, 1) == [200]


def test_users_may_ask_more_often_and_do_not_share_an_address(schema: dict[str, Any], user: User, staff: User) -> None:
    assert statuses(Api(schema).login(user), 4) == [200, 200, 200, 429]
    assert statuses(Api(schema).login(staff), 1) == [200]
    assert statuses(Api(schema), 1) == [200]


def test_a_header_of_the_client_changes_nothing(api: Api, db: None) -> None:
    seen = [statuses(api, 1, **{"X-Forwarded-For": f"10.0.0.{i}", "Forwarded": f"for=10.0.0.{i}"}) for i in range(3)]
    assert seen == [[200], [200], [429]]


def test_behind_a_proxy_of_ours_only_its_entry_counts(api: Api, settings: Any, db: None) -> None:
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}
    made_up = [statuses(api, 1, **{"X-Forwarded-For": f"10.0.0.{i}, 192.0.2.1"}) for i in range(3)]
    assert made_up == [[200], [200], [429]]
    assert statuses(api, 1, **{"X-Forwarded-For": "192.0.2.2"}) == [200]


def test_an_ipv6_network_counts_as_one_client(db: None) -> None:
    def ask(address: str) -> int:
        return Client().get("/api/v1/polls/", REMOTE_ADDR=address).status_code

    assert [ask(f"2001:db8:1:1::{i}") for i in range(3)] == [200, 200, 429]
    assert ask("2001:db8:1:2::1") == 200


def test_writes_have_a_limit_of_their_own(api: Api, world: World, user: User) -> None:
    api.login(user)
    sent = [api.post("polls/budget/comparisons/", {}).status_code for _ in range(3)]
    assert sent == [400, 400, 429]
    assert statuses(api, 1) == [200]


def test_run_starts_have_a_limit_of_their_own(api: Api, world: World, staff: User) -> None:
    api.login(staff)
    assert [api.post("polls/budget/runs/").status_code for _ in range(2)] == [202, 429]
    assert statuses(api, 1, path="polls/budget/runs/") == [200]
