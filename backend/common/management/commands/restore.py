"""``manage.py restore``: an empty database from a backup."""

import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from backend.common.backups import BackupError, backup_restore


class Command(BaseCommand):
    """Restores all or nothing."""

    help = "Fill an empty database from a file that `manage.py backup` wrote."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the file to read, or - for standard input")

    def handle(self, *, file: str, **_: object) -> None:
        try:
            if file == "-":
                backup_restore(sys.stdin.buffer)
            else:
                with open(file, "rb") as source:  # noqa: PTH123 (the name is in the message below)
                    backup_restore(source)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"Cannot read {file!r}: {error.strerror or error}.") from error
        self.stdout.write(f"Restored. {next_step()}")


def next_step() -> str:
    """Say how the backup's migrations relate to those of this release."""
    executor = MigrationExecutor(connection)
    known = executor.loader.disk_migrations or {}
    if newer := sorted(".".join(key) for key in executor.loader.applied_migrations if key not in known):
        return f"It is of a newer release than this: {', '.join(newer)} are unknown here. Start that release."
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return "It is of an older release: run manage.py migrate before you start the site."
    return "You can start the site: the scores shown are those of the backup, and new judgments start runs."
