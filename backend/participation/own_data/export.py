"""All that is stored about an account, for its owner: a zip of CSV files, one JSON file, and words."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO
from itertools import islice
from typing import IO

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.accounts.models import User
from backend.common.steady_zip import SteadyZip
from backend.participation.own_data.files import FILES, PersonalFile
from solidago.io.guard import guarded

FORMAT = "helianthus-personal 1"
BATCH = 2_000
"""Rows held in memory at a time."""


def personal_export_write(*, user: User, sink: IO[bytes]) -> None:
    """Write all that is stored about an account, as it is at one moment; call it outside of transactions."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        with SteadyZip(sink) as archive:
            archive.text("README.txt", readme(user=user))
            rows = {file.name: _write(archive, file, user) for file in FILES}
            archive.text("export.json", _summary(archive, user, rows))


def readme(*, user: User) -> str:
    """Return what is in the archive, in plain words."""
    lines = [
        _("What %(site)s stores about %(name)s") % {"site": settings.SITE_NAME, "name": user.username},
        _("Made on %(time)s.") % {"time": timezone.now().isoformat(timespec="seconds")},
        "",
        _("The files are tables; any spreadsheet opens them. Times are in UTC."),
        _("A text that a spreadsheet would take for a formula has an apostrophe before it."),
        "",
        *(f"{file.name}.csv: {file.about}." for file in FILES),
        "export.json: " + _("the same account for programs: what each table holds, with its SHA-256."),
        "",
        _("Not in here: passwords, keys and codes, which are stored as secrets that nobody can read back."),
        _("Backups and logs of the server are kept by those who run it; ask them how long."),
    ]
    return "\n".join(lines) + "\n"


def _write(archive: SteadyZip, file: PersonalFile, user: User) -> int:
    total = 0
    with archive.member(f"{file.name}.csv") as write:
        _write_rows(write, [file.header])
        for batch in _batches(file.rows(user, at_once=BATCH)):
            _write_rows(write, batch)
            total += len(batch)
    return total


def _batches(rows: Iterator[tuple[object, ...]]) -> Iterator[Sequence[tuple[object, ...]]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _write_rows(write: Callable[[bytes], object], rows: Iterable[Iterable[object]]) -> None:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows([_cell(value) for value in row] for row in rows)
    write(text.getvalue().encode())


def _cell(value: object) -> object:
    """Return a value as it is written: numbers with all digits, times in UTC, nothing that is a formula."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat()
        case str():
            return guarded(value)
        case dict() | list():
            return json.dumps(value, ensure_ascii=False)
    return value


def _summary(archive: SteadyZip, user: User, rows: dict[str, int]) -> str:
    files = {
        file.name: {
            "columns": file.header,
            "rows": rows[file.name],
            "sha256": archive.digests[f"{file.name}.csv"],
        }
        for file in FILES
    }
    facts = {"format": FORMAT, "account": user.username, "made_at": timezone.now().isoformat(), "files": files}
    return json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
