"""Requests that break off by a fault of ours: the page says a number, the staff get one mail."""

from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import InterfaceError, OperationalError
from django.test import Client
from django.urls import reverse
from redis.exceptions import RedisError

from backend.alerts import faults
from frontend.pages import home
from tests.factories import poll_with

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def addressed(monkeypatch, settings) -> None:
    settings.ALERT_EMAILS = ["ops@example.org"]
    monkeypatch.setattr(faults, "_told_here", {})


@pytest.fixture
def broken(monkeypatch) -> Client:
    """Return a client to whom the home page breaks."""

    def fail(**_: object) -> None:
        raise ZeroDivisionError("ada@example.org did it")

    monkeypatch.setattr(home, "poll_list", fail)
    return Client(raise_request_exception=False)


def test_the_page_says_the_number_under_which_the_log_has_it(broken, caplog):
    answer = broken.get(reverse("home"))
    assert answer.status_code == 500
    assert f"<code>{answer['X-Request-ID']}</code>" in answer.text
    assert any(
        answer["X-Request-ID"] in str(record.msg) and "request_failed" in str(record.msg) for record in caplog.records
    )


def test_it_is_told_once_without_the_words_of_the_error(broken):
    answer = broken.get(reverse("home"))
    for _ in range(3):
        broken.get(reverse("home"))
    (message,) = mail.outbox
    assert message.to == ["ops@example.org"]
    assert message.subject == "Helianthus: a fault at home"
    assert "ZeroDivisionError at " in message.body
    assert answer["X-Request-ID"] in message.body
    assert "ada@" not in message.body


def test_a_flood_of_different_faults_ends(broken, monkeypatch):
    monkeypatch.setattr("backend.alerts.faults.MOST", 1)
    lines = iter(("a.py:1", "b.py:2", "c.py:3"))
    monkeypatch.setattr("backend.alerts.faults.line_of", lambda error: next(lines))
    for _ in range(3):
        broken.get(reverse("home"))
    assert len(mail.outbox) == 1


class Broken(BaseEmailBackend):
    """Takes no mail."""

    error: Exception = ValueError("expired meanwhile")

    def send_messages(self, email_messages: Any) -> int:
        raise self.error


@pytest.mark.parametrize("error", [OperationalError("down"), InterfaceError("cut"), ValueError("expired meanwhile")])
def test_whatever_keeps_the_mail_from_going_leaves_the_page_as_it_is(broken, monkeypatch, caplog, settings, error):
    monkeypatch.setattr(Broken, "error", error)
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    answer = broken.get(reverse("home"))
    assert answer.status_code == 500
    assert answer["X-Request-ID"] in answer.text
    assert "Nobody was told of a fault" in caplog.text
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    broken.get(reverse("home"))
    assert len(mail.outbox) == 1, "told when it happens again"


def test_without_redis_it_is_told_once_by_each_process(broken, monkeypatch):
    def down(*_: object, **__: object) -> None:
        raise RedisError

    monkeypatch.setattr("backend.alerts.faults.cache.add", down)
    for _ in range(3):
        broken.get(reverse("home"))
    assert len(mail.outbox) == 1


def test_expected_errors_are_no_faults(client):
    poll_with(slug="poll")
    client.get("/polls/nothing/")
    client.get("/polls/poll/?page=99")
    assert mail.outbox == []


def test_the_api_says_the_number(broken, monkeypatch):
    monkeypatch.setattr("backend.polls.apis.poll_list", lambda **_: 1 / 0)
    answer = broken.get("/api/v1/polls/")
    assert answer.status_code == 500
    assert answer.json()["request_id"] == answer["X-Request-ID"]
