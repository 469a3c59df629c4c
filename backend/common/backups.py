"""The database into one file and back, by PostgreSQL's own programs."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import IO

from django.db import connection
from psycopg import ConnectionInfo
from psycopg.pq import Conninfo

from backend.common.embedded import EmbeddedError
from backend.common.embedded.postgres_server import binary

# Nobody should be logged in again by a restoration, nor get a mail of then.
NOT_KEPT = ("django_session", "usersessions_usersession", "observability_queuedmail")

RESOLVED = {"service", "servicefile"}
"""Options that stand for others, which the connection knows by now."""


class BackupError(Exception):
    """A backup cannot be made or read; the message says what to do."""


def backup_write(sink: IO[bytes]) -> None:
    """Write the whole database, as it is at this moment, while others read and write.

    Raises
    ------
    BackupError
    """
    left_out = [f"--exclude-table-data={table}" for table in NOT_KEPT]
    _run(["pg_dump", "--format=custom", "--no-owner", "--no-acl", *left_out], stdout=sink)


def backup_write_file(path: Path) -> None:
    """Write the whole file or none; only its owner may read it.

    Raises
    ------
    BackupError
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=path.parent) as folder:
            unfinished = Path(folder) / "backup"
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as sink:
                backup_write(sink)
                os.fsync(sink.fileno())
            unfinished.replace(path)
    except OSError as error:
        raise BackupError(f"Cannot write {str(path)!r}: {error.strerror or error}.") from error


def backup_restore(source: IO[bytes]) -> None:
    """Fill an empty database from a backup: all of it or nothing.

    Raises
    ------
    BackupError
        The database is not empty, or what is read is no whole backup.
    """
    if connection.introspection.table_names():
        raise BackupError(
            f"The database {connection.settings_dict['NAME']} is not empty. Restore into an empty one:"
            " nothing is ever overwritten."
        )
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-acl"]
    _run(["pg_restore", *options, f"--dbname={connection.settings_dict['NAME']}"], stdin=source)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _run(command: list[str], *, stdin: IO[bytes] | None = None, stdout: IO[bytes] | None = None) -> None:
    program, *options = command
    argv = [_program(program), *options]
    done = subprocess.run(  # noqa: S603 (PostgreSQL's own programs)
        argv, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, env=_environment(), check=False
    )
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.decode(errors='replace').strip()}")


def _environment() -> dict[str, str]:
    """Say where the database is by variables: arguments would show the password to everybody on the machine."""
    connection.ensure_connection()
    info = connection.connection.info
    where = options_of(info) | {
        "PGHOST": info.host,
        "PGPORT": str(info.port),
        "PGUSER": info.user,
        "PGDATABASE": info.dbname,
        "PGPASSWORD": info.password,
    }
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | where


def options_of(info: ConnectionInfo) -> dict[str, str]:
    """Return how a connection was made (TLS, time limits, settings of the session) as variables of libpq's programs.

    Some options have none: keepalives, and the passphrase of a client's key.
    """
    names = {option.keyword.decode(): option.envvar for option in Conninfo.get_defaults()}
    given = info.get_parameters().items()
    return {variable.decode(): value for name, value in given if name not in RESOLVED and (variable := names.get(name))}


def _program(name: str) -> str:
    """Find a program that is not older than the server: an older one cannot read it."""
    connection.ensure_connection()
    server = connection.connection.info.server_version // 10_000
    for path in _installed(name):
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
        if (version := re.search(r"\) (\d+)", said)) and int(version[1]) >= server:
            return path
    raise BackupError(f"The server is PostgreSQL {server}: install its client programs ({name} {server} or newer).")


def _installed(name: str) -> list[str]:
    try:
        ours = [str(binary(name))]
    except EmbeddedError:
        ours = []
    return [path for path in (*ours, shutil.which(name)) if path]
