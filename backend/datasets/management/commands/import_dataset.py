"""``manage.py import_dataset``: a Tournesol export into a poll."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from backend.common.errors import InvalidImport
from backend.datasets.services import dataset_import


class Command(BaseCommand):
    """Reads, checks, then loads in one transaction; a second time changes nothing."""

    help = "Import a zip in the layout of Tournesol's public dataset. Rows that the file lacks are left as they are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.zip")
        parser.add_argument("--poll", required=True, metavar="SLUG", help="made where it is missing")
        parser.add_argument("--title", help="of a new poll; its slug by default")
        parser.add_argument("--licence", help="of a new poll's data and whose they are; its page shows it")

    def handle(self, *, file: Path, poll: str, title: str | None, licence: str | None, **_: object) -> None:
        try:
            tallies = dataset_import(path=file, slug=poll, title=title, licence=licence, say=self.stdout.write)
        except InvalidImport as error:
            raise CommandError(str(error)) from error
        if any(tally.created or tally.updated for tally in tallies):
            self.stdout.write(f"Imported. Scores follow by themselves, or now: manage.py recompute --poll {poll}")
        else:
            self.stdout.write("Everything was there already: nothing changed.")
