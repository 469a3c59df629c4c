"""Who changed what of a poll: kept in the admin's own log, so that its pages show it too."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType

from backend.accounts.models import User
from backend.polls.models import Poll

Change = tuple[object, object]
LONGEST_VALUE = 500
"""Characters of a value that the log keeps; a description may have thousands."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody did: a value before and after by name, or words of the admin's."""

    username: str
    at: datetime
    changes: Mapping[str, Sequence[object]]
    words: str


def poll_log(*, poll: Poll, user: User, changes: Mapping[str, Change], is_new: bool = False) -> None:
    """Keep what was changed, from what to what, in the caller's transaction; nothing where nothing was."""
    if changes:
        LogEntry.objects.create(
            user=user,
            content_type=ContentType.objects.get_for_model(Poll),
            object_id=str(poll.pk),
            object_repr=str(poll)[:200],
            action_flag=ADDITION if is_new else CHANGE,
            change_message=json.dumps({name: [_short(value) for value in pair] for name, pair in changes.items()}),
        )


def _short(value: object) -> object:
    return value if isinstance(value, bool | int | float | None) else _text(value)[:LONGEST_VALUE]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)


def poll_history(*, poll: Poll, most: int) -> list[Entry]:
    """Return the last changes of a poll, newest first."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Poll), object_id=str(poll.pk)
    ).select_related("user")
    return [_entry(entry) for entry in entries.order_by("-pk")[:most]]


def _entry(entry: LogEntry) -> Entry:
    # The admin's own messages are lists, or words.
    is_ours = entry.change_message.startswith("{")
    changes = json.loads(entry.change_message) if is_ours else {}
    words = "" if is_ours else entry.get_change_message()
    return Entry(entry.user.get_username(), entry.action_time, changes, words)
