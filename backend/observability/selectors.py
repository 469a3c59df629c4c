"""Reads: how the switches stand."""

import threading
import time
from dataclasses import dataclass

from backend.observability.models import SwitchState
from backend.observability.switches import SWITCHES, Switch

AGE = 2.0
"""Seconds after which a process reads the switches again; a turned one works everywhere by then."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A switch and how it stands; ``row`` is None where nobody has ever been able to turn it."""

    switch: Switch
    is_on: bool
    row: SwitchState | None


class SwitchesRead:
    """The switches as this process read them last: every request asks, and Redis may be down when it matters."""

    def __init__(self) -> None:
        self._lock, self._at, self._states = threading.Lock(), float("-inf"), dict[str, str]()

    def states(self) -> dict[str, str]:
        with self._lock:
            if time.monotonic() - self._at > AGE:
                self._states = dict(SwitchState.objects.values_list("name", "state"))
                self._at = time.monotonic()
            return self._states

    def forget(self) -> None:
        self._at = float("-inf")


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
