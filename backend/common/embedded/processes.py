"""Child processes that never outlive us, however we end."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from backend.common.embedded.errors import EmbeddedError

PATIENCE = 15.0  # seconds to end in order, before SIGKILL


@dataclass(frozen=True)
class Program:
    """What to run, and how it likes to be stopped."""

    name: str
    argv: Sequence[str | Path]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    env: Mapping[str, str] | None = None
    # A command that gives up root's rights first. It must come before setpriv: a change of user clears
    # the death signal.
    unprivileged: Sequence[str] = ()

    def full_argv(self) -> list[str]:
        death = ["setpriv", "--pdeathsig", self.stop_signal.name.removeprefix("SIG")]
        return [*self.unprivileged, *death, *map(str, self.argv)]


class Process:
    """A running program, in a session of its own: Ctrl-C reaches only us, and we stop it in our order."""

    def __init__(self, program: Program) -> None:
        self.program = program
        with program.log.open("wb") as log:
            self._popen = subprocess.Popen(  # noqa: S603 (our own programs)
                program.full_argv(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=program.env,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def name(self) -> str:
        return self.program.name

    def is_running(self) -> bool:
        return self._popen.poll() is None

    def stop(self, patience: float = PATIENCE) -> None:
        if not self.is_running():
            return
        self._popen.send_signal(self.program.stop_signal)
        try:
            self._popen.wait(patience)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            self._popen.wait()

    def explain_end(self) -> str:
        """Say that it ended, with the end of its log."""
        return f"{self.name} ended unexpectedly (exit code {self._popen.poll()}). {self.log_end()}"

    def log_end(self, lines: int = 15) -> str:
        log = self.program.log
        end = "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
        return f"The end of {log}:\n{end}"


@dataclass
class ProcessGroup:
    """Processes stopped in the reverse of the order in which they started."""

    members: list[Process] = field(default_factory=list)

    def start(self, program: Program) -> Process:
        process = Process(program)
        self.members.append(process)
        return process

    def raise_if_any_ended(self) -> None:
        for process in self.members:
            if not process.is_running():
                raise EmbeddedError(process.explain_end())

    def wait_until(self, ready: Callable[[], bool], seconds: float = 60.0, of: Process | None = None) -> None:
        """Wait until a member, by default the youngest, is ready, and fail as soon as any of them ends."""
        deadline = time.monotonic() + seconds
        while not ready():
            self.raise_if_any_ended()
            if time.monotonic() > deadline:
                late = of or self.members[-1]
                raise EmbeddedError(f"{late.name} was not ready in {seconds:.0f} seconds. {late.log_end()}")
            time.sleep(0.05)

    def stop(self) -> None:
        while self.members:
            self.members[-1].stop()
            self.members.pop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def processes_running(binary: Path, argument: Path) -> Iterator[int]:
    """Find processes that run this binary with this path among their arguments."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # Redis rewrites its command line, hence "contains" and not "is one of the arguments".
            if (folder / "exe").readlink() == binary and bytes(argument) in (folder / "cmdline").read_bytes():
                yield int(folder.name)
        except OSError:  # it ended meanwhile, or belongs to somebody else
            continue


def end_leftovers(binary: Path, argument: Path, stop_signal: signal.Signals) -> None:
    """End servers that a killed predecessor left behind and that may still be on their way out."""
    deadline = time.monotonic() + PATIENCE
    while pids := list(processes_running(binary, argument)):
        for pid in pids:
            signal_quietly(pid, stop_signal if time.monotonic() < deadline else signal.SIGKILL)
        time.sleep(0.1)


def signal_quietly(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
