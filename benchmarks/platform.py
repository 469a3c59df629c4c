"""The real platform for a benchmark: servers of its own, durable as in production, a database that goes, processes."""

import http.client
import os
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import django

from backend.common.embedded import missing
from backend.common.embedded.processes import ProcessGroup, Program

STATE = Path(__file__).resolve().parents[1] / ".local" / "bench"
HOST = "127.0.0.1"
CELERY = (sys.executable, "-m", "celery", "-A", "backend.config")
READY_SECONDS = 120.0


def begin(module: str) -> None:
    """Run a module again with servers of its own, unless the environment names some; then get Django ready."""
    if missing() or not os.environ.get("SECRET_KEY"):
        services = [sys.executable, "-m", "backend.common.embedded", "--state", str(STATE / module), "--"]
        os.execv(sys.executable, [*services, sys.executable, "-m", module, *sys.argv[1:]])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    django.setup()


@contextmanager
def own_database() -> Iterator[Path]:
    """Make a database, which this process and those it starts use until the block ends; give a folder for logs."""
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    databases, before = setup_databases(verbosity=0, interactive=False), os.environ["DATABASE_URL"]
    name = connection.settings_dict["NAME"]
    os.environ["DATABASE_URL"] = urlsplit(before)._replace(path=f"/{name}").geturl()
    try:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
    finally:
        os.environ["DATABASE_URL"] = before
        teardown_databases(databases, verbosity=0)


# ---------------------------------------------------------------- the processes that serve
@contextmanager
def processes(folder: Path, environment: Mapping[str, str], *, port: int) -> Iterator[ProcessGroup]:
    """Run a web server, a worker and beat, as production does, until the block ends."""
    env = {**os.environ, **environment}
    with ProcessGroup() as group:
        group.start(_worker(folder, env))
        web = group.start(_web(folder, env, port))
        group.start(_beat(folder, env))
        group.wait_until(lambda: answers(port), seconds=READY_SECONDS, of=web)
        yield group


def _worker(folder: Path, env: Mapping[str, str]) -> Program:
    options = ("worker", "--pool=prefork", "-c", "2", "--loglevel=INFO", "--without-gossip", "--without-mingle")
    return Program(name="The worker", argv=[*CELERY, *options], log=folder / "worker.log", env=env)


def _web(folder: Path, env: Mapping[str, str], port: int) -> Program:
    argv = [sys.executable, "-m", "gunicorn", "-c", "python:backend.config.gunicorn"]
    return Program(name="The web server", argv=argv, log=folder / "web.log", env={**env, "BIND": f"{HOST}:{port}"})


def _beat(folder: Path, env: Mapping[str, str]) -> Program:
    argv = [*CELERY, "beat", "--loglevel=INFO", "--schedule", str(folder / "beat"), "--pidfile="]
    return Program(name="Beat", argv=argv, log=folder / "beat.log", env=env)


def free_port() -> int:
    """Return a port that nobody listens to now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Tell whether the web server is ready for requests."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/api/v1/polls/")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
