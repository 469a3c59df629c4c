"""Real Celery workers on the test's own database and Redis."""

import itertools
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from celery import current_app

from backend.common.embedded.processes import Process, ProcessGroup, Program

DRAIN_SECONDS = 60.0
REPLY_SECONDS = 60.0

StartWorker = Callable[..., Process]


class Workers:
    """Starts workers, each in a process group of its own: others must not be ended because a test kills one."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack, self._folder = stack, folder

    def start(self, *, queue: str, host: str) -> Process:
        """Return a worker that has answered."""
        group = self._stack.enter_context(ProcessGroup())
        options = ["--pool=prefork", "-c", "2", "--loglevel=INFO", "--without-gossip", "--without-mingle"]
        process = group.start(
            Program(
                name="The Celery worker",
                argv=[
                    *(sys.executable, "-m", "celery", "-A", "backend.config", "worker", *options),
                    *("--hostname", host, "-Q", queue),
                ],
                log=self._folder / f"{host}.log",
                env=os.environ | {"DATABASE_URL": database_url()},
            )
        )
        group.wait_until(lambda: bool(current_app.control.ping(destination=[host], timeout=0.5)))
        return process


def host_named(name: str) -> str:
    """Return the name of a worker of this test process."""
    return f"{name}@{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}"


@pytest.fixture
def start_celery_worker(transactional_db: None, redis_client: redis.Redis, tmp_path: Path) -> Iterator[StartWorker]:
    """Return a function that starts one more worker, for tests that kill it; all end with the test."""
    numbers = itertools.count()
    with ExitStack() as stack:
        workers = Workers(stack, tmp_path)
        yield lambda queue="celery": workers.start(queue=queue, host=host_named(f"test-{next(numbers)}"))


@pytest.fixture(scope="session")
def _idle_worker(
    django_db_setup: None, redis_client: redis.Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Process]:
    """Return a worker, shared by the session's tests, that listens to nobody.

    Whatever a test queues without asking for a worker must stay queued: it would be done during another test.
    """
    with ExitStack() as stack:
        workers = Workers(stack, tmp_path_factory.mktemp("celery"))
        yield workers.start(queue="idle", host=host_named("shared"))


@pytest.fixture
def celery_worker_process(
    transactional_db: None, _idle_worker: Process, redis_client: redis.Redis
) -> Iterator[Process]:
    """Return a real worker, which does what the test commits.

    The test ends when no task is left: emptying the tables would wait for it, or pull them from under it.
    """
    destination = [host_named("shared")]
    assert current_app.control.add_consumer("celery", destination=destination, reply=True, timeout=REPLY_SECONDS)
    yield _idle_worker
    wait_for_the_last_task(_idle_worker, redis_client)
    assert current_app.control.cancel_consumer("celery", destination=destination, reply=True, timeout=REPLY_SECONDS)
    # Between the queue and the unacknowledged, a task is in neither: this one was taken meanwhile.
    wait_for_the_last_task(_idle_worker, redis_client)


def wait_for_the_last_task(worker: Process, redis_client: redis.Redis) -> None:
    """Tasks are acknowledged late, so one that runs is still among the unacknowledged."""
    deadline = time.monotonic() + DRAIN_SECONDS
    while redis_client.llen("celery") or redis_client.hlen("unacked"):
        assert worker.is_running(), worker.explain_end()
        assert time.monotonic() < deadline, f"tasks still run {DRAIN_SECONDS:.0f} seconds after the test"
        time.sleep(0.02)


def database_url() -> str:
    from django.db import connection

    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
