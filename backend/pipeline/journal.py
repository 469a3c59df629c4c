"""The log of a run: what happened, when, and how bad it is. No names, no judgments: it outlives both.

An event is stored by its name and its numbers, and told in the reader's language.
"""

import traceback
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import Error
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.pipeline.models import LogLine, Run

INFO, WARNING, ERROR = LogLine.Level.INFO, LogLine.Level.WARNING, LogLine.Level.ERROR

EVENTS: dict[str, tuple[LogLine.Level, str | Promise]] = {
    "queued": (INFO, _("Queued.")),
    "retried": (INFO, _("With the parameters of run %(former)s.")),
    "taken": (INFO, _("A worker begins; attempt %(attempt)s.")),
    "step": (INFO, "%(step)s"),  # names of steps that ask something end as questions do
    "part": (INFO, _("%(step)s: part %(part)s of %(parts)s.")),
    "read": (
        INFO,
        _("Read %(judgments)s judgments of %(contributors)s contributors on %(entities)s items; %(news)s news."),
    ),
    "unchanged": (INFO, _("The same judgments and settings as published: nothing to compute.")),
    "computed": (INFO, _("Computed; the audit found nothing that must not be.")),
    "published": (INFO, _("Published.")),
    "dry_run_done": (INFO, _("Done. Nothing was published, as asked.")),
    "cancel_requested": (INFO, _("Somebody asked to cancel it.")),
    "cancelled": (WARNING, _("Cancelled. Nothing was published.")),
    "held": (WARNING, _("Somebody holds the scores that the poll shows. Nothing was published.")),
    "audit_failed": (ERROR, _("The audit found scores that are wrong. Nothing was published.")),
    "failed": (ERROR, _("Failed: %(kind)s at %(place)s.")),
    "let_go": (WARNING, _("A worker gave up: the run has ended, or is another one's by now.")),
    "broken_off": (WARNING, _("The database broke it off: %(kind)s. Nothing was published.")),
    "handed_back": (WARNING, _("Its worker was told to end: queued again for another one.")),
    "unwritten": (WARNING, _("Its progress could not be written for a while: %(kind)s.")),
    "requeued": (WARNING, _("Its worker gave no sign of life: queued again.")),
    "too_long": (ERROR, _("Not done after %(count)s seconds, the most that a run may take: ended.")),
    "given_up": (ERROR, _("Its worker stopped %(count)s times: given up.")),
}
"""By name: how bad it is, and its words."""

MOST_LINES = 500
"""Of a run. Three attempts at a poll with as many criteria as can be take fewer."""
RESERVED = 50
"""Of these for what went wrong."""
LONGEST = 300
"""Characters of a detail."""

Details = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Event:
    """A line that is not written yet."""

    name: str
    details: Details
    at: datetime = field(default_factory=timezone.now)


class Journal:
    """Collects events of a run in any thread, to be written by one."""

    def __init__(self, run_id: int) -> None:
        self._run_id = run_id
        self._waiting: deque[Event] = deque()

    def note(self, name: str, **details: str | int | float) -> None:
        """Take note of an event."""
        self._waiting.append(Event(name, details))

    def write(self) -> None:
        """Append what waits to the run's log; what cannot be written waits on."""
        events: list[Event] = []
        while self._waiting:
            events.append(self._waiting.popleft())
        try:
            lines_write(self._run_id, events)
        except Error:
            self._waiting.extendleft(reversed(events))
            raise


def lines_write(run_id: int, events: Sequence[Event]) -> None:
    """Append events to a run's log, at once; what is more than a log holds is left out."""
    if events:
        present = LogLine.objects.filter(run=run_id).count()
        lines = [_line(run_id, event) for event in events]
        LogLine.objects.bulk_create(line for place, line in enumerate(lines, present) if place < _room(line))


def _room(line: LogLine) -> int:
    return MOST_LINES - RESERVED if line.level == INFO else MOST_LINES


def _line(run_id: int, event: Event) -> LogLine:
    details = {name: value[:LONGEST] if isinstance(value, str) else value for name, value in event.details.items()}
    level, _words = EVENTS[event.name]
    return LogLine(run_id=run_id, at=event.at, level=level, event=event.name, details=details)


def lines_write_all(run_ids: Sequence[int], name: str) -> None:
    """Append one event to the logs of runs that are new."""
    event = Event(name, {})
    LogLine.objects.bulk_create(_line(run_id, event) for run_id in run_ids)


def line_write(run: Run, name: str, **details: str | int | float) -> None:
    """Append one event to a run's log, at once."""
    lines_write(run.pk, [Event(name, details)])


def line_text(line: LogLine, **instead: str) -> str:
    """Tell an event in words; ``instead`` replaces details, such as the name of a step by the reader's."""
    if line.event not in EVENTS:
        return line.event
    return str(EVENTS[line.event][1]) % {**_counts_told(line), **instead}


def _counts_told(line: LogLine) -> Details:
    """Return a line's details, with thousands grouped where they are counts; a run's number is not."""
    return {name: intcomma(value) for name, value in line.details.items()} if line.event == "read" else line.details


def place_of(error: BaseException) -> str:
    """Return where in our code an error came from. Not its message: it may quote what somebody wrote."""
    root = Path(settings.BASE_DIR)
    ours = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(root) and ".venv" not in frame.filename
    ]
    if not ours:
        return "?"
    last = ours[-1]
    return f"{Path(last.filename).relative_to(root).as_posix()}:{last.lineno} ({last.name})"
