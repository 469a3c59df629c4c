"""``manage.py switches [NAME on|off|default]``: list the switches, or turn one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.observability.models import SwitchState
from backend.observability.selectors import switch_list
from backend.observability.services import switch_set
from backend.observability.switches import SWITCHES


class Command(BaseCommand):
    help = "List the switches of the site and how they stand, or turn one; running processes follow within seconds."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", help="of the switch to turn")
        parser.add_argument("state", nargs="?", choices=SwitchState.State.values, help="what to set it to")
        parser.add_argument("--note", default="", help="why, for the others who run the site")

    def handle(self, *, name: str | None, state: str | None, note: str, **options: Any) -> None:
        if name is not None:
            self._turn(name, state, note)
        for standing in switch_list():
            word = "on " if standing.is_on else "OFF"
            self.stdout.write(f"{word} {standing.switch.name:16} {standing.switch.explanation}")

    def _turn(self, name: str, state: str | None, note: str) -> None:
        if name not in SWITCHES:
            raise CommandError(f"There is no switch {name}. There are: {', '.join(SWITCHES)}.")
        if state is None:
            raise CommandError(f"Say what to set it to: manage.py switches {name} on|off|default")
        switch_set(switch=SWITCHES[name], state=SwitchState.State(state), note=note[:300])
