"""``python -m backend.common.embedded [--state DIR] -- CMD ...``: with_services without loading Django."""

import argparse
import os
import sys
from pathlib import Path

from backend.common.embedded.commands import Stopped, nothing, run_command, stopped_by_signals
from backend.common.embedded.errors import EmbeddedError
from backend.common.embedded.services import Servers, embedded_servers
from backend.common.embedded.state import State

HELP = (
    "Run a command with PostgreSQL and Redis: those that DATABASE_URL and REDIS_URL name, "
    "and where they are unset servers that live as long as the command."
)
DEFAULT_STATE = Path(__file__).resolve().parents[3] / ".local" / "demo"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--state", type=Path, default=DEFAULT_STATE, help="folder of the servers' data (default: .local/demo)"
    )
    parser.add_argument("cmd", nargs=argparse.REMAINDER, metavar="-- CMD ...", help="the command to run")


def with_services(folder: Path, cmd: list[str]) -> int:
    """Run the command and return its exit code.

    Raises
    ------
    EmbeddedError
        There is no command, or a server cannot run.
    """
    argv = cmd[1:] if cmd[:1] == ["--"] else cmd
    if not argv:
        raise EmbeddedError("Say which command to run: manage.py with_services -- CMD ...")
    state = State(folder)
    try:
        with stopped_by_signals(), embedded_servers(state) as servers:
            if servers.owner is not None:
                sys.stderr.write(f"Using the servers of process {servers.owner}; they stop when it does.\n")
            leave = nothing if servers.owner is not None else state.leave
            return run_command(argv, environment(state, servers), servers.group, leave)
    except Stopped as stopped:
        return stopped.exit_code


def environment(state: State, servers: Servers) -> dict[str, str]:
    state.create()
    key = os.environ.get("SECRET_KEY") or state.secret_key()
    return os.environ | servers.urls | {"SECRET_KEY": key}


def main() -> int:
    parser = argparse.ArgumentParser(description=HELP)
    add_arguments(parser)
    options = parser.parse_args()
    try:
        return with_services(options.state, options.cmd)
    except EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
