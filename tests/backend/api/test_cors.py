"""Pages of other sites, in their readers' browsers."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from backend.accounts.models import User

FRIEND = "https://friend.example"
ASKING = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
ALLOWED = "Access-Control-Allow-Origin"


@pytest.fixture
def friendly(settings: Any) -> None:
    settings.API_CORS_ORIGINS = [FRIEND]


def test_nobody_may_unless_the_settings_say_so(db: None) -> None:
    client = Client(headers={"Origin": FRIEND})
    for answer in (client.get("/api/v1/polls/"), client.options("/api/v1/polls/", headers=ASKING)):
        assert not [name for name in answer.headers if name.startswith("Access-Control")]
        assert "Origin" not in answer.get("Vary", "")


def test_pages_of_a_named_origin_may_read_answers_and_errors(db: None, friendly: None) -> None:
    client = Client(headers={"Origin": FRIEND})
    for path, status in (("polls/", 200), ("polls/none/", 404), ("nowhere/", 404), ("tokens/", 401)):
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == status
        assert answer[ALLOWED] == FRIEND
        assert "Origin" in answer["Vary"]
        assert "ETag" in answer["Access-Control-Expose-Headers"]


def test_a_browser_that_asks_first_is_told_what_it_may_send(db: None, friendly: None) -> None:
    answer = Client(headers={"Origin": FRIEND}).options("/api/v1/polls/budget/comparisons/", headers=ASKING)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer[ALLOWED] == FRIEND
    assert "POST" in answer["Access-Control-Allow-Methods"]
    assert "Authorization" in answer["Access-Control-Allow-Headers"]


def test_others_and_pages_that_are_not_the_api_are_told_nothing(db: None, friendly: None) -> None:
    stranger, friend = Client(headers={"Origin": "https://stranger.example"}), Client(headers={"Origin": FRIEND})
    assert ALLOWED not in stranger.get("/api/v1/polls/").headers
    assert ALLOWED not in stranger.options("/api/v1/polls/", headers=ASKING).headers
    assert ALLOWED not in friend.get("/").headers


def test_cookies_are_never_asked_for(user: User, settings: Any) -> None:
    settings.API_CORS_ORIGINS = ["*"]
    client = Client(headers={"Origin": "https://anybody.example"})
    client.force_login(user)
    answer = client.get("/api/v1/tokens/")
    assert answer[ALLOWED] == "https://anybody.example"
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("wrong", ["friend.example", "https://friend.example/", "https://Friend.example", "null"])
def test_what_is_no_origin_is_refused_at_the_start(settings: Any, wrong: str) -> None:
    settings.API_CORS_ORIGINS = [FRIEND, wrong]
    with pytest.raises(ImproperlyConfigured, match="API_CORS_ORIGINS"):
        Client().get("/api/v1/polls/")
