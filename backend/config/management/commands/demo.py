"""``manage.py demo``: the whole platform in one terminal, with a populated poll."""

import http.client
import os
import socket
import sys
import time
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.common.embedded import EmbeddedError, missing
from backend.common.embedded.commands import Stopped, run_command, stopped_by_signals
from backend.common.embedded.processes import ProcessGroup, Program
from backend.datasets.demo.logins import logins_read
from backend.polls.models import Poll

HOST = "127.0.0.1"
FOLDER: Path = settings.LOCAL_DIR / "demo"
MAILS = FOLDER / "mails"
MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py")]
CELERY = [sys.executable, "-m", "celery", "-A", "backend.config"]


class Command(BaseCommand):
    help = "Serve a demonstration until Ctrl-C: a populated poll, a worker, a scheduler and the web server."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="where to serve (%(default)s)")

    def handle(self, *, port: int, **options: Any) -> None:
        require_free(port)
        os.environ.setdefault("LOG_FORMAT", "text")  # people read the logs of a demonstration
        os.environ.setdefault("EMAIL_URL", f"filemail:///{MAILS}")
        if missing() or not os.environ.get("SECRET_KEY"):
            services = [sys.executable, "-m", "backend.common.embedded", "--state", str(FOLDER), "--"]
            os.chdir(settings.BASE_DIR)  # where Python finds the module
            os.execv(sys.executable, [*services, *MANAGE, "demo", "--port", str(port)])  # noqa: S606
        try:
            with stopped_by_signals(), ProcessGroup() as group:
                self.run(group, port)
        except EmbeddedError as error:
            raise CommandError(str(error)) from error
        except Stopped:
            self.stdout.write("\nStopped.")

    def run(self, group: ProcessGroup, port: int) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0)
        group.start(worker())
        server = group.start(web(port))
        call_command("load_demo")  # while those two load their code
        compute_what_is_missing(group)
        group.start(scheduler())
        # Where nothing is compiled yet, the server compiles its kernels first, beside a worker that does the same.
        group.wait_until(lambda: answers(port), seconds=180.0, of=server)
        self.stdout.write(f"Helianthus is ready: http://{HOST}:{port}")
        accounts = [f"{name} with the password {password}" for name, password in logins_read().items()]
        self.stdout.write(f"Log in as {', or as '.join(accounts)}. Ctrl-C stops everything.")
        if os.environ["EMAIL_URL"].endswith(str(MAILS)):
            self.stdout.write(f"Mails to those who sign up become files in {MAILS}.")
        self.stdout.flush()
        while True:
            time.sleep(0.5)
            group.raise_if_any_ended()


def require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OverflowError:
            raise CommandError(
                f"{port} is no port. Choose one from 1024 to 65535, as in: make demo PORT=8001"
            ) from None
        except OSError as error:
            raise CommandError(f"Port {port}: {error.strerror}. Choose another: make demo PORT=8001") from None


# ---------------------------------------------------------------- the processes, in the order in which they start
def worker() -> Program:
    argv = [*CELERY, "worker", "--pool=prefork", "-c", "2", "--loglevel=INFO", "--without-gossip", "--without-mingle"]
    return Program(name="The worker", argv=argv, log=FOLDER / "worker.log")


def web(port: int) -> Program:
    argv = [sys.executable, "-m", "gunicorn", "-c", "python:backend.config.gunicorn"]
    env = os.environ | {"BIND": f"{HOST}:{port}"}
    return Program(name="The web server", argv=argv, log=FOLDER / "web.log", env=env)


def scheduler() -> Program:
    argv: list[str | Path] = [*CELERY, "beat", "--loglevel=INFO", "--schedule", FOLDER / "beat", "--pidfile="]
    return Program(name="The scheduler", argv=argv, log=FOLDER / "beat.log")


# ---------------------------------------------------------------- what has to be true before anybody looks
def compute_what_is_missing(group: ProcessGroup) -> None:
    """Let the worker compute each poll that has no scores yet, with its progress on the terminal."""
    for slug in Poll.objects.filter(publication=None).values_list("slug", flat=True):
        code = run_command([*MANAGE, "recompute", "--poll", slug, "--follow"], os.environ, group)
        if code > 128:
            raise Stopped(code - 128)
        if code:
            raise EmbeddedError(f"The scores of the poll {slug} could not be computed. See {FOLDER}/worker.log.")


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < HTTPStatus.INTERNAL_SERVER_ERROR
    except OSError:
        return False
    finally:
        connection.close()
