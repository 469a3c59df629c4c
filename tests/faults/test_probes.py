"""Stores that hang or are gone: probes answer in time, say so, and notice when all is well again."""

import http.client
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from backend.common.embedded.processes import ProcessGroup, Program
from tests.faults.site import Server, Site, wait_until

pytestmark = pytest.mark.slow
READY = "/readyz?exclude=worker&exclude=beat"
IN_TIME = 4.0
"""Seconds: a check has two; the machine may be busy."""

Ask = Callable[[str], tuple[int, dict[str, str]]]


@pytest.fixture
def ask(site: Site) -> Iterator[Ask]:
    """Return what asks a web server of the site."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    argv = [sys.executable, "-m", "gunicorn", "-c", "python:backend.config.gunicorn"]
    env = site.environment() | {"BIND": f"127.0.0.1:{port}", "WEB_WORKERS": "1"}

    def asked(path: str) -> tuple[int, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=IN_TIME)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()).get("checks", {})

    with ProcessGroup() as group:
        web = group.start(Program(name="The web server", argv=argv, log=site.state.path("web.log"), env=env))
        group.wait_until(lambda: is_ready(asked), seconds=60.0, of=web)
        yield asked


def is_ready(asked: Ask) -> bool:
    try:
        return asked(READY)[0] == 200
    except OSError:
        return False


def failing(ask: Ask) -> set[str]:
    """Return the checks that are not ok, once an earlier outcome is no longer told."""
    time.sleep(1.1)
    return {name for name, state in ask(READY)[1].items() if state != "ok"}


def hangs(server: Server) -> None:
    os.kill(server.pid, signal.SIGSTOP)


def goes_on(server: Server) -> None:
    os.kill(server.pid, signal.SIGCONT)


def test_a_store_that_hangs_hangs_no_probe(site: Site, ask: Ask) -> None:
    for server, names in ((site.redis, {"redis"}), (site.postgres, {"database"})):
        hangs(server)
        try:
            assert failing(ask) == names
            assert ask("/healthz")[0] == 200
            assert failing(ask) == names
        finally:
            goes_on(server)
        wait_until(lambda: ask(READY)[0] == 200, "the site is ready again")


def test_a_store_that_is_gone_is_named_until_it_is_back(site: Site, ask: Ask) -> None:
    site.redis.stop(signal.SIGTERM)
    assert failing(ask) == {"redis"}
    site.redis.start()
    wait_until(lambda: ask(READY)[0] == 200, "the site is ready again")
    site.postgres.stop(signal.SIGINT)
    assert failing(ask) == {"database"}
    site.postgres.start()
    wait_until(lambda: ask(READY)[0] == 200, "the site is ready again")
