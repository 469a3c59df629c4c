"""Who changed what of a poll: kept in the log of the staff, so that the admin shows it too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from backend.accounts.models import User
from backend.common.audit import Change, changes_of, staff_log
from backend.polls.models import Poll


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody did: a value before and after by name, or words of the admin's."""

    username: str
    at: datetime
    changes: Mapping[str, Sequence[object]]
    words: str


def poll_log(*, poll: Poll, user: User | None, changes: Mapping[str, Change], is_new: bool = False) -> None:
    """Keep what was changed, from what to what, in the caller's transaction; nothing where nothing was."""
    staff_log(by=user, row=poll, changes=changes, is_new=is_new)


def poll_history(*, poll: Poll, most: int) -> list[Entry]:
    """Return the last changes of a poll, newest first."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Poll), object_id=str(poll.pk)
    ).select_related("user")
    return [_entry(entry) for entry in entries.order_by("-pk")[:most]]


def _entry(entry: LogEntry) -> Entry:
    changes = changes_of(entry)
    return Entry(entry.user.get_username(), entry.action_time, changes, "" if changes else entry.get_change_message())
