"""What machines are told of the site's state, and who is told why."""

from threading import Event
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from backend.observability.probes import checks, heartbeats
from backend.observability.probes.heartbeats import BEAT, WORKER, heartbeat_leave

TOKEN = "a token for those who watch"
ALL = ("database", "migrations", "redis", "worker", "beat")


@pytest.fixture(autouse=True)
def fresh(monkeypatch, settings) -> None:
    """Ask anew in each test, and let each check take the time that a busy machine takes."""
    settings.METRICS_TOKEN = TOKEN
    monkeypatch.setattr(checks, "SECONDS", 60.0)
    monkeypatch.setattr(checks, "_asked", {})
    monkeypatch.setattr(checks, "_settled", set())
    monkeypatch.setattr(heartbeats, "_last", {})


@pytest.fixture
def alive(db: None) -> None:
    heartbeat_leave(WORKER)
    heartbeat_leave(BEAT)


def ready(**options: Any) -> Any:
    return Client().get("/readyz", **options)


def with_token(token: str = TOKEN) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Bearer {token}"}


def test_healthz_asks_no_store():
    # Without the mark django_db a query fails the test.
    answer = Client().get("/healthz", HTTP_HOST="10.0.0.7")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_readyz_is_ok_where_all_is_there(alive):
    answer = ready()
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "checks": dict.fromkeys(ALL, "ok")}


def test_probes_need_no_host_no_https_and_leave_nothing_behind(alive, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = ready(HTTP_HOST="10.0.0.7:8000")
    assert answer.status_code == 200
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store"


def test_it_is_not_ready_without_worker_or_beat(db):
    answer = ready(**with_token())
    assert answer.status_code == 503
    assert answer.json()["checks"]["worker"]["reason"].startswith("No worker gave a sign of life for 30 seconds")
    assert answer.json()["checks"]["database"]["status"] == "ok"


def test_a_balancer_leaves_out_what_it_does_not_need(db):
    assert Client().get("/readyz?exclude=worker&exclude=beat").status_code == 200
    answer = Client().get("/readyz?exclude=nothing")
    assert answer.status_code == 400
    assert "Known are: database" in answer.json()["status"]


@pytest.mark.django_db(transaction=True)  # the check asks on a connection of its own
def test_a_migration_that_is_missing_is_told(alive):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'alerts' RETURNING name, applied")
        rows = cursor.fetchall()
    try:
        answer = ready(**with_token())
    finally:
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO django_migrations (app, name, applied) VALUES ('alerts', %s, %s)", rows)
    reason = answer.json()["checks"]["migrations"]["reason"]
    assert reason == "Migrations that are not applied: 1. Run: manage.py migrate"


def test_strangers_learn_no_reason(db, monkeypatch):
    monkeypatch.setitem(checks.CHECKS, "database", lambda: "host db-7.internal is gone")
    for headers in ({}, with_token("a guess"), {"HTTP_AUTHORIZATION": TOKEN}, with_token("ä")):
        answer = ready(**headers)
        assert answer.status_code == 503
        assert answer.json()["checks"]["database"] == "not ok"
        assert "internal" not in answer.text


def test_without_a_token_in_the_settings_nobody_has_it(db, settings):
    settings.METRICS_TOKEN = ""
    assert ready(HTTP_AUTHORIZATION="Bearer ").json()["checks"]["worker"] == "not ok"


def test_a_store_that_hangs_does_not_hang_the_answer(alive, monkeypatch):
    is_back = Event()

    def hang() -> str:
        is_back.wait(60)
        return ""

    monkeypatch.setattr(checks, "SECONDS", 0.2)
    monkeypatch.setitem(checks.CHECKS, "redis", hang)
    first, second = ready(), ready()
    is_back.set()
    for answer in (first, second):
        assert answer.json()["checks"]["redis"] == "not ok"
        assert answer.status_code == 503


def test_an_outcome_is_told_again_for_a_while(alive, monkeypatch):
    asked = []
    monkeypatch.setitem(checks.CHECKS, "redis", lambda: asked.append(1) or "")
    monkeypatch.setattr(checks, "KEPT", 60.0)
    for _ in range(5):
        ready()
    assert len(asked) == 1
    monkeypatch.setattr(checks, "KEPT", 0.0)
    ready()
    assert len(asked) == 2


def test_a_check_that_breaks_is_not_ok(alive, monkeypatch):
    monkeypatch.setitem(checks.CHECKS, "redis", lambda: 1 / 0)
    reason = ready(**with_token()).json()["checks"]["redis"]["reason"]
    assert reason == "The check itself broke; the log says where."


def test_probes_take_nothing_but_questions():
    for path in ("/healthz", "/readyz", "/metrics"):
        assert Client().post(path).status_code == 405


# ---------------------------------------------------------------- metrics
def test_metrics_are_for_whoever_has_the_token(db):
    assert Client().get("/metrics").status_code == 401
    assert Client().get("/metrics", **with_token("a guess")).status_code == 401
    answer = Client().get("/metrics", **with_token())
    assert answer.status_code == 200
    for name in ("helianthus_database_connections_limit", "helianthus_news_waiting 0.0", "helianthus_tasks_waiting"):
        assert name in answer.text


def test_metrics_are_off_without_a_token(settings):
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", HTTP_AUTHORIZATION="Bearer ").status_code == 404


def test_requests_are_counted_by_route_never_by_address(db):
    for number in range(3):
        Client().get(f"/polls/made-up-{number}/")
        Client().get(f"/nowhere/{number}/")
    text = Client().get("/metrics", **with_token()).text
    assert 'helianthus_requests_total{method="GET",route="poll",status="404"}' in text
    assert 'route="none"' in text
    assert "made-up" not in text
    assert "/nowhere" not in text
