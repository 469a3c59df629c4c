"""One event, one line of JSON: with the ids that lead from one to the next, without what must stay secret."""

import io
import json
import logging
import re
import time
from collections.abc import Iterator
from logging.config import DictConfigurator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.test import Client
from django.urls import reverse

from backend.observability.logs import logging_config
from backend.observability.logs.scrub import scrubber
from tests.factories import UserFactory, judged_poll

SECRET = "a key that signs everything"
PASSWORD = "correct horse battery staple"
EMAIL, ADDRESS = "ada.lovelace@example.org", "203.0.113.77"


class Log:
    """What production would have written."""

    def __init__(self) -> None:
        self.text = io.StringIO()
        config = logging_config(layout="json", level="INFO", secrets=[SECRET])
        self.handler = logging.StreamHandler(self.text)
        self.handler.setFormatter(DictConfigurator(config).configure_formatter(config["formatters"]["line"]))

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.getvalue().splitlines()]

    def of(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == event]


@pytest.fixture
def log() -> Iterator[Log]:
    log = Log()
    logging.getLogger().addHandler(log.handler)
    yield log
    logging.getLogger().removeHandler(log.handler)


@pytest.fixture
def client() -> Client:
    return Client(REMOTE_ADDR=ADDRESS, HTTP_USER_AGENT="secret-browser/1.0", raise_request_exception=False)


# ---------------------------------------------------------------- requests
def test_a_request_is_a_line_with_route_status_and_time(db, client, log):
    answer = client.get(reverse("poll", args=["nothing"]), {"q": "my question"})
    (line,) = log.of("request_finished")
    assert line["request_id"] == answer["X-Request-ID"]
    assert (line["route"], line["method"], line["status"]) == ("poll", "GET", 404)
    assert line["milliseconds"] > 0
    assert "my question" not in log.text.getvalue()


def test_who_is_logged_in_is_named_by_number(db, client, log):
    user = UserFactory(username="hypatia")
    client.force_login(user)
    client.get(reverse("home"))
    assert log.of("request_finished")[-1]["user_id"] == user.pk
    assert "hypatia" not in log.text.getvalue()


def test_an_id_that_came_along_is_kept_only_if_well_formed(db, client):
    assert client.get("/", HTTP_X_REQUEST_ID="from-the-proxy-1")["X-Request-ID"] == "from-the-proxy-1"
    for bad in ("short", "a" * 65, 'quote"and more', "line\nbreak12", "é" * 9):
        assert re.fullmatch(r"[0-9a-f]{32}", client.get("/", HTTP_X_REQUEST_ID=bad)["X-Request-ID"])


def test_ids_of_one_request_are_not_those_of_the_next(db, client, log):
    client.force_login(UserFactory())
    client.get("/")
    Client().get("/")
    first, second = log.of("request_finished")
    assert first["request_id"] != second["request_id"]
    assert "user_id" not in second


# ---------------------------------------------------------------- secrets
def test_nothing_that_people_type_or_own_is_in_the_log(db, client, log, monkeypatch):
    sign_up(client)
    log_in(client)
    reset_password(client)
    use_the_api(client)
    fail(client, monkeypatch)
    logging.getLogger("some.library").error("Key (email)=(%s) exists, says redis://:pass-word@host, %s", EMAIL, SECRET)
    text = log.text.getvalue()
    keys = re.findall(r"/(?:reset/key|confirm-email)/([^/\s]+)", "\n".join(message.body for message in mail.outbox))
    assert len(keys) == 2
    for secret in (EMAIL, ADDRESS, PASSWORD, "pass-word", SECRET, "lovelace", "secret-browser", *keys):
        assert secret not in text, [line for line in text.splitlines() if secret in line]
    for cookie in client.cookies.values():
        assert cookie.value not in text or len(cookie.value) < 8
    assert log.of("request_failed")[0]["exception"].startswith("Traceback")


def test_a_refused_form_is_told_with_its_reason_and_without_its_address(db, log):
    client = Client(enforce_csrf_checks=True)
    assert client.post("/polls/of-my-club/?q=my+question", {}).status_code == 403
    assert client.get("/", {"q": "my question"}, headers={"Host": "not-ours.example.com"}).status_code == 400
    assert [line["event"] for line in log.lines if line["logger"] == "django.security.csrf"] == [
        "Forbidden (CSRF cookie not set.)"
    ]
    for private in ("of-my-club", "question"):
        assert private not in log.text.getvalue()


