"""Attacks on a handful of a run's entities, each computed exactly with all scales as they were: cheap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solidago.dataset import Judgments, PrivateRatings
from solidago.engine.threads import Threads
from solidago.errors import InvalidInput
from solidago.influence import SCENARIOS, SHARE, Influence, bounds_of
from solidago.kernels import entities as kernels
from solidago.kernels.robust import one_quantile
from solidago.monotonicity.moves import copies
from solidago.monotonicity.run_state import RunState
from solidago.post_process import squashed
from solidago.preference import gbt
from solidago.ratings import Ratings, index_ratings
from solidago.scaling.mehestan import scaling_of_each

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from solidago.config import Config
    from solidago.dataset import Dataset, Floats, Indices
    from solidago.results import Result
    from solidago.scaling.scaling import UserScalings
    from solidago.triples import Triples

SAMPLE = 5
"""Entities of a criterion that are attacked, upward and downward."""
ACCOUNTS = 1_000
COMPARISONS = 20
_ROUNDING = 1e-6
"""In points: robust roots are certified to less than a thousandth of this."""


@dataclass(frozen=True, slots=True, eq=False)
class Attempts:
    """How far attackers came, a row an attempt, a column for each of `influence.SCENARIOS`; in points.

    Attributes
    ----------
    entity : (A,) int32
    upward : (A,) bool
    moved, allowed : (A, 3) float64
        Toward where the attacker wanted it, and the bound on that.
    """

    entity: Indices
    upward: NDArray[np.bool_]
    moved: Floats
    allowed: Floats

    @property
    def beaten(self) -> int:
        """How many bounds were exceeded; by theorem, none."""
        return int(np.count_nonzero(self.moved > self.allowed + _ROUNDING))

    def to_mapping(self) -> dict[str, object]:
        """Return the most that was reached, ready for JSON."""
        furthest = {}
        for column, name in enumerate(SCENARIOS):
            moved, allowed = self.moved[:, column], self.allowed[:, column]
            at = int(np.argmax(moved))
            share = np.divide(moved, allowed, out=np.zeros_like(moved), where=allowed > 0.0)
            furthest[name] = {
                "moved": float(moved[at]), "allowed": float(allowed[at]), "share": float(share.max())
            }  # fmt: skip
        return {"attempts": len(self.entity), "beaten": self.beaten, "furthest": furthest}


def influence_audit(
    dataset: Dataset,
    config: Config,
    result: Result,
    *,
    sample: int = SAMPLE,
    seed: int = 0,
    threads: int | None = None,
) -> Mapping[str, tuple[Influence, Attempts | None]]:
    """Bound the influence on every collective score of a run, and try to beat the bounds on a few of them.

    Parameters
    ----------
    dataset : Dataset
    config : Config
    result : Result
        What `solidago.pipeline.run` returned for these.
    sample : int >= 1
        Entities attacked in each criterion.
    seed : int >= 0
    threads : int, optional

    Returns
    -------
    mapping criterion -> (Influence, Attempts or None)
        None where nobody judged anything.

    Notes
    -----
    An attacker compares the entity with `COMPARISONS` others, always at the extreme; model and scale of their account
    are found as a run finds them. Then one such account with full trust joins, or `ACCOUNTS` of them without trust,
    or the raters who stand furthest on the other side, with a tenth of the voting right, say what the attacker says.
    """
    if sample < 1 or seed < 0:
        raise InvalidInput("sample must be at least 1, and seed at least 0.")
    with Threads(threads) as pool:
        return {
            name: _of_criterion(
                RunState(dataset, name, config, result, pool), sample, np.random.default_rng([seed, place])
            )
            for place, name in enumerate(result.criteria)
        }


def _of_criterion(state: RunState, sample: int, rng: np.random.Generator) -> tuple[Influence, Attempts | None]:
    bounds = bounds_of(state)
    if not len(bounds.entity):
        return bounds, None
    rows = np.sort(rng.choice(len(bounds.entity), min(sample, len(bounds.entity)), replace=False))
    rows, upward = np.repeat(rows, 2), np.tile([False, True], len(rows))
    words = _words(state, bounds.entity, rows, upward, rng)
    moved = [
        _moved(state, int(bounds.entity[row]), up, word)
        for row, up, word in zip(rows, upward, words.tolist(), strict=True)
    ]
    allowed = np.where(upward[:, None], bounds.high[rows] - bounds.score[rows, None],
                       bounds.score[rows, None] - bounds.low[rows])  # fmt: skip
    return bounds, Attempts(bounds.entity[rows], upward, np.array(moved), allowed)


def _words(
    state: RunState, known: Indices, rows: NDArray[np.intp], upward: NDArray[np.bool_], rng: np.random.Generator
) -> Floats:
    """Return what each attacker says of their target, (A, 3): scaled score with left and right uncertainty."""
    target = known[rows]
    ratings = _attackers(state, known, rows, upward, rng)
    raw, _ = gbt.fit(ratings, state.config, state.threads)
    scaled = _scale(state, ratings, raw).apply(ratings, raw, state.threads)
    keys = ratings.user.astype(np.int64) * ratings.n_entities + ratings.entity
    at = np.searchsorted(keys, np.arange(len(target)) * ratings.n_entities + target)
    words: Floats = np.stack([column[at] for column in scaled.columns()], axis=1)
    return words


def _attackers(
    state: RunState, known: Indices, rows: NDArray[np.intp], upward: NDArray[np.bool_], rng: np.random.Generator
) -> Ratings:
    """Return one contributor an attack, who compares the target with others drawn at random."""
    drawn = rng.integers(len(known) - 1, size=(len(rows), COMPARISONS))
    others = [np.unique(known[choice + (choice >= row)]) for choice, row in zip(drawn, rows, strict=True)]
    user = np.repeat(np.arange(len(rows)), [len(own) for own in others]).astype(np.int32)
    other, target = np.concatenate(others).astype(np.int32), known[rows][user]
    # Positive prefers the right one: the target, where it shall rise and stands right.
    value = np.where(upward[user] == (target > other), 1.0, -1.0)
    left, right = np.minimum(target, other), np.maximum(target, other)
    order = np.lexsort((right, left, user))
    judgments = Judgments(user, left[order], right[order], value[order])
    nobody = PrivateRatings(np.empty(0, np.int32), np.empty(0, np.int32))
    return index_ratings(judgments, len(rows), state.ratings.n_entities, nobody, 1.0, state.threads)


def _scale(state: RunState, ratings: Ratings, raw: Triples) -> UserScalings:
    """Return the map to the common scale that each attacker's account would get, everybody else's as they were."""
    attackers, scalers = np.arange(ratings.n_users), state.scalers
    known = state.scaling_alone().of(scalers)
    ids = np.append(state.dataset.users[scalers], [f"attacker {i}" for i in attackers]).astype(object)
    found = scaling_of_each(
        _together(copies(state.ratings, scalers), ratings), state.raw_of(scalers).followed_by(raw),
        np.append(state.trust[scalers], np.zeros(len(attackers))), ids, state.config, state.threads,
        known, np.full(len(attackers), -1, np.int32),
    )  # fmt: skip
    return state.in_known_unit(found.of(len(scalers) + attackers))


def _together(some: Ratings, others: Ratings) -> Ratings:
    """Return the ratings of some users, then of others."""
    return Ratings(
        user=np.append(some.user, others.user + some.n_users).astype(np.int32),
        entity=np.append(some.entity, others.entity),
        rows=np.append(some.rows, others.rows[1:] + some.rows[-1]).astype(np.int32),
        comparisons=np.append(some.comparisons, others.comparisons[1:] + some.comparisons[-1]).astype(np.int32),
        a=np.append(some.a, others.a),
        b=np.append(some.b, others.b),
        value=np.append(some.value, others.value),
        privacy=np.append(some.privacy, others.privacy),
        n_entities=some.n_entities,
    )


def _moved(state: RunState, entity: int, upward: bool, word: list[float]) -> list[float]:
    """Return how far one entity moves in each scenario, toward where the attacker wants it."""
    raters = state.raters[state.start[entity] : state.start[entity + 1]]
    said = np.stack([column[raters] for column in state.scaled.columns()])
    trust, privacy = state.trust[state.ratings.user[raters]], state.weight[raters]
    after = [
        _joined(state.config, said, trust, privacy, word, trust_of_each, count)
        for trust_of_each, count in ((1.0, 1), (0.0, ACCOUNTS))
    ]
    turned = said.copy()
    turned[:, _furthest(said[0], state.rights[raters], upward)] = np.array(word)[:, None]
    after.append(_quantile(state.config, turned, state.rights[raters]))
    before, *points = squashed(np.array([state.collective[entity], *after])).tolist()
    return [point - before if upward else before - point for point in points]


def _joined(
    config: Config, said: Floats, trust: Floats, privacy: Floats, word: list[float], trust_of_each: float, count: int
) -> float:
    """Return the collective score once some accounts say a word too, rights found anew."""
    everybody = np.append(said, np.repeat(np.array(word)[:, None], count, axis=1), axis=1)
    trust = np.append(trust, np.full(count, trust_of_each))
    rights = _rights(config, trust, np.append(privacy, np.ones(count)))
    return _quantile(config, everybody, rights)


def _rights(config: Config, trust: Floats, privacy: Floats) -> Floats:
    """Return the rights of one entity's raters."""
    order = np.argsort(trust, kind="stable").astype(np.int32)
    rights, everybody = np.empty(len(trust)), np.arange(len(trust), dtype=np.int32)
    start = np.array([0, len(trust)], np.int32)
    kernels.rights(start, order, everybody, trust, privacy, config.overtrust_bias, config.overtrust_scale, rights)
    return rights


def _furthest(values: Floats, rights: Floats, upward: bool) -> NDArray[np.intp]:
    """Return the raters on the other side who together hold at most the coalition's share of the rights."""
    order = np.argsort(values if upward else -values, kind="stable")
    within: NDArray[np.intp] = order[np.cumsum(rights[order]) <= SHARE * rights.sum()]
    return within


def _quantile(config: Config, said: Floats, rights: Floats) -> float:
    value, left, right = (column.copy() for column in said)
    lipschitz, q = config.aggregation_lipschitz, config.aggregation_quantile
    return float(one_quantile(value, rights, left, right, lipschitz, 0.0, q))
