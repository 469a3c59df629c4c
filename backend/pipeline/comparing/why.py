"""Why scores moved between two runs: computed from both snapshots when somebody asks, and kept for a while.

What is told of an item never lets a poll's owner, or the staff, see what one of a few people did: see `Reasons`.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from celery import current_app
from django.core.cache import cache
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from backend.pipeline.comparing.selectors import Pair
from backend.pipeline.models import Snapshot
from backend.polls.models import Criterion
from backend.scores.models import ScoreSet
from solidago.changes import KINDS, PARTS, POLL_WIDE, Changes, changes_explain
from solidago.config import Config
from solidago.dataset import Dataset
from solidago.errors import SolidagoError
from solidago.groups import SMALLEST
from solidago.io import snapshot as snapshot_io

logger = logging.getLogger(__name__)

SMALL = 10_000
"""Judgments of both runs together that are explained at once, in a fraction of a second; more by a worker."""
KEPT = 3600
PATIENCE = 300
"""Seconds after which an explanation that was asked for and did not come is asked for again."""
FORMAT = 1
"""Of what is kept in the cache."""
TASK = "pipeline.changes_explain"
LOW = 9
"""Priority in Redis' queues, where 0 is served first: scores do not wait for an explanation."""
PROGRAM = "program"
"""What the snapshots do not explain: other versions of the program computed the two score sets."""
ROUNDING = 1e-6
LEAST_TOLD = SMALLEST
"""People behind a part, for owners and the staff to be told of it: as many as make a group of opinion."""
Columns = Mapping[str, Any]


class State(StrEnum):
    """What is known."""

    TOLD = "told"
    WAITING = "waiting"
    """A worker is at it."""
    GONE = "gone"
    """The judgments behind one of the score sets are no longer kept."""
    FAILED = "failed"
    """The old judgments or settings cannot be computed any more, or nobody can be asked now."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A part of a move, in points; ``people`` is how many raters of the item stand behind it, None for the poll."""

    name: str
    points: float
    people: int | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many judgments of an item are new, changed or gone, of how many people."""

    kind: str
    judgments: int
    people: int


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why an item moved: parts that add up to the move, the largest first, and what happened to its judgments.

    Where ``is_told_whole`` is false, parts behind which stand fewer than `LEAST_TOLD` people are one number,
    ``few``, for a part that one person is behind tells what this person thinks. What is left when the others are
    taken from the move would tell it as well: so ``few`` holds one more part, behind which stand as many people, and
    all of the move unless another such part remains. Counts below that are 0 or LEAST_TOLD - 1, which means "fewer
    than LEAST_TOLD". Superusers, who can read the database, are told all.
    """

    parts: list[Reason]
    few: float | None
    counts: list[Count]
    is_told_whole: bool


@dataclass(frozen=True, slots=True)
class Why:
    """The reasons for some items by key, or why there are none."""

    state: State
    reasons: Mapping[int, Reasons]


def why_moved(*, pair: Pair, moved: Mapping[int, float], is_whole: bool) -> Why:
    """Return why some items moved, by their keys and moves in points; large polls are computed by a worker first.

    ``is_whole`` tells also what is behind which few people stand: for superusers.
    """
    old, new = _set(pair.old.score_set), _set(pair.new.score_set)
    if not all(_snapshots(score_set).exists() for score_set in (old, new)):
        return Why(State.GONE, {})
    try:
        found = _found(old, new, pair.criterion)
    except (RedisError, OperationalError):
        logger.exception("Nobody is asked why scores moved: Redis does not answer")
        return Why(State.FAILED, {})
    if found is None:
        return Why(State.WAITING, {})
    if "error" in found:
        return Why(State.FAILED, {})
    return Why(State.TOLD, dict(_reasons(found, moved, is_whole=is_whole)))


def _set(score_set: ScoreSet | None) -> ScoreSet:
    assert score_set is not None  # noqa: S101  # of a run that was chosen because it has one
    return score_set


def _snapshots(score_set: ScoreSet) -> Any:
    return Snapshot.objects.filter(poll=score_set.poll_id, digest=score_set.snapshot_digest)


def _key(old: ScoreSet, new: ScoreSet, criterion: Criterion, *parts: str) -> str:
    return ":".join(("changes", str(FORMAT), str(old.pk), str(new.pk), str(criterion.pk), *parts))


