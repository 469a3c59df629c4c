"""Groups of contributors who score alike: what each prefers and what all agree on, from public scores alone.

Computed when somebody asks for the first time after a publication, and kept. Nobody's group is told, and every number
is a mean over at least `solidago.groups.SMALLEST` contributors.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import polars as pl
from django.core.cache import cache
from numpy.typing import NDArray
from redis.exceptions import RedisError

from backend.common.bulk import Schema, copy_out
from backend.entities.models import Entity
from backend.entities.selectors import entities_shown
from backend.polls.models import Criterion, Poll
from backend.scores.models import ScoreSet
from backend.scores.selectors import shown_token
from solidago.groups import SMALLEST, groups_find

logger = logging.getLogger(__name__)

Floats = NDArray[np.float64]

ITEMS, CONTRIBUTORS = 200, 5_000
"""Of a large poll: the items that most contributors scored, and the contributors who show most scores of these."""
LEAST_SCORES = 5
"""Public scores that place a contributor; with fewer they are left out."""
TOLD = 5
"""Items for each group, and items on which all agree."""
KEPT = 24 * 3600
FORMAT = 1
"""Of what is kept in the cache."""
PUBLIC = """
    SELECT s.contributor_id, s.entity_id, s.score
    FROM (
        SELECT k.entity_id FROM scores_collectivescore k JOIN entities_entity e ON e.id = k.entity_id
        WHERE k.score_set_id = %s AND k.criterion_id = %s AND NOT e.is_hidden
        ORDER BY k.contributors DESC, k.entity_id LIMIT %s
    ) AS known
    JOIN scores_individualscore s
      ON s.score_set_id = %s AND s.criterion_id = %s AND s.entity_id = known.entity_id
    JOIN comparisons_rating r ON r.contributor_id = s.contributor_id AND r.entity_id = s.entity_id AND r.is_public
    JOIN accounts_contributor c ON c.id = s.contributor_id AND NOT c.is_suspended
    WHERE s.is_public
    ORDER BY s.contributor_id, s.entity_id
"""
COLUMNS: Schema = {"contributor": pl.Int64, "entity": pl.Int64, "score": pl.Float64}


class State(StrEnum):
    """What became of the search."""

    FOUND = "found"
    ONE = "one"
    """Enough people show what they think, but they are no groups."""
    FEW = "few"
    """Too few people show what they think."""


@dataclass(frozen=True, slots=True)
class Preference:
    """What a group thinks of an item, and what the others do: means of public scores."""

    entity_id: int
    score: float
    others: float
    contributors: int


@dataclass(frozen=True, slots=True)
class Group:
    """Contributors who score alike: how many, and what they prefer more than the others do."""

    size: int
    prefers: Sequence[Preference]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What groups think of an item: the mean of the one that likes it least, and of the one that likes it most."""

    entity_id: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of a poll by one criterion, the largest first."""

    state: State
    contributors: int = 0
    silhouette: float = 0.0
    groups: Sequence[Group] = ()
    agreed: Sequence[Agreement] = ()

    @property
    def entity_ids(self) -> set[int]:
        """The keys of all items that are told."""
        return {p.entity_id for group in self.groups for p in group.prefers} | {a.entity_id for a in self.agreed}


def opinion_groups(*, criterion: Criterion, score_set: ScoreSet | None) -> Groups:
    """Return the groups by a criterion in a published score set; the first to ask after a publication computes them."""
    if score_set is None:
        return Groups(State.FEW)
    key = f"groups:{FORMAT}:{shown_token(poll=criterion.poll)}:{criterion.pk}"
    try:
        kept: Groups | None = cache.get(key)
        if kept is None:
            kept = groups_compute(criterion=criterion, score_set=score_set)
            cache.set(key, kept, KEPT)
    except RedisError:
        logger.exception("Groups are computed anew: Redis does not answer")
        return groups_compute(criterion=criterion, score_set=score_set)
    return kept


def groups_compute(*, criterion: Criterion, score_set: ScoreSet) -> Groups:
    """Find the groups; the same score set gives the same groups as long as the same scores are public."""
    parameters = (score_set.pk, criterion.pk, ITEMS, score_set.pk, criterion.pk)
    entities, scores = _matrix(copy_out(PUBLIC, parameters, COLUMNS))
    if len(scores) < 2 * SMALLEST:
        return Groups(State.FEW, len(scores))
    found = groups_find(scores, rng=np.random.default_rng(criterion.pk))
    if found.count < 2:
        return Groups(State.ONE, len(scores))
    members = found.labels == np.arange(found.count)[:, None]
    groups = [Group(int(inside.sum()), list(_preferred(entities, scores, inside))) for inside in members]
    agreed = list(_agreed(entities, scores, members))
    return Groups(State.FOUND, len(scores), found.silhouette, groups, agreed)


def _matrix(rows: pl.DataFrame) -> tuple[NDArray[np.int64], Floats]:
    """Return items and their scores, shape (contributors, items), of those who show enough scores."""
    shown = rows.group_by("contributor").len().filter(pl.col("len") >= LEAST_SCORES)
    chosen = shown.sort("len", "contributor", descending=[True, False])["contributor"][:CONTRIBUTORS]
    rows = rows.filter(pl.col("contributor").is_in(chosen.implode()))
    contributors, row = np.unique(rows["contributor"].to_numpy(), return_inverse=True)
    entities, column = np.unique(rows["entity"].to_numpy(), return_inverse=True)
    scores = np.full((len(contributors), len(entities)), np.nan)
    scores[row, column] = rows["score"].to_numpy()
    return entities, scores


def _mean(scores: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return the mean of each column and how many scores it has; NaN where these are too few to be told."""
    known = ~np.isnan(scores)
    counts = known.sum(axis=0)
    sums = np.where(known, scores, 0.0).sum(axis=0)
    return np.where(counts >= SMALLEST, sums / np.maximum(counts, 1), np.nan), counts


def _preferred(entities: NDArray[np.int64], scores: Floats, inside: NDArray[np.bool_]) -> Iterator[Preference]:
    """Yield what a group likes most more than the others do."""
    own, counts = _mean(scores[inside])
    others, _counts = _mean(scores[~inside])
    for i in _highest(own - others):
        yield Preference(int(entities[i]), float(own[i]), float(others[i]), int(counts[i]))


def _agreed(entities: NDArray[np.int64], scores: Floats, members: NDArray[np.bool_]) -> Iterator[Agreement]:
    """Yield what even the group that likes it least likes."""
    means = np.stack([_mean(scores[inside])[0] for inside in members])
    low, high = means.min(axis=0), means.max(axis=0)  # NaN where a group has too few scores
    for i in _highest(low):
        yield Agreement(int(entities[i]), float(low[i]), float(high[i]))


def _highest(values: Floats) -> list[int]:
    """Return the places of the highest values above 0, the highest first."""
    order = np.argsort(-np.nan_to_num(values, nan=-np.inf), kind="stable")[:TOLD]
    return [int(i) for i in order if values[i] > 0]


def group_entities(*, poll: Poll, groups: Groups) -> dict[int, Entity]:
    """Return the items that groups tell of, by key; one that was hidden since is not among them."""
    return entities_shown(poll=poll).in_bulk(groups.entity_ids)
