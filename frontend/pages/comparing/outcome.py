"""What a saved judgment changed, carried from the request that saved it to the page that shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from operator import attrgetter

from django.http import HttpRequest

from backend.comparisons.selectors import version_of
from backend.entities.models import Entity
from backend.participation.own_model import OwnScore
from backend.participation.services import Change, JudgeOutcome, Place

KEY = "outcome"
Triple = tuple[float, float, float]
Ranked = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """Own score of one item on one criterion: (score, low, high) before and after; its (rank, among how many) too."""

    criterion: str
    title: str
    before: Triple | None
    after: Triple | None
    place_before: Ranked | None
    place_after: Ranked | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that the page says after a save. ``previous``: the answers that were there before, for undoing.

    ``version``: of what was saved; undoing must not take back what another tab said since.
    ``is_set_aside``: nothing was saved, as the pair cannot be compared.
    """

    poll: str
    left: str
    right: str
    changes: Sequence[ChangeRow] = ()
    previous: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    is_set_aside: bool = False

    @classmethod
    def of(
        cls, outcome: JudgeOutcome, *, poll: str, left: Entity, right: Entity, previous: Mapping[str, str]
    ) -> "Outcome":
        changes = [_row(change) for change in outcome.changes if change.before != change.after]
        return cls(poll, left.uid, right.uid, changes, previous, version_of(comparison=outcome.comparison))

    @property
    def groups(self) -> list[dict[str, object]]:
        """The changes by criterion."""
        grouped = groupby(self.changes, key=attrgetter("criterion"))
        return [{"criterion": criterion, "changes": list(changes)} for criterion, changes in grouped]


def outcome_keep(request: HttpRequest, outcome: Outcome) -> None:
    request.session[KEY] = asdict(outcome)


def outcome_take(request: HttpRequest, *, poll: str) -> Outcome | None:
    """Return what the last save changed in this poll, once."""
    kept = request.session.get(KEY)
    if kept is None or kept["poll"] != poll:
        return None
    del request.session[KEY]
    return Outcome(**kept | {"changes": [ChangeRow(**row) for row in kept["changes"]]})


def _row(change: Change) -> ChangeRow:
    scores = _triple(change.before), _triple(change.after)
    places = _ranked(change.place_before), _ranked(change.place_after)
    return ChangeRow(change.criterion.title, change.entity.title, *scores, *places)


def _triple(own: OwnScore | None) -> Triple | None:
    return None if own is None else (own.score, own.score - own.left, own.score + own.right)


def _ranked(place: Place | None) -> Ranked | None:
    return None if place is None else (place.rank, place.among)
