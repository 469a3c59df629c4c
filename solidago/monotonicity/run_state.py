"""One criterion as a run left it, ready to be computed again with small changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solidago.errors import InvalidInput
from solidago.kernels import entities as kernels
from solidago.monotonicity.moves import spans
from solidago.ratings import index_ratings
from solidago.scaling.pooled import pooled_weights
from solidago.scaling.quantile_shift import shift
from solidago.scaling.scaling import by_user
from solidago.scaling.standardise import spread
from solidago.triples import Triples
from solidago.voting_rights import voting_rights, weights

if TYPE_CHECKING:
    from solidago.config import Config
    from solidago.dataset import Dataset, Floats, Indices
    from solidago.engine.threads import Threads
    from solidago.results import CriterionResult, Result
    from solidago.scaling.scaling import UserScalings


class RunState:
    """A criterion as the run left it, in arrays of its own."""

    def __init__(self, dataset: Dataset, name: str, config: Config, result: Result, threads: Threads) -> None:
        self.dataset, self.config, self.trust, self.threads = dataset, config, result.trust, threads
        self.ratings = index_ratings(
            dataset.judgments[name], len(dataset.users), len(dataset.entities), dataset.private,
            config.private_weight, threads,
        )  # fmt: skip
        outcome = result.criteria[name]
        self._check_same(outcome)
        own = outcome.individual
        self.raw = Triples(own.raw_score.copy(), own.raw_left.copy(), own.raw_right.copy())
        self.scaled = Triples(own.scaled_score.copy(), own.scaled_left.copy(), own.scaled_right.copy())
        self.rights = own.voting_right
        self.weight = weights(self.ratings, self.raw, self.trust, config)
        self.maps = by_user(outcome.scalings, self.ratings.n_users)
        self.deviation, self.shift = outcome.deviation, outcome.shift
        self.scalers = np.flatnonzero(self.maps.is_scaler).astype(np.int32)
        self.collective = np.full(self.ratings.n_entities, np.nan)
        self.collective[outcome.collective.entity] = outcome.collective.scaled_score
        self.start, self.raters = self.ratings.by_entity()

    def _check_same(self, outcome: CriterionResult) -> None:
        own, ratings = outcome.individual, self.ratings
        if not (np.array_equal(own.user, ratings.user) and np.array_equal(own.entity, ratings.entity)):
            raise InvalidInput("The result is of another dataset: its contributors or their entities differ.")

    def aggregated(self, entities: Indices, scaled: Triples, rights: Floats | None = None) -> Floats:
        """Return the collective scores of a few entities, with the known voting rights or with others."""
        rights = self.rights if rights is None else rights
        score, polarisation, total = np.empty(len(entities)), np.empty(len(entities)), np.empty(len(entities))
        kernels.aggregate(
            0, len(entities), entities, self.start, self.raters, scaled.score, scaled.left, scaled.right, rights,
            self.config.aggregation_lipschitz, self.config.aggregation_quantile, score, polarisation, total,
        )  # fmt: skip
        return score

    def scaling_alone(self) -> UserScalings:
        """Return the maps of collaborative scaling, without the poll's unit and zero."""
        return self.maps.shifted(-self.shift).divided(1.0 / self.deviation)

    def in_known_unit(self, maps: UserScalings) -> UserScalings:
        """Return maps of collaborative scaling with the unit and zero that the run found."""
        return maps.divided(self.deviation).shifted(self.shift)

    def rights_with(self, raw: Triples) -> Floats:
        """Return everybody's voting rights where raw scores, and so standings, are others."""
        return voting_rights(self.ratings, raw, self.trust, self.config)

    def in_common_unit(self, maps: UserScalings, raw: Triples, rights: Floats) -> UserScalings:
        """Return everybody's maps with a unit and zero found anew, as a run finds them."""
        pooled = pooled_weights(self.ratings, rights)
        maps = maps.divided(spread(maps.apply(self.ratings, raw, self.threads), pooled, self.config))
        return maps.shifted(shift(maps.apply(self.ratings, raw, self.threads), pooled, self.config))

    def raw_of(self, users: Indices) -> Triples:
        """Return the raw scores of some users, one after the other."""
        rows = spans(self.ratings.rows, users)
        return Triples(self.raw.score[rows], self.raw.left[rows], self.raw.right[rows])

    def raw_with(self, user: int, other: Triples, first: int) -> Triples:
        """Return everybody's raw scores, a user's replaced by others that start at ``first``."""
        start, end = self.ratings.rows[user : user + 2]
        changed = []
        for column, new in zip(self.raw.columns(), other.columns(), strict=True):
            copy = column.copy()
            copy[start:end] = new[first : first + end - start]
            changed.append(copy)
        return Triples(*changed)