def sign_up(client: Client) -> None:
    form = {"username": "lovelace", "email": EMAIL, "password1": PASSWORD, "password2": PASSWORD}
    assert client.post(reverse("account_signup"), form).status_code == 302
    link = re.search(r"http://\S+", mail.outbox[-1].body)
    assert link
    client.get(link[0])


def log_in(client: Client) -> None:
    user = UserFactory(username="lovelace2", password=make_password(PASSWORD))
    EmailAddress.objects.create(user=user, email="other@example.org", verified=True, primary=True)
    client.post(reverse("account_login"), {"login": EMAIL, "password": "a wrong " + PASSWORD})
    assert client.post(reverse("account_login"), {"login": "lovelace2", "password": PASSWORD}).status_code == 302


def reset_password(client: Client) -> None:
    stranger = Client(REMOTE_ADDR=ADDRESS)
    stranger.post(reverse("account_reset_password"), {"email": "other@example.org"})
    link = re.search(r"http://\S+reset/key/\S+", mail.outbox[-1].body)
    assert link
    assert stranger.get(link[0]).status_code in (200, 302)
    stranger.get(link[0][:-3] + "zz/")


def use_the_api(client: Client) -> None:
    judged_poll(slug="poll")
    body = {"left": "a", "right": "b", "judgments": {"good": 7.0}}
    path = "/api/v1/polls/poll/comparisons/"
    wrong = client.post(path, body, content_type="application/json", HTTP_AUTHORIZATION=f"Bearer {SECRET}")
    assert wrong.status_code == 401
    assert client.post(path, body, content_type="application/json").status_code == 201
    client.post(path, '{"broken', content_type="application/json")


def fail(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise ValueError(f"{EMAIL} from {ADDRESS} and ::ffff:2001:db8:1:2")

    monkeypatch.setattr("frontend.pages.home.poll_list", broken)
    assert client.get("/").status_code == 500
    assert client.get("/", HTTP_HOST="not-ours.example.com").status_code == 400


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("mail to ada@example.org failed", "mail to [e-mail] failed"),
        ("from 198.51.100.4:5000", "from [address]:5000"),
        ("from 2001:db8::1 or ::1", "from [address] or ::1"),
        ("Listening at: http://127.0.0.1:8000 (12)", "Listening at: http://127.0.0.1:8000 (12)"),
        ("took 12:30:45 with version 1.2.3", "took 12:30:45 with version 1.2.3"),
        ("postgresql://me:word@host/db", "postgresql://[secret]@host/db"),
        ("GET /accounts/password/reset/key/1-abc/ failed", "GET /accounts/password/reset/key/[key]/ failed"),
        ("the key abcdefghij is", "the key [secret] is"),
        ("Bearer hel_aB-_aB-_aB-_aB-_aB-_aB-_aB-_aB-_aB-_aB-_x12 is", "Bearer [token] is"),
    ],
)
def test_what_libraries_quote_is_scrubbed(text, left):
    assert scrubber(["abcdefghij", "short"])(None, "info", {"event": text}) == {"event": left}


@pytest.mark.parametrize("text", ["a" * 100_000, "1." * 50_000])
def test_a_long_word_takes_no_longer_than_many_short_ones(text):
    started = time.process_time()
    assert scrubber()(None, "info", {"event": text}) == {"event": text}
    assert time.process_time() - started < 5, "tried from each letter anew it takes half a minute"


def test_numbers_stay_numbers():
    event = {"event": "x", "run_id": 7, "seconds": 1.5, "ok": True, "nothing": None}
    assert scrubber()(None, "info", dict(event)) == event


def test_people_read_text_at_a_terminal():
    config = logging_config(layout="text", level="INFO")
    formatter = DictConfigurator(config).configure_formatter(config["formatters"]["line"])
    line = formatter.format(logging.LogRecord("name", logging.INFO, "", 1, "It %s", ("works",), None))
    assert "It works" in line
    assert not line.startswith("{")


def test_another_layout_is_a_clear_error():
    with pytest.raises(ValueError, match="LOG_FORMAT is xml, but logs are written as json or text"):
        logging_config(layout="xml", level="INFO")
