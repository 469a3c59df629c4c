"""Groups of child processes: their order, their end, what they leave to read."""

import sys
import time
from pathlib import Path

import pytest

from backend.common.embedded import EmbeddedError
from backend.common.embedded.processes import ProcessGroup, Program

SAY_WHEN_STOPPED = """
import pathlib, signal, sys, time
def stop(*_):
    with open(sys.argv[1], "a") as order:
        order.write(sys.argv[2])
    sys.exit()
signal.signal(signal.SIGTERM, stop)
print("up", flush=True)
time.sleep(1000)
"""


def program(tmp_path: Path, name: str, code: str, *arguments: str) -> Program:
    return Program(name=name, argv=[sys.executable, "-c", code, *arguments], log=tmp_path / f"{name}.log")


def test_group_stops_the_youngest_first(tmp_path: Path) -> None:
    order = tmp_path / "order"
    with ProcessGroup() as group:
        for name in "abc":
            process = group.start(program(tmp_path, name, SAY_WHEN_STOPPED, str(order), name))
            group.wait_until(lambda log=process.program.log: log.read_text() == "up\n")  # type: ignore[misc]
    assert order.read_text() == "cba"


def test_ended_member_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    code = "import sys; print('\\n'.join(map(str, range(100)))); sys.exit(3)"
    with ProcessGroup() as group:
        group.start(program(tmp_path, "The worker", code))
        with pytest.raises(EmbeddedError) as raised:
            group.wait_until(lambda: False)
    said = str(raised.value)
    assert said.startswith("The worker ended unexpectedly (exit code 3). The end of ")
    assert said.endswith("\n98\n99")
    assert "\n50\n" not in said


def test_member_that_is_never_ready_is_an_error_in_time(tmp_path: Path) -> None:
    with ProcessGroup() as group:
        group.start(program(tmp_path, "Sleeper", "import time; time.sleep(1000)"))
        with pytest.raises(EmbeddedError, match="Sleeper was not ready in 0 seconds"):
            group.wait_until(lambda: False, seconds=0.3)


def test_member_that_ignores_its_signal_is_killed_with_its_children(tmp_path: Path) -> None:
    code = (
        "import signal, subprocess, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print(subprocess.Popen(['sleep', '1000']).pid, flush=True); time.sleep(1000)"
    )
    with ProcessGroup() as group:
        process = group.start(program(tmp_path, "deaf", code))
        group.wait_until(lambda: process.program.log.read_text().endswith("\n"))
        process.stop(patience=0.1)
    child = Path("/proc") / process.program.log.read_text().strip()
    deadline = time.monotonic() + 60
    while child.exists() and "Z" not in (child / "stat").read_text().split()[2]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
