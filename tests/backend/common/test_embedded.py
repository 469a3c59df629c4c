"""The embedded servers, as commands and tests meet them: started, shared, stopped, killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command

from backend.common.embedded import EmbeddedError, State, embedded_servers, postgres_server, redis_server
from backend.common.embedded.processes import processes_running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One state for all tests here: each must leave it fit for the next."""
    return tmp_path_factory.mktemp("embedded")


@pytest.fixture(autouse=True)
def _without_given_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)


def with_services(folder: Path, *command: str, **options: object) -> subprocess.Popen[str]:
    argv = [sys.executable, "-m", "backend.common.embedded", "--state", str(folder), "--", *command]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)  # type: ignore[call-overload]


@contextmanager
def sleeping_command(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Yield with_services once its command runs."""
    process = with_services(folder, "sh", "-c", "echo running; exec sleep 1000")
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n", process.communicate()[1]
        yield process
    finally:
        process.kill()
        process.communicate()


def living(folder: Path) -> list[str]:
    """Find processes that mention the folder, as somebody looking for leftovers would."""
    found = []
    for cmdline in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = cmdline.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in text and "pytest" not in text.split(str(folder))[0]:
            found.append(text)
    return found


def wait_for_nobody(folder: Path, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while left := living(folder):
        assert time.monotonic() < deadline, f"still there: {left}"
        time.sleep(0.05)


def wait_for(path: Path, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} never appeared"
        time.sleep(0.02)


# ---------------------------------------------------------------- the command
SHOW = """
import os, psycopg, redis
name = psycopg.connect(os.environ["DATABASE_URL"]).execute("SELECT current_database()").fetchone()[0]
print(name, redis.Redis.from_url(os.environ["REDIS_URL"]).ping(), os.environ["SECRET_KEY"])
"""

MEET = """
import pathlib, sys, time
here = pathlib.Path(sys.argv[1])
(here / f"met-{os.getpid()}").touch()
deadline = time.monotonic() + 60
while len(list(here.glob("met-*"))) < 2 and time.monotonic() < deadline:
    time.sleep(0.05)
"""
"""Wait for the other one: the servers of the first must not stop before the second has joined them."""


def test_command_finds_both_servers_and_a_lasting_key_and_gives_its_exit_code(folder: Path) -> None:
    answers = []
    for _ in range(2):
        process = with_services(folder, sys.executable, "-c", SHOW + "raise SystemExit(7)")
        answers.append(process.communicate()[0].split())
        assert process.returncode == 7
    assert answers[0][:2] == ["helianthus", "True"]
    assert len(answers[0][2]) > 50
    assert answers[0] == answers[1]
    assert (folder / "secret_key").stat().st_mode & 0o777 == 0o600


def test_management_command_does_the_same(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("with_services", "--state", str(folder), "--", sys.executable, "-c", SHOW + "raise SystemExit(7)")
    assert ended.value.code == 7
    assert capfd.readouterr().out.startswith("helianthus True")


def test_missing_command_is_a_clear_error() -> None:
    with pytest.raises(CommandError, match="Say which command to run"):
        call_command("with_services")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_left_after(folder: Path, number: signal.Signals) -> None:
    with sleeping_command(folder) as process:
        assert len(living(folder)) >= 3  # PostgreSQL, Redis and with_services itself
        process.send_signal(number)
        process.wait(60)
        wait_for_nobody(folder)
        assert process.returncode == (-number if number == signal.SIGKILL else 128 + number)


def test_dead_server_ends_the_command_and_shows_its_log(folder: Path) -> None:
    with sleeping_command(folder) as process:
        (redis,) = processes_running(redis_server.binary(), folder / "redis.sock")
        os.kill(redis, signal.SIGKILL)
        error = process.communicate(timeout=60)[1]
        assert process.returncode == 1
        assert "Redis ended unexpectedly" in error
        assert "ready to accept connections" in error
    wait_for_nobody(folder)


def test_given_servers_are_used_and_none_started(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/db")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere:6379/0")
    with embedded_servers(State(folder)) as servers:
        assert servers.urls == {}
        assert not servers.group.members


# ---------------------------------------------------------------- one state, several processes
def test_second_process_joins_the_servers_of_the_first(folder: Path) -> None:
    with sleeping_command(folder) as first:
        output, error = with_services(folder, sys.executable, "-c", SHOW).communicate()
        assert output.startswith("helianthus True")
        assert error == f"Using the servers of process {first.pid}; they stop when it does.\n"
        assert first.poll() is None
        assert postgres_server.answers(State(folder).published()["DATABASE_URL"])


def test_processes_that_start_together_share_one_pair_of_servers(tmp_path: Path) -> None:
    command = (sys.executable, "-c", SHOW + MEET, str(tmp_path))
    together = [with_services(tmp_path, *command) for _ in range(2)]
    outcomes = [process.communicate() for process in together]
    assert [output.startswith("helianthus True") for output, _ in outcomes] == [True, True]
    assert sorted("Using the servers" in error for _, error in outcomes) == [False, True]
    wait_for_nobody(tmp_path)


def test_process_that_starts_while_another_ends_gets_servers_of_its_own(tmp_path: Path) -> None:
    slow_end = "trap 'touch asked; sleep 1; exit' TERM; touch running; while :; do sleep 0.05; done"
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    ending = with_services(tmp_path, "sh", "-c", slow_end, cwd=tmp_path, env=environment)
    wait_for(tmp_path / "running")
    ending.terminate()
    wait_for(tmp_path / "asked")
    # Its servers still answer, and will not for long.
    output, error = with_services(tmp_path, sys.executable, "-c", SHOW + "import time; time.sleep(1.5)").communicate()
    assert (output.startswith("helianthus True"), error) == (True, "")
    assert ending.wait(60) == 0
    wait_for_nobody(tmp_path)


def test_servers_of_a_command_that_survives_its_signal_can_be_joined_later(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.create()
    state.publish({"DATABASE_URL": "here"})
    state.leave()
    assert state.published() == {}
    long_ago = (tmp_path / "urls.json").read_text().replace('"leaving": "', '"leaving": "-')
    (tmp_path / "urls.json").write_text(long_ago)
    assert state.published()["DATABASE_URL"] == "here"


# ---------------------------------------------------------------- states as crashes leave them
def test_data_survive_a_restart(folder: Path) -> None:
    with embedded_servers(State(folder)) as servers, psycopg.connect(servers.urls["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    with embedded_servers(State(folder)) as servers, psycopg.connect(servers.urls["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
        connection.execute("DROP TABLE kept")


def test_pid_file_of_a_dead_server_does_not_stop_a_new_one(folder: Path) -> None:
    with embedded_servers(State(folder)):
        lines = (folder / "postgres" / "postmaster.pid").read_text().splitlines()
    stranger = os.getpid()  # the pid is in use again, by a process that is no PostgreSQL
    (folder / "postgres" / "postmaster.pid").write_text("\n".join([str(stranger), *lines[1:]]))
    with embedded_servers(State(folder)) as servers:
        assert postgres_server.answers(servers.urls["DATABASE_URL"])


def test_half_made_database_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "postgres.new").mkdir()
    (tmp_path / "postgres.new" / "PG_VERSION").write_text("18")
    with embedded_servers(State(tmp_path)) as servers:
        assert postgres_server.answers(servers.urls["DATABASE_URL"])
    assert not (tmp_path / "postgres.new").exists()


# ---------------------------------------------------------------- places
def test_long_path_with_odd_characters_works(tmp_path: Path) -> None:
    folder = tmp_path / ("long " * 20) / "état & co?"
    with embedded_servers(State(folder)) as servers:
        assert postgres_server.answers(servers.urls["DATABASE_URL"])
        assert redis_server.answers(servers.urls["REDIS_URL"])
    State(folder).socket_folder().rmdir()  # empty: the servers took their sockets with them


def test_socket_folder_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    state = State(tmp_path / ("long" * 30))
    short = state.socket_folder()
    short.chmod(0o755)
    with pytest.raises(EmbeddedError, match="not a private folder of yours"):
        state.socket_folder()
    short.rmdir()


def test_place_that_cannot_be_a_folder_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedError, match=r"Cannot create .*Choose another with --state"):
        State(tmp_path / "file" / "state").lock()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_without_namespaces_runs_postgresql_as_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forbidden = tmp_path / "bin" / "unshare"
    forbidden.parent.mkdir()
    forbidden.write_text("#!/bin/sh\nexit 1\n")
    forbidden.chmod(0o755)
    folder = tmp_path / "state"
    postgres_server.without_root.cache_clear()
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{forbidden.parent}:{os.environ['PATH']}")
        with embedded_servers(State(folder)) as servers:
            assert postgres_server.answers(servers.urls["DATABASE_URL"])
            assert Path(f"/proc/{servers.group.members[0].pid}").stat().st_uid == postgres_server.NOBODY
    postgres_server.without_root.cache_clear()
    with embedded_servers(State(folder)) as servers:  # and back, should namespaces be allowed again
        assert postgres_server.answers(servers.urls["DATABASE_URL"])
