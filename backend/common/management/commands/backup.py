"""``manage.py backup``: the database into one file."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from backend.common.backups import BackupError, backup_write, backup_write_file


class Command(BaseCommand):
    """Writes the whole file or none."""

    help = "Write the whole database into a file, while the site runs. Nobody's log-in is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the file to write, or - for standard output")

    def handle(self, *, file: str, **_: object) -> None:
        try:
            if file == "-":
                backup_write(sys.stdout.buffer)
            else:
                backup_write_file(Path(file))
                self.stdout.write(f"Written: {file}. Try it sometimes: manage.py restore, into an empty database.")
        except BackupError as error:
            raise CommandError(str(error)) from error
