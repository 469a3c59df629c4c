"""``manage.py export_dataset``: the public dataset of a poll into a file."""

import tempfile
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from backend.common.errors import ApplicationError
from backend.datasets.export import export_write
from backend.polls.models import Poll


class Command(BaseCommand):
    """Writes the whole file or none."""

    help = "Write what the contributors of a poll make public, with its published scores, as a zip archive."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--poll", required=True, metavar="SLUG")
        parser.add_argument("--out", required=True, type=Path, metavar="FILE.zip")

    def handle(self, *, poll: str, out: Path, **_: object) -> None:
        found = Poll.objects.filter(slug=poll).first()
        if found is None:
            raise CommandError(f"There is no poll {poll!r}.")
        try:
            _write(found, out)
        except ApplicationError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"Cannot write {str(out)!r}: {error.strerror or error}.") from error
        self.stdout.write(f"Written: {out}. Verify it with: python -m solidago verify {out}")


def _write(poll: Poll, out: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=out.parent) as folder:
        unfinished = Path(folder) / out.name
        with unfinished.open("wb") as sink:
            export_write(poll=poll, sink=sink)
        unfinished.replace(out)
