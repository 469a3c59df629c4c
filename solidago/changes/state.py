"""One criterion of a dataset as a run scores it, and mixtures of two such states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solidago import pipeline
from solidago.aggregation.quantile import aggregate
from solidago.post_process import squashed
from solidago.ratings import index_ratings
from solidago.scaling.scaling import by_user
from solidago.triples import Triples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from solidago.config import Config
    from solidago.dataset import Dataset, Flags, Floats
    from solidago.engine.threads import Threads
    from solidago.results import CollectiveScores, CriterionResult
    from solidago.scaling.scaling import UserScalings

    Keys = NDArray[np.int64]

NOISE = 1e-9
"""Two computations of the same number may differ by less."""


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """A dataset, a configuration, and what a run makes of one criterion.

    Attributes
    ----------
    dataset : Dataset
    config : Config
    outcome : CriterionResult
    trust : (U,) float64
    """

    dataset: Dataset
    config: Config
    outcome: CriterionResult
    trust: Floats

    @property
    def published(self) -> Floats:
        """The published score of each entity, (E,); 0, the default, where nobody rates it."""
        return _by_entity(self.outcome.collective, len(self.dataset.entities))

    @property
    def keys(self) -> Keys:
        """Each rating as one number, (S,), ascending: user times the number of entities plus entity."""
        own = self.outcome.individual
        return own.user.astype(np.int64) * len(self.dataset.entities) + own.entity

    @property
    def raw(self) -> Triples:
        """The raw scores of the ratings."""
        own = self.outcome.individual
        return Triples(own.raw_score, own.raw_left, own.raw_right)

    @property
    def maps(self) -> UserScalings:
        """Everybody's map of collaborative scaling, without the poll's unit and zero."""
        maps = by_user(self.outcome.scalings, len(self.dataset.users))
        return maps.shifted(-self.outcome.shift).divided(1.0 / self.outcome.deviation)


def state_of(dataset: Dataset, criterion: str, config: Config, threads: int | None) -> State:
    """Compute a criterion."""
    result = pipeline.run(dataset, config, criteria=[criterion], threads=threads)
    return State(dataset, config, result.criteria[criterion], result.trust)


def _by_entity(scores: CollectiveScores, n_entities: int) -> Floats:
    """Return published scores by entity, (E,); 0 where nobody rates it."""
    found = np.zeros(n_entities)
    found[scores.entity] = scores.score
    return found


def mixtures(old: State, new: State, threads: Threads) -> Iterator[Floats]:
    """Yield published scores while components of the new state replace those of the old one.

    Parameters
    ----------
    old, new : State
        Of the same configuration, numbering and trust.
    threads : Threads

    Returns
    -------
    iterator of (E,) float64
        With the new raw scores; then with the new voting rights too; then with the new maps of collaborative scaling.
        What is still missing is the new unit and zero. A new rating, or a new contributor, has no old right or map:
        the new one serves from the start. With the method ``licchavi`` raw scores, rights and common scores are one
        solution, so that all of it comes first.
    """
    if new.config.method == "licchavi":
        collective = new.outcome.collective
        points = np.zeros(len(new.dataset.entities))
        unit = new.outcome.deviation / old.outcome.deviation
        points[collective.entity] = squashed(collective.scaled_score * unit)
        yield from (points, points, points)
        return
    was_there, at_old = known_rows(old, new)
    rights = new.outcome.individual.voting_right.copy()
    rights[was_there] = old.outcome.individual.voting_right[at_old]
    maps = _old_maps(old, new)
    yield _aggregated(new, rights, _in_unit_of(old, maps), threads)
    rights = new.outcome.individual.voting_right
    yield _aggregated(new, rights, _in_unit_of(old, maps), threads)
    yield _aggregated(new, rights, _in_unit_of(old, new.maps), threads)


def known_rows(old: State, new: State) -> tuple[Flags, Keys]:
    """Return which of the new ratings were there before, and at which place.

    Parameters
    ----------
    old : State of O ratings
    new : State of N ratings
        In the same numbering.

    Returns
    -------
    was_there : (N,) bool
    at_old : (K,) int64
        Of the K that were, in their order.
    """
    before, after = old.keys, new.keys
    at = np.minimum(np.searchsorted(before, after), max(len(before) - 1, 0))
    was_there = before[at] == after if len(before) else np.zeros(len(after), bool)
    return was_there, at[was_there]


def _old_maps(old: State, new: State) -> UserScalings:
    """Return everybody's old maps, the new ones of users who had none."""
    had_none = np.ones(len(new.dataset.users), bool)
    had_none[old.outcome.scalings.user] = False
    maps, others = old.maps, new.maps
    return maps.chosen(had_none, others)


def _in_unit_of(state: State, maps: UserScalings) -> UserScalings:
    return maps.divided(state.outcome.deviation).shifted(state.outcome.shift)


def _aggregated(state: State, rights: Floats, maps: UserScalings, threads: Threads) -> Floats:
    dataset, config = state.dataset, state.config
    (judgments,) = dataset.judgments.values()
    ratings = index_ratings(
        judgments, len(dataset.users), len(dataset.entities), dataset.private, config.private_weight, threads
    )
    scaled = maps.apply(ratings, state.raw, threads)
    return _by_entity(aggregate(ratings, scaled, rights, config, threads), len(dataset.entities))
