"""Run somebody's command in the foreground, with the embedded servers in its environment."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from backend.common.embedded.processes import ProcessGroup

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
COMMAND_PATIENCE = 60.0  # seconds for the command to stop its own children in order


class Stopped(BaseException):
    """Somebody asked us to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signal = signal.Signals(number)
        self.exit_code = 128 + number


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Turn the first ending signal into Stopped, and ignore further ones: the way out must not be cut short.

    Handlers are needed even for SIGINT, which a shell makes its background commands ignore.
    """

    def stop(number: int, _frame: object) -> None:
        for each in ENDING_SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    with handlers(stop):
        yield


@contextmanager
def handlers(handler: Callable[[int, object], None]) -> Iterator[None]:
    before = {each: signal.signal(each, handler) for each in ENDING_SIGNALS}
    try:
        yield
    finally:
        for each, former in before.items():
            signal.signal(each, former)


def nothing() -> None:
    """Do nothing."""


def run_command(
    argv: Sequence[str],
    environment: Mapping[str, str],
    servers: ProcessGroup,
    asked_to_end: Callable[[], None] = nothing,
) -> int:
    """Run a command while its servers live, and return its exit code as a shell would.

    Ending signals go on to the command, which alone decides what they mean: a shell survives Ctrl-C. ``asked_to_end``
    is called before.
    """
    # It stays in our process group, so that it can read the terminal.
    command = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *argv], env=environment)  # noqa: S603, S607
    try:
        with signals_passed_to(command, asked_to_end):
            while (code := ended(command, 0.5)) is None:
                servers.raise_if_any_ended()
    finally:
        end(command)
    return code if code >= 0 else 128 - code


@contextmanager
def signals_passed_to(command: subprocess.Popen[bytes], before: Callable[[], None]) -> Iterator[None]:
    def pass_on(number: int, _frame: object) -> None:
        before()
        if number != signal.SIGINT or not terminal_is_ours():
            command.send_signal(number)

    with handlers(pass_on):
        yield


def end(command: subprocess.Popen[bytes]) -> None:
    if command.poll() is None:
        command.terminate()
        if ended(command, COMMAND_PATIENCE) is None:
            command.kill()


def ended(command: subprocess.Popen[bytes], seconds: float) -> int | None:
    try:
        return command.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def terminal_is_ours() -> bool:
    """Tell whether Ctrl-C reaches the command too, without our passing it on."""
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False