def _found(old: ScoreSet, new: ScoreSet, criterion: Criterion) -> Columns | None:
    kept: Columns | None = cache.get(_key(old, new, criterion))
    if kept is not None:
        return kept
    if old.judgments + new.judgments <= SMALL:
        return why_compute(old=old, new=new, criterion=criterion)
    if cache.add(_key(old, new, criterion, "asked"), 1, PATIENCE):
        current_app.send_task(TASK, [old.pk, new.pk, criterion.pk], priority=LOW)
    return None


def why_execute(*, old_id: int, new_id: int, criterion_id: int) -> None:
    """Explain and keep the moves between two score sets; whatever was deleted meanwhile needs no explanation."""
    sets = ScoreSet.objects.in_bulk([old_id, new_id])
    criterion = Criterion.objects.filter(pk=criterion_id).first()
    if criterion is not None and len({old_id, new_id} & sets.keys()) == len({old_id, new_id}):
        why_compute(old=sets[old_id], new=sets[new_id], criterion=criterion)


def why_compute(*, old: ScoreSet, new: ScoreSet, criterion: Criterion) -> Columns:
    """Explain the moves between two score sets, and keep the explanation for a while."""
    try:
        found = _columns(_explained(old, new, criterion))
    except (SolidagoError, Snapshot.DoesNotExist) as error:
        logger.warning("It cannot be explained why scores moved from set %s to %s: %s", old.pk, new.pk, error)
        found = {"error": str(error)}
    cache.set(_key(old, new, criterion), found, KEPT)
    return found


def _explained(old: ScoreSet, new: ScoreSet, criterion: Criterion) -> Changes:
    return changes_explain(
        _dataset(old), Config.from_mapping(old.config), _dataset(new), Config.from_mapping(new.config), criterion.name
    )


def _dataset(score_set: ScoreSet) -> Dataset:
    return snapshot_io.loads(bytes(_snapshots(score_set).get().content))


def _columns(changes: Changes) -> Columns:
    """Return what is kept, by the items' keys, ascending."""
    keys = changes.entity.astype(np.int64)
    order = np.argsort(keys)
    return {
        "entity": keys[order],
        "parts": changes.parts[order],
        "people": changes.people[order].astype(np.int32),
        "judgments": changes.counts.judgments[order].astype(np.int32),
        "users": changes.counts.users[order].astype(np.int32),
    }


def _reasons(found: Columns, moved: Mapping[int, float], *, is_whole: bool) -> Iterable[tuple[int, Reasons]]:
    keys = np.array([*moved], np.int64)
    if not len(keys) or not len(found["entity"]):
        return
    at = np.minimum(np.searchsorted(found["entity"], keys), len(found["entity"]) - 1)
    for key, row in zip(moved, at, strict=True):
        if found["entity"][row] == key:
            yield key, _told(found, int(row), moved[key], is_whole=is_whole)


def _told(found: Columns, row: int, move: float, *, is_whole: bool) -> Reasons:
    people = [None if name in POLL_WIDE else int(n) for name, n in zip(PARTS, found["people"][row], strict=True)]
    points = [float(part) for part in found["parts"][row]]
    parts = [Reason(*part) for part in zip(PARTS, points, people, strict=True)]
    parts.append(Reason(PROGRAM, move - sum(points), None))
    parts = [part for part in parts if abs(part.points) > ROUNDING]
    few = [] if is_whole else _merged(parts)
    shown = [part for part in parts if part not in few]
    return Reasons(
        parts=sorted(shown, key=lambda part: -abs(part.points)),
        few=sum(part.points for part in few) if few else None,
        counts=_counts(found, row, is_whole=is_whole),
        is_told_whole=is_whole,
    )


def _merged(parts: list[Reason]) -> list[Reason]:
    """Return the parts that are told as one number, so that nothing that few people did can be subtracted from it."""
    small = [part for part in parts if part.people and part.people < LEAST_TOLD]
    large = [part for part in parts if part.people and part.people >= LEAST_TOLD]
    if not small:
        return []
    if len(large) < 2:
        return parts
    return [*small, min(large, key=lambda part: (part.people, part.name))]


def _counts(found: Columns, row: int, *, is_whole: bool) -> list[Count]:
    numbers = zip(KINDS, found["judgments"][row], found["users"][row], strict=True)
    if is_whole:
        return [Count(kind, int(judgments), int(users)) for kind, judgments, users in numbers]
    return [Count(kind, *_rounded(int(judgments), int(users))) for kind, judgments, users in numbers]


def _rounded(judgments: int, users: int) -> tuple[int, int]:
    """Return counts of a few people as nobody or as a few: how many judgments one of them gave is theirs."""
    few = LEAST_TOLD - 1
    return (judgments, users) if users >= LEAST_TOLD else (few if judgments else 0, few if users else 0)
