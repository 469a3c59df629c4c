"""Where a contributor's judgments do not fit each other: circles, and those that the others would not let expect."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import nlargest

import numpy as np

from backend.accounts.models import Contributor
from backend.entities.models import Entity
from backend.entities.selectors import entities_shown
from backend.participation.own_record import OwnRecord, own_record
from backend.polls.models import Criterion, Poll
from backend.scores.selectors import score_set_published
from solidago.config import Config
from solidago.preference.gbt import fit_one
from solidago.root_laws import RootLaw

MOST = 5
"""Of each kind: the clearest ones are worth a second look, a long list is not."""
FAR = 0.5
"""Of the way from equal to the end of the scale: a judgment closer to what was expected surprises nobody."""

Edges = Mapping[int, Mapping[int, float]]
"""For each item, those that it was judged better than, and by how much."""


@dataclass(frozen=True, slots=True)
class Said:
    """An item judged better than another, by up to 1."""

    better: Entity
    worse: Entity
    value: float


@dataclass(frozen=True, slots=True)
class Surprise:
    """A judgment, and the one to expect by all that the contributor said; from -1 to 1, positive for the right item."""

    left: Entity
    right: Entity
    value: float
    expected: float


@dataclass(frozen=True, slots=True)
class Contradictions:
    """The clearest ones first. A circle is three judgments: a over b, b over c, c over a."""

    circles: list[tuple[Said, ...]]
    surprises: list[Surprise]
    judgments: int


def contradictions_of(*, contributor: Contributor, poll: Poll, criterion: Criterion) -> Contradictions:
    """Return where the contributor's judgments of shown items on a criterion do not fit each other."""
    record = _shown(own_record(contributor=contributor, poll=poll, criterion=criterion), poll)
    if not len(record):
        return Contradictions([], [], 0)
    edges = _edges(record)
    triangles = nlargest(MOST, _triangles(edges))
    surprising = _surprising(record, _config(poll))
    keys = {key for _, *triangle in triangles for key in triangle}
    keys |= {key for left, right, *_ in surprising for key in (left, right)}
    items = entities_shown(poll=poll).in_bulk(list(keys))
    return Contradictions(
        circles=[_circle(a, b, c, edges, items) for _, a, b, c in triangles],
        surprises=[Surprise(items[left], items[right], *values) for left, right, *values in surprising],
        judgments=len(record),
    )


def _shown(record: OwnRecord, poll: Poll) -> OwnRecord:
    """Return what was judged on the criterion, without hidden items."""
    keys = entities_shown(poll=poll).filter(pk__in=record.entities.tolist()).order_by().values_list("pk", flat=True)
    shown = np.fromiter(keys, np.int64)
    kept = ~np.isnan(record.value) & np.isin(record.left, shown) & np.isin(record.right, shown)
    return OwnRecord(record.left[kept], record.right[kept], record.value[kept])


def _edges(record: OwnRecord) -> Edges:
    edges: dict[int, dict[int, float]] = defaultdict(dict)
    for left, right, value in zip(record.left.tolist(), record.right.tolist(), record.value.tolist(), strict=True):
        if value:
            better, worse = (right, left) if value > 0 else (left, right)
            edges[better][worse] = abs(value)
    return dict(edges)


def _triangles(edges: Edges) -> Iterator[tuple[float, int, int, int]]:
    """Yield each circle of three once, by its smallest key first, after the least clear of its judgments."""
    beaten_by: dict[int, set[int]] = defaultdict(set)
    for better, worse in edges.items():
        for item in worse:
            beaten_by[item].add(better)
    for a, worse in edges.items():
        for b, first in worse.items():
            for c in edges.get(b, {}).keys() & beaten_by[a]:
                if a < b and a < c:
                    yield min(first, edges[b][c], edges[c][a]), a, b, c


def _circle(a: int, b: int, c: int, edges: Edges, items: Mapping[int, Entity]) -> tuple[Said, ...]:
    return tuple(Said(items[one], items[other], edges[one][other]) for one, other in ((a, b), (b, c), (c, a)))


def _surprising(record: OwnRecord, config: Config) -> list[tuple[int, int, float, float]]:
    """Return the judgments farthest from what the fitted model expects, in its standard deviations."""
    left, right = (np.searchsorted(record.entities, ends) for ends in (record.left, record.right))
    scores = fit_one(left, right, record.value, len(record.entities), config).score
    _, expected, variance = RootLaw.named(config.root_law).cumulants(scores[right] - scores[left])
    distance = np.abs(record.value - expected)
    order = np.argsort(-distance / np.sqrt(variance), kind="stable")
    found = [i for i in order.tolist() if distance[i] >= FAR][:MOST]
    return [(int(record.left[i]), int(record.right[i]), float(record.value[i]), float(expected[i])) for i in found]


def _config(poll: Poll) -> Config:
    shown = score_set_published(poll=poll)
    return Config.from_mapping(shown.config if shown else poll.run_config)
