"""``manage.py with_services [--state DIR] -- CMD ...``."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.common.embedded import EmbeddedError
from backend.common.embedded.__main__ import HELP, add_arguments, with_services


class Command(BaseCommand):
    help = HELP
    requires_system_checks = ()  # it must run before the stores do

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *, state: Path, cmd: list[str], **options: Any) -> None:
        try:
            code = with_services(state, cmd)
        except EmbeddedError as error:
            raise CommandError(str(error)) from error
        sys.exit(code)
