"""A backup restored into an empty server is the same site."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from backend.common.backups import NOT_KEPT, options_of
from backend.common.embedded import State, own_servers
from backend.scores.models import ScoreSet
from tests.factories import UserFactory, judged_poll

DIGESTS = """
import json
from backend.scores.models import ScoreSet
print(json.dumps([*ScoreSet.objects.order_by("pk").values_list("snapshot_digest", "result_digest")]))
"""


# ---------------------------------------------------------------- what it refuses
@pytest.mark.django_db
def test_a_database_with_anything_in_it_is_left_alone(tmp_path: Path) -> None:
    call_command("backup", str(tmp_path / "backup"), verbosity=0)
    with pytest.raises(CommandError, match="is not empty"):
        call_command("restore", str(tmp_path / "backup"))


@pytest.mark.django_db
def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"Cannot write .*gone/backup.*: No such file"):
        call_command("backup", str(tmp_path / "gone/backup"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"Cannot read .*gone.*: No such file"):
        call_command("restore", str(tmp_path / "gone"))


@pytest.mark.django_db
def test_a_backup_is_its_owners_and_leaves_no_unfinished_file(tmp_path: Path) -> None:
    call_command("backup", str(tmp_path / "backup"), verbosity=0)
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db
def test_pg_dump_connects_as_the_site_does() -> None:
    options = {"sslmode": "allow", "application_name": "nightly", "options": "-c statement_timeout=5000"}
    with psycopg.connect(str(connection.connection.info.dsn), **options) as like_this:
        told = options_of(like_this.info)
    assert {"PGSSLMODE": "allow", "PGAPPNAME": "nightly", "PGOPTIONS": options["options"]}.items() <= told.items()
    assert "PGPASSWORD" not in told


# ---------------------------------------------------------------- there and back
@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
def test_dumped_and_restored_into_an_empty_server_everything_is_the_same(tmp_path: Path) -> None:
    judged_poll(slug="town")
    UserFactory(username="ada")
    for _ in range(2):
        call_command("recompute", poll="town", verbosity=0)
    call_command("backup", str(tmp_path / "backup"), verbosity=0)
    before, digests = rows_of(psycopg.connect(str(connection.connection.info.dsn))), all_digests()
    assert len(digests) == 2
    assert digests[0] == digests[1], "a run is a function of its snapshot"

    (state := State(tmp_path / "state")).lock()
    with own_servers(state, ["DATABASE_URL"], durable=False) as servers:
        empty = servers.urls["DATABASE_URL"]
        cut = tmp_path / "cut"
        cut.write_bytes((tmp_path / "backup").read_bytes()[:20_000])
        assert "pg_restore failed" in manage(empty, "restore", str(cut), ok=False)
        with psycopg.connect(empty) as there:
            assert rows_of(there) == {}, "half a backup leaves nothing"

        assert "You can start the site" in manage(empty, "restore", str(tmp_path / "backup"))
        with psycopg.connect(empty) as there:
            assert rows_of(there) == before
        manage(empty, "recompute", "--poll", "town")
        restored = json.loads(manage(empty, "shell", "--no-imports", "-c", DIGESTS).splitlines()[-1])
        assert [tuple(pair) for pair in restored] == [*digests, digests[0]]


def all_digests() -> list[tuple[str, str]]:
    return [*ScoreSet.objects.order_by("pk").values_list("snapshot_digest", "result_digest")]


def rows_of(connection: psycopg.Connection[tuple[str, ...]]) -> dict[str, str]:
    """Return a digest of all rows of each table that is kept."""
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    digest = "SELECT md5(coalesce(string_agg(row::text, E'\\n' ORDER BY row::text), '')) FROM {} row"
    rows = {}
    for (table,) in tables:
        statement = psycopg.sql.SQL(digest).format(psycopg.sql.Identifier(table))  # type: ignore[arg-type]
        ((value,),) = connection.execute(statement).fetchall()
        rows[table] = value
    return {table: value for table, value in rows.items() if table not in NOT_KEPT}


def manage(database_url: str, *command: str, ok: bool = True) -> str:
    """Run a command on another server, and return what it says."""
    argv = [sys.executable, settings.BASE_DIR / "manage.py", *command]
    done = subprocess.run(argv, env=os.environ | {"DATABASE_URL": database_url}, capture_output=True, text=True)
    assert (done.returncode == 0) == ok, done.stderr
    return done.stdout if ok else done.stderr
