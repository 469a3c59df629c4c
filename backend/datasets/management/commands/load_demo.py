"""``manage.py load_demo``: the demonstration's poll, contributors and accounts."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from backend.common.errors import InvalidImport
from backend.datasets.demo.content import content_read, content_store
from backend.datasets.demo.logins import logins_path, logins_read, logins_store
from backend.datasets.demo.simulation import simulate
from backend.datasets.loading import rows_load


class Command(BaseCommand):
    """Loads the same poll every time; a second time changes nothing."""

    help = "Load the demonstration: a poll with simulated contributors, a staff account and an ordinary one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--show-login", action="store_true", help="only print the accounts' names and passwords")

    def handle(self, *, show_login: bool, **_: object) -> None:
        if show_login:
            self._show_login()
            return
        content = content_read()
        try:
            with transaction.atomic():
                poll = content_store(content)
                tallies = rows_load(
                    poll=poll,
                    origin=f"demo:{poll.slug}",
                    rows=simulate(content.merit, content.criteria),
                    is_simulated=True,
                    say=lambda _line: None,
                )
                logins_store()
        except InvalidImport as error:
            raise CommandError(str(error)) from error
        created = {tally.kind: tally.created for tally in tallies}
        self.stdout.write(
            f"{poll.title}: {created['judgments']:,} judgments of {created['contributors']} simulated contributors"
            f" loaded. Accounts: {logins_path()}"
            if created["judgments"]
            else f"{poll.title}: everything was there already."
        )

    def _show_login(self) -> None:
        logins = logins_read()
        if not logins:
            raise CommandError("There is no demonstration yet: run `manage.py load_demo` first.")
        for name, password in logins.items():
            self.stdout.write(f"{name} {password}")
