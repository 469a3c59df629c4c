"""A whole platform to break: PostgreSQL, Redis, workers, beat and a reader, each a process of its own."""

import itertools
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import environ
import kombu.exceptions
import redis
from celery import Celery
from django.db import connection, connections

from backend.common.embedded import State, postgres_server, redis_server
from backend.common.embedded.processes import Process, ProcessGroup, Program
from backend.pipeline.models import Run
from tests.faults.reader import Seen

PATIENCE = 60.0
STALE = 3.0
"""Seconds after which a run counts as given up, in place of the platform's."""
SURVIVOR = "survivor@here"
AT_SURVIVOR: dict[str, Any] = {"destination": [SURVIVOR], "reply": True, "timeout": 1.0}
NUMBERS = itertools.count(1)
CELERY = (sys.executable, "-m", "celery", "-A", "tests.faults.app")


def wait_until(happened: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"after {seconds:.0f} seconds, not yet: {what}"
        time.sleep(0.05)


def heard(ask: Callable[..., Any], *given: Any, **options: Any) -> Any:
    """Return what workers answer; None where the connection was to a Redis that another test has ended."""
    try:
        return ask(*given, **options)
    except (redis.RedisError, OSError, kombu.exceptions.OperationalError):
        return None


class Server:
    """One of the two stores, which can be stopped as one likes and started again."""

    def __init__(self, module: ModuleType, state: State) -> None:
        self._module, self._state, self._group = module, state, ProcessGroup()
        self.url = ""

    @property
    def is_running(self) -> bool:
        return any(process.is_running() for process in self._group.members)

    @property
    def pid(self) -> int:
        return self._group.members[0].pid

    def start(self) -> None:
        self._group = ProcessGroup()
        self.url = self._module.start(self._state, self._group, durable=True)

    def stop(self, number: signal.Signals) -> None:
        for process in self._group.members:
            end(process, number)


def end(process: Process, number: signal.Signals) -> None:
    """Send a signal to a process alone, and wait for its end."""
    os.kill(process.pid, number)
    wait_until(lambda: not process.is_running(), f"{process.name} ended")


def kill(process: Process) -> None:
    """Kill a process with all its children, as when a machine loses its power."""
    os.killpg(process.pid, signal.SIGKILL)
    wait_until(lambda: not process.is_running(), f"{process.name} ended")


class Site:
    """The stores, shared by all tests here: each finds them running and empty."""

    def __init__(self, folder: Path) -> None:
        self.state = State(folder)
        assert self.state.lock()
        self.postgres, self.redis = Server(postgres_server, self.state), Server(redis_server, self.state)
        self.start()
        self.sender = sender(self.redis.url)

    def start(self) -> None:
        """Start what does not run."""
        for server in (self.postgres, self.redis):
            if not server.is_running:
                server.start()

    def stop(self) -> None:
        self.sender.close()
        self.redis.stop(signal.SIGTERM)
        self.postgres.stop(signal.SIGINT)
        self.state.unlock()

    def environment(self) -> dict[str, str]:
        urls = {"DATABASE_URL": self.postgres.url, "REDIS_URL": self.redis.url}
        folders = {"FAULTS_FOLDER": str(self.state.folder), "FAULTS_STALE": str(STALE)}
        return os.environ | urls | folders

    @contextmanager
    def as_django_database(self) -> Iterator[None]:
        """Let the models of this process speak with the site's PostgreSQL."""
        settings = connections.settings["default"]
        before = dict(settings)
        connection.close()
        settings.update(environ.Env.db_url_config(self.postgres.url))
        try:
            yield
        finally:
            connection.close()
            settings.update(before)

    # ------------------------------------------------------------ accidents
    def restart_postgres(self, number: signal.Signals) -> None:
        """Stop PostgreSQL (SIGINT: it ends sessions; SIGQUIT: at once, it recovers at the start) and start it."""
        self.postgres.stop(number)
        self.postgres.start()
        connection.close()

    def fill_disk(self, most: int) -> None:
        """Let no session of PostgreSQL write a file beyond so many bytes; `restart_postgres` makes room again."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'")
            for pid in (self.postgres.pid, *(pid for (pid,) in cursor.fetchall())):
                _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, hard))

    def lose_redis(self) -> None:
        """Kill Redis and start it without anything that it knew."""
        self.redis.stop(signal.SIGKILL)
        self.state.path("appendonly.aof").unlink(missing_ok=True)
        self.redis.start()
        self.sender = sender(self.redis.url)

    def hold(self, step: str) -> None:
        """Let the next run stop before a step."""
        self.state.path("held").unlink(missing_ok=True)
        self.state.path("hold").write_text(step)

    def wait_for_held(self) -> None:
        wait_until(self.state.path("held").exists, "the run is held")

    def release(self) -> None:
        self.state.path("hold").unlink(missing_ok=True)

    # ------------------------------------------------------------ messages
    def send(self, task: str, *arguments: object, queue: str = "celery") -> None:
        self.sender.send_task(task, arguments, queue=queue, ignore_result=True)

    def beat_until(self, happened: Callable[[], object], what: str) -> None:
        """Send what beat would send, more often."""

        def once_more() -> object:
            self.send("pipeline.start_runs_for_news")
            time.sleep(0.2)
            return happened()

        wait_until(once_more, what)

    def forget_schedules(self) -> None:
        for file in self.state.folder.glob("schedule*"):
            file.unlink()

    def look_for_news(self) -> None:
        """Let a worker do what beat asks for, even if it has just been done, and wait until it is done."""
        with redis.Redis.from_url(self.redis.url) as client:
            client.delete("", *client.keys("*pipeline.start_runs_for_news"))
            busy = client.hlen("unacked")
            self.send("pipeline.start_runs_for_news")
            wait_until(
                lambda: not client.llen("celery") and client.hlen("unacked") <= busy, "the look for news is over"
            )

    def is_idle(self) -> bool:
        """Tell whether no message waits and none is in the hands of a worker."""
        with redis.Redis.from_url(self.redis.url) as client:
            return not client.llen("celery") and not client.hlen("unacked")

    def empty_redis(self) -> None:
        """Forget all but the addresses under which living workers receive orders."""
        with redis.Redis.from_url(self.redis.url) as client:
            if keys := [key for key in client.scan_iter(count=1000) if not key.startswith(b"_kombu.")]:
                client.delete(*keys)


class Processes:
    """What one test starts, all ended with it."""

    def __init__(self, site: Site, stack: ExitStack) -> None:
        self.site, self._stack = site, stack
        self._hosts: dict[int, str] = {}
        self._survivor: Process | None = None

    def survivor(self) -> Process:
        """Return the worker that listens to whom `listen` says; nobody at first."""
        if self._survivor is None:
            self._survivor = self.worker(queue="nobody", host=SURVIVOR)
        return self._survivor

    def listen(self, *, to: str) -> None:
        """Let the survivor take messages from this queue, and have none of another in its hands."""
        control = self.site.sender.control
        for queue in ("celery", "nobody"):
            order = control.add_consumer if queue == to else control.cancel_consumer
            wait_until(lambda order=order, queue=queue: heard(order, queue, **AT_SURVIVOR), "the survivor obeys")
        self.wait_for_idle(self.survivor())

    def worker(
        self,
        *,
        queue: str = "celery",
        children: int = 1,
        host: str = "",
        before: tuple[str, ...] = (),
        env: dict[str, str] | None = None,
    ) -> Process:
        """Return a worker that has answered; ``before`` is put in front of its command."""
        host = host or f"worker-{next(NUMBERS)}@here"
        options = ("--pool=prefork", "-c", str(children), "--loglevel=INFO", "--without-gossip", "--without-mingle")
        process = self._start("worker", (*before, *CELERY, "worker", *options, "-n", host, "-Q", queue), env or {})
        self._hosts[process.pid] = host
        ping = self.site.sender.control.ping
        wait_until(lambda: lives(process) and heard(ping, destination=[host], timeout=0.5), "the worker answers")
        return process

    def beat(self, *, schedule: str = "one", env: dict[str, str] | None = None) -> Process:
        file = str(self.site.state.path(f"schedule-{schedule}"))
        argv = (*CELERY, "beat", "--loglevel=INFO", "--schedule", file, "--pidfile=")
        return self._start("beat", argv, env or {})

    def reader(self) -> Seen:
        """Return what a process sees that reads all published scores as fast as it can."""
        log = self.site.state.path("seen")
        log.unlink(missing_ok=True)
        argv = (sys.executable, "-m", "tests.faults.reader", self.site.postgres.url, str(log))
        process = self._start("reader", argv, {})
        seen = Seen(log)
        wait_until(lambda: lives(process) and seen.lines(), "the reader reads")
        return seen

    def wait_for_idle(self, worker: Process) -> None:
        """Wait until a worker has finished what it had in its hands."""
        host = self._hosts[worker.pid]
        inspect = self.site.sender.control.inspect
        wait_until(lambda: (inspect([host]).active() or {}).get(host) == [], f"{host} is idle")

    def taken(self, worker: Process, task: str) -> int:
        """Return how many messages for a task a worker has taken since it began."""
        host = self._hosts[worker.pid]
        stats = self.site.sender.control.inspect([host]).stats() or {}
        return int(stats.get(host, {}).get("total", {}).get(task, 0))

    def _start(self, name: str, argv: tuple[str, ...], env: dict[str, str]) -> Process:
        group = self._stack.enter_context(ProcessGroup())
        log = self.site.state.path(f"{name}-{next(NUMBERS)}.log")
        return group.start(Program(f"The {name}", argv, log, env=self.site.environment() | env))


def lives(process: Process) -> bool:
    assert process.is_running(), process.explain_end()
    return True


def sender(redis_url: str) -> Celery:
    """Return an application that sends messages to a Redis of which this process's settings know nothing."""
    broker = redis_url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    app = Celery("faults", broker=broker, set_as_current=False)
    # Kombu keeps connections by address and options: none of a Redis that was lost may come back.
    app.conf.broker_transport_options = {"sender": next(NUMBERS)}
    return app


def status(run: Run) -> str:
    run.refresh_from_db()
    return run.status
