"""``manage.py with_services [--state DIR] -- CMD ...``."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.common.embedded import EmbeddedError, Servers, State, embedded_servers
from backend.common.embedded.commands import Stopped, run_command, stopped_by_signals


class Command(BaseCommand):
    help = (
        "Run a command with PostgreSQL and Redis: those that DATABASE_URL and REDIS_URL name, "
        "and where they are unset servers that live as long as the command."
    )
    requires_system_checks = ()  # it must run before the stores do

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--state", type=Path, default=settings.LOCAL_DIR / "demo", help="folder of the servers' data (%(default)s)"
        )
        parser.add_argument("cmd", nargs=argparse.REMAINDER, metavar="-- CMD ...", help="the command to run")

    def handle(self, *, state: Path, cmd: list[str], **options: Any) -> None:
        argv = cmd[1:] if cmd[:1] == ["--"] else cmd
        if not argv:
            raise CommandError("Say which command to run: manage.py with_services -- CMD ...")
        try:
            with stopped_by_signals(), embedded_servers(State(state)) as servers:
                self.tell_owner(servers)
                code = run_command(argv, environment(State(state), servers), servers.group)
        except EmbeddedError as error:
            raise CommandError(str(error)) from error
        except Stopped as stopped:
            sys.exit(stopped.exit_code)
        sys.exit(code)

    def tell_owner(self, servers: Servers) -> None:
        if servers.owner is not None:
            self.stderr.write(f"Using the servers of process {servers.owner}; they stop when it does.")


def environment(state: State, servers: Servers) -> dict[str, str]:
    state.create()
    key = os.environ.get("SECRET_KEY") or state.secret_key()
    return os.environ | servers.urls | {"SECRET_KEY": key}
