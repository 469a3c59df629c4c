"""How solid a collective score is: the most that others could move it, whatever they say.

Bounds of this module hold for scalings, unit, zero and standings as the run found them; what they cannot promise about
those, `solidago.attacks` tries out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from solidago.engine.threads import Threads
from solidago.errors import InvalidInput
from solidago.kernels import influence as kernels
from solidago.monotonicity.run_state import RunState
from solidago.post_process import squashed
from solidago.voting_rights import by_trust

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solidago.config import Config
    from solidago.dataset import Dataset, Floats, Indices
    from solidago.results import Result

SCENARIOS: tuple[str, ...] = ("newcomers", "crowd", "coalition")
"""Columns of the bounds."""
SHARE = 0.1
"""Of an item's total voting right that the coalition holds."""


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """Where others could take the collective scores of one criterion, in published points; one row an entity.

    Attributes
    ----------
    entity : (R,) int32
    score : (R,) float64 in (-100, 100)
        As published.
    low, high : (R, 3) float64 in (-100, 100)
        Lowest and highest that each of `SCENARIOS` can reach.
    """

    entity: Indices
    score: Floats
    low: Floats
    high: Floats

    def moves(self) -> Floats:
        """Return the larger of the ways up and down, (R, 3)."""
        moves: Floats = np.maximum(self.high - self.score[:, None], self.score[:, None] - self.low)
        return moves


def influence_bounds(
    dataset: Dataset,
    config: Config,
    result: Result,
    *,
    newcomers: float = 1.0,
    share: float = SHARE,
    threads: int | None = None,
) -> Mapping[str, Influence]:
    """Return, for each criterion, how far each collective score could be moved.

    Parameters
    ----------
    dataset : Dataset
    config : Config
    result : Result
        What `solidago.pipeline.run` returned for these.
    newcomers : float >= 0
        How many fully trusted accounts join.
    share : float in [0, 1]
        Share of an entity's total voting right that the coalition holds.
    threads : int, optional

    Returns
    -------
    mapping criterion -> Influence

    Raises
    ------
    InvalidInput
        The result is of another dataset or of another method than ``mehestan``, or a parameter is out of range.

    Notes
    -----
    A score x is the root of the increasing force ``F(x) = x / L + sum_i c_i w_i psi_i(x - v_i)``, abs(psi) <= 1, where
    c_i <= 1 differs from 1 only for quantiles other than the median. Whoever has a right w adds a force between
    ``-a w`` and ``b w`` (a, b: c above and below), so x rises at most to the root of ``F = a w``: the same quantile
    with the default ``a L w`` in place of 0. It is reached in the limit, by a far value without uncertainty. As F has
    a slope of at least 1 / L, x moves by at most ``L w``.

    *newcomers*: k accounts of trust 1. Their rights are 1 each. The over-trust ``O = bias + scale T`` grows by
    ``scale k``, which raises the rights of others: they are computed again. Exact.

    *crowd*: any number of accounts without trust. With a common minimum right m, ``over(m) + A = O`` where A is what
    the crowd has together, so the force upward beyond what was there is ``a A - sum_i c_i pi_i max(t_i, m) psi_i``,
    whose derivative in m is ``-sum_{t_i < m} pi_i (a + c_i psi_i) <= 0``. More accounts only lower m: the supremum is
    at m = 0, where the crowd has O and everybody else their trust. Exact, and no number of accounts exceeds it.

    *coalition*: raters with the given share W of the total right say something else, hide it or withdraw it. A rater
    of right w goes from ``b w`` to ``-a w`` at most; one who leaves frees at most ``max(1, scale) w`` of others'
    rights. So the force changes by at most ``(1 + max(1, scale)) W``. A coalition that joins with W is within this.

    All three are Lipschitz bounds of the robust quantile, from Y. Allouah, R. Guerraoui, L.-N. Hoang, O. Villemaud,
    "Robust sparse voting", AISTATS 2024, sharpened to the score at hand.
    """
    if not newcomers >= 0.0 or not 0.0 <= share <= 1.0:
        raise InvalidInput("newcomers must be at least 0, and share between 0 and 1.")
    with Threads(threads) as pool:
        return {
            name: bounds_of(RunState(dataset, name, config, result, pool), newcomers=newcomers, share=share)
            for name in result.criteria
        }


def bounds_of(state: RunState, *, newcomers: float = 1.0, share: float = SHARE) -> Influence:
    """Return the bounds of one criterion; see `influence_bounds`."""
    ratings, config = state.ratings, state.config
    if config.method != "mehestan":
        raise InvalidInput(f"These bounds are of robust medians; the method {config.method} has one for all scores.")
    start, raters = ratings.by_entity(by_trust(ratings, state.trust))
    counts = np.diff(start)
    entities = np.flatnonzero(counts).astype(np.int32)
    score = state.collective[entities]
    low, high = np.empty((len(entities), len(SCENARIOS))), np.empty((len(entities), len(SCENARIOS)))
    scaled = state.scaled
    state.threads.over(
        counts[entities],
        lambda first, last: kernels.reaches(
            first, last, entities, start, raters, ratings.user, state.trust, state.weight,
            scaled.score, scaled.left, scaled.right, state.rights, score,
            config.aggregation_lipschitz, config.aggregation_quantile, config.overtrust_bias, config.overtrust_scale,
            float(newcomers), float(share), low, high,
        ),
    )  # fmt: skip
    return Influence(entities, squashed(score), squashed(low), squashed(high))


def with_trusted_crowd(config: Config, trust: float) -> Config:
    """Return the constants under which a crowd without trust can do what one with this trust in all can do.

    With t in all, the crowd has at most ``t + bias + scale (T + t) - over(m)`` at a minimum right m: as if the bias
    were larger by ``(1 + scale) t``. The proof that m = 0 is best for it stays as it is.
    """
    return replace(config, overtrust_bias=config.overtrust_bias + (1.0 + config.overtrust_scale) * trust)


def bounds_of_new_entity(config: Config, *, newcomers: float = 1.0) -> list[tuple[float, float]]:
    """Return how low and how high newcomers, and a crowd, can take an entity that nobody judged; in points."""
    q = config.aggregation_quantile
    sides = np.array([min(1.0, (1.0 - q) / q), min(1.0, q / (1.0 - q))])
    pulls = np.array([newcomers, config.overtrust_bias])
    ends = squashed(config.aggregation_lipschitz * pulls[:, None] * sides)
    return [(-low, high) for low, high in ends.tolist()]
