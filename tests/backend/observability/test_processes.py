"""Two web processes, a worker and beat, as in production: their numbers add up, their lines lead to one another."""

import http.client
import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from backend.accounts.models import User
from backend.common.embedded.processes import Process, ProcessGroup, Program
from backend.observability.models import SwitchState
from backend.observability.services import switch_set
from backend.observability.switches import COMPARING
from backend.pipeline.models import Run
from tests.factories import PollFactory, UserFactory, judged_poll
from tests.plugins.workers import database_url

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # starts gunicorn, a worker and beat
TOKEN = "a token for those who watch"
CSRF = "c" * 32
CLICK = "click-of-somebody-1"
CELERY = (sys.executable, "-m", "celery", "--quiet", "-A", "backend.config")
REQUESTS = 40
NOT_OURS = "worker: "
"""What a worker prints past all logs when it ends."""


@dataclass
class Site:
    """The processes, and what to ask them."""

    port: int
    folder: Path
    web: Process
    cookie: str

    def ask(self, path: str, *, method: str = "GET", body: Any = None, **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        known = {"Cookie": self.cookie, "X-CSRFToken": CSRF, "Content-Type": "application/json"}
        connection.request(method, path, body, known | headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def number(self, name: str, **labels: str) -> float:
        """Return the sum of the samples of a name that bear these labels."""
        status, text = self.ask("/metrics", Authorization=f"Bearer {TOKEN}")
        assert status == 200, text
        families = text_string_to_metric_families(text)
        samples = [sample for family in families for sample in family.samples if sample.name == name]
        return sum(sample.value for sample in samples if labels.items() <= sample.labels.items())

    def lines(self, process: str) -> list[dict[str, Any]]:
        text = (self.folder / f"{process}.log").read_text()
        return [json.loads(line) for line in text.splitlines() if line and not line.startswith(NOT_OURS)]


@pytest.fixture
def user(transactional_db: None) -> User:
    user = UserFactory(username="root", is_staff=True, is_superuser=True)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def site(user: User, tmp_path: Path) -> Iterator[Site]:
    client = Client()
    client.force_login(user)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = os.environ | {
        "DATABASE_URL": database_url(),
        "BIND": f"127.0.0.1:{port}",
        "WEB_WORKERS": "2",
        "METRICS_TOKEN": TOKEN,
        "METRICS_DIR": str(tmp_path / "metrics"),
        "EMAIL_URL": f"filemail:///{tmp_path}/mails",
        "ALERT_EMAILS": "ops@example.org",
    }
    web = (sys.executable, "-m", "gunicorn", "-c", "python:backend.config.gunicorn")
    worker = (*CELERY, "worker", "-c", "1", "--without-gossip", "--without-mingle", "--hostname", "watched@here")
    beat = (*CELERY, "beat", "--schedule", tmp_path / "beat", "--pidfile=")
    with ProcessGroup() as group:
        started = [
            group.start(Program(name=name, argv=argv, log=tmp_path / f"{name}.log", env=env))
            for name, argv in (("web", web), ("worker", worker), ("beat", beat))
        ]
        cookie = f"sessionid={client.cookies[settings.SESSION_COOKIE_NAME].value}; csrftoken={CSRF}"
        yield Site(port, tmp_path, started[0], cookie)


def until(true: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.1)


def is_ready(site: Site) -> bool:
    try:
        return site.ask("/readyz")[0] == 200
    except OSError:
        return False


def children(process: Process) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def test_an_operator_sees_the_whole_site(site: Site):
    until(lambda: is_ready(site))
    counts_what_two_processes_answered(site)
    run = leads_from_a_click_to_the_run(site)
    counts_what_the_worker_did(site, run)
    turns_a_switch_everywhere(site)
    tells_of_a_failed_run_by_mail(site)
    writes_json_only(site)


def counts_what_two_processes_answered(site: Site) -> None:
    for _ in range(REQUESTS):
        assert site.ask("/how-it-works/")[0] == 200
    counted = {"route": "how_it_works", "service": "web"}
    assert len(list((site.folder / "metrics").glob("*/counter_*.db"))) > 2
    assert site.number("helianthus_requests_total", **counted) == REQUESTS
    assert site.number("helianthus_request_seconds_count", **counted) == REQUESTS
    assert site.number("helianthus_numbers_shared") == 1
    # What a process counted stays when it ends.
    ended, *_ = children(site.web)
    os.kill(ended, 15)
    until(lambda: ended not in children(site.web) and len(children(site.web)) == 2)
    assert site.number("helianthus_requests_total", **counted) == REQUESTS
    assert site.number("helianthus_requests_in_progress") == 0


def leads_from_a_click_to_the_run(site: Site) -> Run:
    poll = judged_poll(slug="poll")
    body = json.dumps({"left": "a", "right": "d", "judgments": {"good": 5.0}})
    assert site.ask("/api/v1/polls/poll/comparisons/", method="POST", body=body)[0] == 201
    status, text = site.ask("/api/v1/polls/poll/runs/", method="POST", body="{}", **{"X-Request-ID": CLICK})
    assert status == 202, text
    until(lambda: not Run.objects.filter(poll=poll, status__in=Run.ACTIVE).exists())
    run = Run.objects.get(pk=json.loads(text)["id"])
    assert run.status == Run.Status.SUCCEEDED, run.error

    def told() -> list[dict[str, Any]]:
        end = f"The run of poll {poll.pk} is succeeded"
        return [line for line in site.lines("worker") if line["event"] == end and line["run_id"] == run.pk]

    until(told)
    (line,) = told()
    assert line["request_id"] == CLICK
    assert line["user_id"] == User.objects.get().pk
    assert line["task_id"]
    return run


def counts_what_the_worker_did(site: Site, run: Run) -> None:
    assert site.number("helianthus_judgments_saved_total", service="web") == 1
    until(lambda: site.number("helianthus_runs_finished_total", status="succeeded", service="worker") >= 1)
    assert site.number("helianthus_run_step_seconds_count", step="snapshot") >= 1
    assert site.number("helianthus_news_waiting") == 0
    assert 0 <= site.number("helianthus_published_seconds") < 600
    assert site.number("helianthus_database_connections") > 0


def turns_a_switch_everywhere(site: Site) -> None:
    body = json.dumps({"left": "a", "right": "c", "judgments": {"good": 5.0}})

    def save() -> int:
        return site.ask("/api/v1/polls/poll/comparisons/", method="POST", body=body)[0]

    switch_set(switch=COMPARING, state=SwitchState.State.OFF)
    until(lambda: [save() for _ in range(6)] == [503] * 6)
    switch_set(switch=COMPARING, state=SwitchState.State.DEFAULT)
    until(lambda: save() == 201)


def tells_of_a_failed_run_by_mail(site: Site) -> None:
    poll = PollFactory(slug="broken", title="Broken")
    Run.objects.create(poll=poll, status="failed", trigger="news", error="Nobody knows.", finished_at=timezone.now())
    mails = site.folder / "mails"
    until(lambda: mails.is_dir() and any("Nobody knows." in path.read_text() for path in mails.iterdir()))
    until(lambda: site.number("helianthus_mails_total", outcome="sent", service="worker") == 1)


def writes_json_only(site: Site) -> None:
    for process in ("web", "worker", "beat"):
        assert all({"event", "level", "timestamp"} <= line.keys() for line in site.lines(process)), process
