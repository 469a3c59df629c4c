"""What every test gets: cheap passwords, unhurried examples, and the machine's Chromium in place of Playwright's."""

import math
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import hypothesis
import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.utils import timezone, translation
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

# On a busy machine an example may take long, and so may a page; pytest-timeout bounds the test as a whole.
UNHURRIED = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("exploring", UNHURRIED)
# The same examples every time: who looks for others, with `--hypothesis-profile=exploring`, has time for what is rare.
hypothesis.settings.register_profile("settled", UNHURRIED, derandomize=True)
hypothesis.settings.load_profile("settled")
PATIENCE = 60_000
"""Milliseconds for which a browser's test waits for what must come."""
expect.set_options(timeout=PATIENCE)

PROCESSES = {"browser", "celery_worker_process", "start_celery_worker"}
"""Fixtures that start some: on a busy machine, the first test of a session waits for minutes."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def pytest_configure() -> None:
    # Slow on purpose in production, and hundreds of tests log in.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what opens a page, so that nobody has to remember to, and be patient with what starts processes."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "browser" in fixtures:
            item.add_marker("browser")
        if PROCESSES.intersection(fixtures):
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def live_server(live_server: LiveServer) -> LiveServer:
    """Serve static files too: pytest-django finds them only where the app bears Django's own name."""
    call_command("collectstatic", link=True, interactive=False, verbosity=0)
    return live_server


@pytest.fixture(autouse=True)
def _no_language_left() -> Iterator[None]:
    """Forget the language and the zone of the last request, which stay active in its thread: in tests, in ours."""
    yield
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture
def one_instant() -> Iterator[None]:
    """Stop the clock: what is counted by the minute is counted in one minute, however long it takes."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture
def page(page: Page) -> Page:
    """Return the browser's page, patient on a busy machine."""
    page.set_default_timeout(PATIENCE)
    return page


@pytest.fixture(autouse=True)
def _answered(request: pytest.FixtureRequest) -> Iterator[None]:
    """End a browser's test when its server has answered: a request under way and the emptying of tables would deadlock.

    Requested before the page, it ends after it, and requesting the database it ends before that.
    """
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")
    under_way = UnderWay()
    with under_way.counted():
        yield
        under_way.wait_for_none()


@pytest.fixture(autouse=True)
def _switches_as_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take all switches for unturned, without a look at the database, until a test forgets that."""
    from backend.observability.selectors import switches_read

    monkeypatch.setattr(switches_read, "_states", {})
    monkeypatch.setattr(switches_read, "_at", math.inf)


class UnderWay:
    """Counts the requests that the server, in its own threads, has not finished."""

    def __init__(self) -> None:
        self._changed, self._count = threading.Condition(), 0

    @contextmanager
    def counted(self) -> Iterator[None]:
        request_started.connect(self._started)
        request_finished.connect(self._finished)
        try:
            yield
        finally:
            request_started.disconnect(self._started)
            request_finished.disconnect(self._finished)

    def wait_for_none(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._count <= 0, timeout=60), "a request is never answered"

    def _started(self, **_: object) -> None:
        with self._changed:
            self._count += 1

    def _finished(self, **_: object) -> None:
        with self._changed:
            self._count -= 1
            self._changed.notify_all()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Launch the machine's browser; skip the test where there is none, except in CI."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        reason = "no Chromium on this machine: `make e2e` installs it as root, else install the package chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    # Playwright runs an event loop in this thread, beside which Django would refuse database calls.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox refuses root
    return browser_type_launch_args | {"executable_path": path, "args": [*sandbox, "--disable-dev-shm-usage"]}
