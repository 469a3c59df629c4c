"""The log of what the staff did: Django's own, so that the admin's forms, pages and services write the same one."""

import json
from collections.abc import Mapping, Sequence

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

Change = tuple[object, object]
LONGEST_VALUE = 500
"""Characters of a value that the log keeps; a description may have thousands."""
LONGEST_NAME = 200
"""Characters of a row's name that the log keeps."""


# ---------------------------------------------------------------- reads
def changes_of(entry: LogEntry) -> Mapping[str, Sequence[object]]:
    """Return what was changed, from what to what; nothing for the admin's own messages, which are words."""
    message = entry.change_message
    changes: Mapping[str, Sequence[object]] = json.loads(message) if message.startswith("{") else {}
    return changes


def words_of(entry: LogEntry) -> str:
    """Return what was done in one line."""
    changes = changes_of(entry)
    if not changes:
        return entry.get_change_message()
    return "; ".join(f"{name}: {_told(before)} → {_told(after)}" for name, (before, after) in changes.items())


def _told(value: object) -> str:
    return "–" if value in (None, "") else str(value)


# ---------------------------------------------------------------- writes
def staff_log(*, by: AbstractBaseUser | None, row: Model, changes: Mapping[str, Change], is_new: bool = False) -> None:
    """Keep who changed what of a row, from what to what, in the caller's transaction.

    Nothing is kept where nothing was changed, or where nobody of the staff did it: a command, the platform itself.
    """
    if changes and by is not None:
        _entry(by, row, changes, is_new=is_new).save(force_insert=True)


def staff_log_new(*, by: AbstractBaseUser, rows: Sequence[Model], changes: Mapping[str, Change]) -> None:
    """Keep who made many rows, all with the same values, in one query."""
    LogEntry.objects.bulk_create(_entry(by, row, changes, is_new=True) for row in rows)


def _entry(by: AbstractBaseUser, row: Model, changes: Mapping[str, Change], *, is_new: bool) -> LogEntry:
    return LogEntry(
        user_id=by.pk,
        content_type=ContentType.objects.get_for_model(row),
        object_id=str(row.pk),
        object_repr=str(row)[:LONGEST_NAME],
        action_flag=ADDITION if is_new else CHANGE,
        change_message=json.dumps({name: [_short(value) for value in pair] for name, pair in changes.items()}),
    )


def _short(value: object) -> object:
    return value if isinstance(value, bool | int | float | None) else _text(value)[:LONGEST_VALUE]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)


def number_of(row: Model) -> str:
    """Name in the log a row whose own name is private: an address, a machine."""
    return f"#{row.pk}"


def staff_log_forget(*, rows: Sequence[Model]) -> None:
    """Take the names of rows out of the log, where they were somebody's: what was done, and by whom, stays."""
    for row in rows:
        about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(row), object_id=str(row.pk))
        about.update(object_repr="", change_message="")
