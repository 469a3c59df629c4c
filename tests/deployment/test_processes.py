"""docker-compose.yml's processes, started without Docker: they are healthy, do their work, write nowhere else, end."""

import re
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from backend.common.embedded import postgres_server
from backend.common.embedded.processes import Process, Program
from tests.deployment.installation import Installation, installed, listing

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DOMAIN = "localhost"  # for which Caddy signs its own certificate
PASSWORD = "correct horse battery staple"
FRESH = 30 + 30
"""Seconds from a judgment to its score, and as many for a busy machine."""
PATIENCE_OF_PROXY = 25
"""Seconds for which it surely holds a request; it tries for 30."""
POLL = f"""
from allauth.account.models import EmailAddress
from backend.accounts.models import User
from backend.entities.models import Entity
from backend.polls.models import Criterion, Poll

user = User.objects.create_user("ada", "ada@example.org", "{PASSWORD}")
EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
poll = Poll.objects.create(slug="town", title="Town", question="Which first?")
Criterion.objects.create(poll=poll, name="good", title="Good")
for uid in ("bridge", "school"):
    Entity.objects.create(poll=poll, uid=uid, title=uid)
"""


class Visitor(requests.Session):
    """A browser, through the proxy where there is one, else as the proxy would ask."""

    def __init__(self, installation: Installation, *, through_proxy: bool) -> None:
        super().__init__()
        self.trust_env = False
        port = installation.ports["https" if through_proxy else "web"]
        self.base = f"{'https' if through_proxy else 'http'}://{DOMAIN}:{port}"
        self.headers["Referer"] = f"https://{DOMAIN}:{port}/"
        if through_proxy:
            self.verify = str(installation.temporary("proxy") / "data/caddy/pki/authorities/local/root.crt")
        else:
            self.headers["X-Forwarded-Proto"] = "https"
            self.cookies.set_policy(SecureCookiesToo())

    def log_in(self) -> None:
        page = self.get(f"{self.base}/accounts/login/")
        assert page.status_code == 200, page.text
        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[0]
        form = {"login": "ada", "password": PASSWORD, "csrfmiddlewaretoken": token}
        assert "/accounts/" not in self.post(f"{self.base}/accounts/login/", data=form).url

    def judge(self) -> requests.Response:
        body = {"left": "bridge", "right": "school", "judgments": {"good": 10}}
        headers = {"X-CSRFToken": self.cookies["csrftoken"]}
        return self.post(f"{self.base}/api/v1/polls/town/comparisons/", json=body, headers=headers)

    def scores(self) -> list[tuple[str, int]]:
        """Return the items and how many contributors their scores are of, best first."""
        answer = self.get(f"{self.base}/api/v1/polls/town/entities/").json()
        return [(item["uid"], score["contributors"]) for item in answer["results"] for score in item["scores"]]


class SecureCookiesToo(requests.cookies.cookielib.DefaultCookiePolicy):  # type: ignore[name-defined,misc]
    """Sends secure cookies over this machine's HTTP, whose other side believes in HTTPS."""

    def return_ok_secure(self, cookie: object, request: object) -> bool:
        return True


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path, domain=DOMAIN) as made:
        yield made


def start_proxy(installation: Installation) -> None:
    data = installation.temporary("proxy")
    environment = installation.environment("proxy") | {
        "XDG_DATA_HOME": str(data / "data"),
        "XDG_CONFIG_HOME": str(data / "config"),
        "PROXY_HTTP_PORT": str(installation.ports["http"]),
        "PROXY_HTTPS_PORT": str(installation.ports["https"]),
        "PROXY_HEALTH_PORT": str(installation.ports["proxy"]),
    }
    argv = ["caddy", "run", "--adapter", "caddyfile", "--config", Path("deploy/Caddyfile").resolve()]
    log = installation.folder / "proxy.log"
    program = Program(name="proxy", argv=argv, log=log, env=environment, unprivileged=postgres_server.without_root())
    installation.group.start(program)
    installation.wait_until_healthy("proxy")


def test_a_judgment_becomes_a_score_and_everything_ends_in_time(installation: Installation) -> None:
    before = listing(installation.app)
    installation.run("migrate")
    installation.run("web", "python", "manage.py", "shell", "-c", POLL)
    started = [installation.start(name) for name in ("web", "worker", "beat")]
    for name in ("web", "worker", "beat"):
        installation.wait_until_healthy(name)
    if through_proxy := all(map(shutil.which, ("caddy", "curl"))):
        start_proxy(installation)

    visitor = Visitor(installation, through_proxy=through_proxy)
    visitor.log_in()
    assert visitor.judge().status_code == 201
    wait_for_scores(visitor, installation)
    assert {cookie.name for cookie in visitor.cookies if cookie.secure} >= {"sessionid", "csrftoken"}
    assert visitor.get(f"{visitor.base}/readyz").json()["status"] == "ok"
    assert {'service="web"', 'service="worker"'} <= set(re.findall(r'service="\w+"', metrics(visitor, installation)))

    if through_proxy:
        started[0] = restart_under_visitors(installation, visitor, started[0])

    assert [(process.name, installation.stop(process)) for process in reversed(started)] == [
        ("beat", 0),
        ("worker", 0),
        ("web", 0),
    ]
    assert listing(installation.app) == before
    assert left_behind(installation.app) == []


def restart_under_visitors(installation: Installation, visitor: Visitor, web: Process) -> Process:
    """Put a new web server in the place of the old one while somebody reads without a pause."""
    ended, answers = threading.Event(), list[int]()

    def visit() -> None:
        while not ended.is_set():
            answers.append(requests.get(f"{visitor.base}/", verify=visitor.verify, timeout=60).status_code)

    began = time.monotonic()
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(visit)
        try:
            assert installation.stop(web) == 0
            web = installation.start("web")
            installation.wait_until_healthy("web")
        finally:
            ended.set()
        reading.result()
    if time.monotonic() - began < PATIENCE_OF_PROXY:
        assert set(answers) == {200}
    return web


def metrics(visitor: Visitor, installation: Installation) -> str:
    token = (installation.folder / "secrets/metrics_token").read_text()
    answer = visitor.get(f"{visitor.base}/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    return answer.text


def wait_for_scores(visitor: Visitor, installation: Installation) -> None:
    deadline = time.monotonic() + FRESH
    while visitor.scores() != [("school", 1), ("bridge", 1)]:
        installation.group.raise_if_any_ended()
        assert time.monotonic() < deadline, installation.log("worker")
        time.sleep(0.5)


def left_behind(folder: Path) -> list[str]:
    """Name the processes that still work in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder:
                found.append((process / "cmdline").read_text())
        except OSError:  # it ended meanwhile
            continue
    return found
