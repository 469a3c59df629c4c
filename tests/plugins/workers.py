"""Real Celery workers on the test's own database and Redis."""

import itertools
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
import redis

from backend.common.embedded.processes import Process, ProcessGroup, Program

DRAIN_SECONDS = 60.0

StartWorker = Callable[..., Process]


@pytest.fixture(scope="session")
def start_celery_worker(
    django_db_setup: None, redis_client: redis.Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartWorker]:
    """Return a function that starts one more worker, for tests that kill it; all end with the session."""
    from backend.config.celery import app

    folder = tmp_path_factory.mktemp("celery")
    numbers = itertools.count()
    with ExitStack() as stack:

        def start(queue: str = "celery") -> Process:
            # A group of its own: others must not be ended because a test kills this one.
            group = stack.enter_context(ProcessGroup())
            host = f"test-{next(numbers)}@{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}"
            process = group.start(
                Program(
                    name="The Celery worker",
                    argv=[
                        *(sys.executable, "-m", "celery", "-A", "backend.config", "worker", "--pool=prefork"),
                        *(
                            "-c",
                            "2",
                            "--loglevel=INFO",
                            "--without-gossip",
                            "--without-mingle",
                            "--hostname",
                            host,
                            "-Q",
                            queue,
                        ),
                    ],
                    log=folder / f"{host}.log",
                    env=os.environ | {"DATABASE_URL": database_url()},
                )
            )
            group.wait_until(lambda: bool(app.control.ping(destination=[host], timeout=0.5)))
            return process

        yield start


@pytest.fixture(scope="session")
def _celery_worker(start_celery_worker: StartWorker) -> Process:
    return start_celery_worker()


@pytest.fixture
def celery_worker_process(
    transactional_db: None, _celery_worker: Process, redis_client: redis.Redis
) -> Iterator[Process]:
    """Return a real worker, shared by the session's tests; its tasks see what the test commits.

    The test ends when no task is left: emptying the tables would wait for it, or pull them from under it.
    """
    yield _celery_worker
    deadline = time.monotonic() + DRAIN_SECONDS
    # Tasks are acknowledged late, so one that runs is still among the unacknowledged.
    while redis_client.llen("celery") or redis_client.hlen("unacked"):
        assert _celery_worker.is_running(), _celery_worker.explain_end()
        assert time.monotonic() < deadline, f"tasks still run {DRAIN_SECONDS:.0f} seconds after the test"
        time.sleep(0.02)


def database_url() -> str:
    from django.db import connection

    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
