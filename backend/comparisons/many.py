"""Many comparisons of one contributor at once: each line is stored, or refused, as `comparison_save` would.

The number of queries does not depend on the number of lines: all pairs are read, judged in memory line by line, and
written back as sets of rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

from django.db import transaction
from django.utils import timezone

from backend.accounts.models import Contributor
from backend.common.errors import ApplicationError, EntityNotInPoll, NoJudgment
from backend.comparisons.checks import (
    MAXIMUM,
    Values,
    check_may_judge,
    check_pair,
    criteria_by_name,
    values_checked,
)
from backend.comparisons.models import Comparison, Judgment
from backend.comparisons.services import judgments_write
from backend.entities.models import Entity
from backend.entities.selectors import entities_by_uid
from backend.observability.metrics.counters import JUDGMENTS
from backend.observability.selectors import switch_require
from backend.observability.switches import COMPARING
from backend.polls.models import Criterion, Poll
from backend.polls.services import news_add

Pair = frozenset[int]
"""The keys of two entities, whichever way round."""
Held = dict[int, tuple[float, float]]
"""Judgments of a pair: value and maximum by the criterion's key."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a contributor says of two items, by their uids; judgments as in `comparison_save`."""

    left: str
    right: str
    judgments: Mapping[str, float | None]


class Fate(StrEnum):
    """What became of a line."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a line: the items that it is of, or why it was refused."""

    fate: Fate
    entities: tuple[Entity, ...] = ()
    error: ApplicationError | None = None


@dataclass(frozen=True, slots=True)
class _Checked:
    left: Entity
    right: Entity
    values: Values

    @property
    def pair(self) -> Pair:
        return frozenset((self.left.pk, self.right.pk))

    @property
    def says_something(self) -> bool:
        return any(value is not None for value in self.values.values())


@dataclass(slots=True)
class _State:
    """A stored pair, its judgments as they were (and their keys), and as they are after the lines so far."""

    comparison: Comparison
    before: Held = field(default_factory=dict)
    rows: dict[int, int] = field(default_factory=dict)
    now: Held = field(default_factory=dict)


def comparisons_save_many(
    *, contributor: Contributor, poll: Poll, lines: Sequence[Line], is_repeated: bool = False
) -> list[Outcome]:
    """Store what can be stored of some lines, in their order; tell of each what became of it.

    A pair that comes twice is judged twice: the later line changes what the earlier one said. ``is_repeated``: the
    lines were dealt with before; they are only checked.

    Raises
    ------
    PollClosed, ContributorSuspended, ComparingPaused
        Nothing is stored then.
    """
    switch_require(COMPARING)
    check_may_judge(contributor, poll)
    entities = entities_by_uid(poll=poll, uids={uid for line in lines for uid in (line.left, line.right)})
    criteria = criteria_by_name(poll)
    checked = [_checked(line, poll, entities, criteria) for line in lines]
    if is_repeated:
        return [_told(line, Fate.REPEATED) for line in checked]
    return _stored(contributor, poll, checked)


def _checked(
    line: Line, poll: Poll, entities: Mapping[str, Entity], criteria: Mapping[str, Criterion]
) -> _Checked | ApplicationError:
    try:
        for side, uid in (("left", line.left), ("right", line.right)):
            if uid not in entities:
                raise EntityNotInPoll(field=side, uid=uid[:100])
        left, right = entities[line.left], entities[line.right]
        check_pair(poll, left, right)
        return _Checked(left, right, values_checked(criteria, line.judgments))
    except ApplicationError as error:
        return error


def _told(line: _Checked | ApplicationError, fate: Fate) -> Outcome:
    if isinstance(line, ApplicationError):
        return Outcome(Fate.REFUSED, error=line)
    return Outcome(fate, entities=(line.left, line.right))


@transaction.atomic
def _stored(contributor: Contributor, poll: Poll, lines: Sequence[_Checked | ApplicationError]) -> list[Outcome]:
    # One such request of a contributor after the other, so that two cannot wait for each other's pairs; without the
    # key, which the judgments that they save one by one meanwhile need.
    Contributor.objects.select_for_update(no_key=True).get(pk=contributor.pk)
    states = _states(contributor, poll, [line for line in lines if isinstance(line, _Checked)])
    outcomes = [_applied(line, states) if isinstance(line, _Checked) else _told(line, Fate.REFUSED) for line in lines]
    _write(poll, [state for state in states.values() if state.now != state.before])
    return outcomes


