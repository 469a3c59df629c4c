"""What a saved judgment changed, carried from the request that saved it to the page that shows it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import attrgetter

from django.http import HttpRequest

from backend.participation.own_model import OwnScore
from backend.participation.services import Change, JudgeOutcome

KEY = "outcome"
Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """Own score of one item on one criterion: (score, low, high) before and after."""

    criterion: str
    title: str
    before: Triple | None
    after: Triple | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that the page says after a save."""

    poll: str
    left: str
    right: str
    changes: Sequence[ChangeRow]

    @property
    def groups(self) -> list[dict[str, object]]:
        """The changes by criterion."""
        grouped = groupby(self.changes, key=attrgetter("criterion"))
        return [{"criterion": criterion, "changes": list(changes)} for criterion, changes in grouped]


def outcome_keep(request: HttpRequest, *, poll: str, left: str, right: str, outcome: JudgeOutcome) -> None:
    rows = [_row(change) for change in outcome.changes if change.before != change.after]
    request.session[KEY] = asdict(Outcome(poll, left, right, rows))


def outcome_take(request: HttpRequest, *, poll: str) -> Outcome | None:
    """Return what the last save changed in this poll, once."""
    kept = request.session.get(KEY)
    if kept is None or kept["poll"] != poll:
        return None
    del request.session[KEY]
    return Outcome(poll, kept["left"], kept["right"], [ChangeRow(**row) for row in kept["changes"]])


def _row(change: Change) -> ChangeRow:
    return ChangeRow(change.criterion.title, change.entity.title, _triple(change.before), _triple(change.after))


def _triple(own: OwnScore | None) -> Triple | None:
    return None if own is None else (own.score, own.score - own.left, own.score + own.right)
