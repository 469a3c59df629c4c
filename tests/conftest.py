"""What every test gets: cheap passwords, unhurried examples, and the machine's Chromium in place of Playwright's."""

import os
import shutil
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer

# On a busy machine an example may take long; pytest-timeout bounds the test as a whole.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def pytest_configure() -> None:
    # Slow on purpose in production, and hundreds of tests log in.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what opens a page, so that nobody has to remember to."""
    for item in items:
        if "page" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def live_server(live_server: LiveServer) -> LiveServer:
    """Serve static files too: pytest-django finds them only where the app bears Django's own name."""
    call_command("collectstatic", link=True, interactive=False, verbosity=0)
    return live_server


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
