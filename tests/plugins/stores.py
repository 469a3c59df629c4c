"""PostgreSQL and Redis for the tests, started before pytest-django reads the settings.

Loaded with ``-p`` (see pyproject.toml). Only the process that was called starts servers; the workers of
pytest-xdist inherit its environment, and each takes a Redis database of its own.
"""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from backend.common.embedded import EmbeddedError, State, missing, own_servers

LOCAL_DIR = Path(__file__).resolve().parents[2] / ".local"
SESSIONS_AT_ONCE = 20


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    known = early_config.known_args_namespace
    if known.help or known.version:
        return (yield)
    if "PYTEST_XDIST_WORKER" not in os.environ:
        start_servers(early_config)
    os.environ["REDIS_URL"] = own_redis_database(os.environ["REDIS_URL"])
    return (yield)


def start_servers(config: pytest.Config) -> None:
    state = first_free_state()
    (static := state.path("static")).mkdir(exist_ok=True)
    # Plain names for static files: hashed ones exist only after collectstatic.
    os.environ["STATICFILES_STORAGE"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    os.environ["STATIC_ROOT"] = str(static)
    os.environ["SECRET_KEY"] = "the tests' key, the same in every process"
    stack = ExitStack()
    config.add_cleanup(stack.close)
    try:
        servers = stack.enter_context(own_servers(state, missing(), durable=False))
    except EmbeddedError as error:
        raise pytest.UsageError(str(error)) from error
    os.environ.update(servers.urls)


def first_free_state() -> State:
    """Find servers' data that no other test session uses at the moment."""
    for number in range(1, SESSIONS_AT_ONCE + 1):
        state = State(LOCAL_DIR / f"test-{number}")
        if state.lock():
            return state
    raise pytest.UsageError(f"{SESSIONS_AT_ONCE} test sessions run already in {LOCAL_DIR}. Wait for one to end.")


def own_redis_database(url: str) -> str:
    """Give each worker of pytest-xdist its number; never 0, which may hold somebody's data."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    number = 1 + int(worker.removeprefix("gw"))
    if url.startswith("unix://"):
        return re.sub(r"\?db=\d+$", "", url) + f"?db={number}"
    return re.sub(r"(?<=[^/])/\d*$", "", url) + f"/{number}"


@pytest.fixture(scope="session")
def redis_client() -> Iterator[redis.Redis]:
    """Return a client of this session's Redis database, empty at first."""
    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    client.flushdb()
    yield client
    client.close()


@pytest.fixture(autouse=True)
def _empty_redis(request: pytest.FixtureRequest) -> None:
    """Start each test that uses the platform's stores without cached answers and queued tasks."""
    if {"db", "transactional_db"}.isdisjoint(request.fixturenames) and "django_db" not in request.keywords:
        return
    client: redis.Redis = request.getfixturevalue("redis_client")
    # Not FLUSHDB: a running Celery worker would lose its bindings.
    if keys := [key for key in client.scan_iter(count=1000) if not key.startswith(b"_kombu.")]:
        client.delete(*keys)
