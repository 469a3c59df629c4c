"""Reads: how the switches stand."""

import logging
import threading
import time
from dataclasses import dataclass

from django.db import Error

from backend.observability.models import SwitchState
from backend.observability.switches import SWITCHES, Switch

logger = logging.getLogger(__name__)

AGE = 2.0
"""Seconds after which a process reads the switches again; a turned one works everywhere by then."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A switch and how it stands; ``row`` is None where nobody has ever been able to turn it."""

    switch: Switch
    is_on: bool
    row: SwitchState | None


class SwitchesRead:
    """The switches as this process read them last: every request asks, and Redis may be down when it matters.

    One thread at a time reads them again; the others go on with what is known, and so do all where the database does
    not answer.
    """

    def __init__(self) -> None:
        self._reading, self._at, self._is_silent = threading.Lock(), float("-inf"), False
        self._states: dict[str, str] | None = None

    def states(self) -> dict[str, str]:
        """Return the state of each switch that somebody could turn.

        Raises
        ------
        django.db.Error
            The database does not answer, and has not since this process began.
        """
        # Only who knows nothing waits for another thread that reads.
        if self._is_old() and self._reading.acquire(blocking=self._states is None):
            try:
                if self._is_old():
                    self._read()
            finally:
                self._reading.release()
        return self._states or {}

    def forget(self) -> None:
        self._at = float("-inf")

    def _is_old(self) -> bool:
        return time.monotonic() - self._at > AGE

    def _read(self) -> None:
        try:
            self._states = dict(SwitchState.objects.values_list("name", "state"))
        except Error as error:
            if self._states is None:
                raise
            if not self._is_silent:
                logger.warning("The switches stay as they were read last: %s", type(error).__name__)
            self._is_silent = True
        else:
            self._is_silent = False
        self._at = time.monotonic()


switches_read = SwitchesRead()


def switch_is_on(switch: Switch) -> bool:
    """Tell whether a feature is on; a change is known within seconds."""
    return _is_on(switch, switches_read.states().get(switch.name))


def switch_require(switch: Switch) -> None:
    """Refuse where a feature is off.

    Raises
    ------
    ApplicationError
        The switch's own, with status 503.
    """
    if switch.error is not None and not switch_is_on(switch):
        raise switch.error


def switch_list() -> list[Standing]:
    """Return all switches as they stand at this moment."""
    rows = SwitchState.objects.select_related("changed_by").in_bulk(list(SWITCHES))
    return [_standing(switch, rows.get(switch.name)) for switch in SWITCHES.values()]


def switches_forget() -> None:
    """Let this process read the switches anew at the next question."""
    switches_read.forget()


def _standing(switch: Switch, row: SwitchState | None) -> Standing:
    return Standing(switch, _is_on(switch, row.state if row else None), row)


def _is_on(switch: Switch, state: str | None) -> bool:
    if state in (None, SwitchState.State.DEFAULT):
        return switch.is_on_by_default
    return state == SwitchState.State.ON