def _applied(line: _Checked, states: Mapping[Pair, _State]) -> Outcome:
    """Judge a pair in memory."""
    state = states.get(line.pair)
    now = _judged(line, state) if state else {}
    if state is None or not now:
        return Outcome(Fate.REFUSED, error=NoJudgment(field="judgments"))
    fate = Fate.UNCHANGED if now == state.now else Fate.CHANGED if state.now else Fate.CREATED
    state.now = now
    return _told(line, fate)


def _judged(line: _Checked, state: _State) -> Held:
    sign = 1 if state.comparison.left_id == line.left.pk else -1
    now = dict(state.now)
    for criterion, value in line.values.items():
        if value is None:
            now.pop(criterion.pk, None)
        else:
            now[criterion.pk] = (sign * value + 0.0, MAXIMUM)
    return now


# ---------------------------------------------------------------- reads, locked
def _states(contributor: Contributor, poll: Poll, lines: Iterable[_Checked]) -> dict[Pair, _State]:
    """Return what is stored of the lines' pairs; those that are new and judged have an empty row now."""
    wanted: dict[Pair, Comparison | None] = {}
    for line in lines:
        if line.says_something and wanted.get(line.pair) is None:
            wanted[line.pair] = Comparison(contributor=contributor, poll=poll, left=line.left, right=line.right)
        wanted.setdefault(line.pair, None)
    states = {pair: _State(comparison) for pair, comparison in _locked(contributor, poll, wanted).items()}
    by_comparison = {state.comparison.pk: state for state in states.values()}
    judgments = Judgment.objects.filter(comparison__in=by_comparison)
    for judgment in judgments.only("comparison_id", "criterion_id", "value", "maximum"):
        state, criterion = by_comparison[judgment.comparison_id], judgment.criterion_id
        state.before[criterion] = state.now[criterion] = (judgment.value, judgment.maximum)
        state.rows[criterion] = judgment.pk
    return states


def _locked(contributor: Contributor, poll: Poll, wanted: Mapping[Pair, Comparison | None]) -> dict[Pair, Comparison]:
    """Return the pairs' rows, locked, made where there were none and one is given."""
    found = _known(contributor, poll, wanted)
    # Again only where another tab deletes one of them at this moment.
    while missing := [row for pair, row in wanted.items() if row is not None and pair not in found]:
        Comparison.objects.bulk_create(missing, ignore_conflicts=True)
        found = _known(contributor, poll, wanted)
    return found


def _known(contributor: Contributor, poll: Poll, wanted: Mapping[Pair, object]) -> dict[Pair, Comparison]:
    entities = {entity for pair in wanted for entity in pair}
    own = Comparison.objects.filter(
        contributor=contributor, poll=poll, left__in=entities, right__in=entities
    ).order_by()
    rows = own.values_list("pk", "left_id", "right_id")
    keys = [pk for pk, left, right in rows if frozenset((left, right)) in wanted]
    locked = Comparison.objects.filter(pk__in=keys).select_for_update().order_by("pk")
    return {frozenset((comparison.left_id, comparison.right_id)): comparison for comparison in locked}


# ---------------------------------------------------------------- writes
def _write(poll: Poll, changed: Sequence[_State]) -> None:
    if not changed:
        return
    fresh = [row for state in changed for row in _fresh(state)]
    gone = [pk for state in changed for criterion, pk in state.rows.items() if criterion not in state.now]
    Judgment.objects.filter(pk__in=gone).delete()
    judgments_write(fresh)
    keys = [state.comparison.pk for state in changed]
    Comparison.objects.filter(pk__in=keys).update(updated_at=timezone.now())
    news_add(poll_ids=[poll.pk])
    transaction.on_commit(partial(JUDGMENTS.inc, len(fresh) + len(gone)))


def _fresh(state: _State) -> list[Judgment]:
    return [
        Judgment(comparison=state.comparison, criterion_id=criterion, value=value, maximum=maximum)
        for criterion, (value, maximum) in state.now.items()
        if state.before.get(criterion) != (value, maximum)
    ]
