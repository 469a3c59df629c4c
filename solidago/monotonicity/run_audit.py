"""The audit of a run: intensify some of its judgments, one at a time, and see whether anybody's favour backfires.

A move concerns one contributor's model, so that only what depends on it is computed again, and exactly: that model,
that contributor's scaling, the poll's unit and zero, and the collective scores of the two entities compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from solidago.engine.threads import Threads
from solidago.errors import InvalidInput
from solidago.monotonicity.licchavi_audit import LicchaviConsequences, affordable_anew
from solidago.monotonicity.moves import Moves, copies, draw
from solidago.monotonicity.report import CriterionAudit, LicchaviAudit, Pairs, RunAudit, RunCheck, check
from solidago.monotonicity.run_state import RunState
from solidago.preference import gbt
from solidago.root_laws import RootLaw
from solidago.scaling.mehestan import choose_scalers, collaborative_scaling, scaling_of_each

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from solidago.config import Config
    from solidago.dataset import Dataset, Floats
    from solidago.results import Result
    from solidago.scaling.scaling import UserScalings
    from solidago.triples import Triples

Rows = NDArray[np.intp]

EFFORT = 0.03
"""Share of all judgments that the sampled contributors may have made together: it bounds the audit's cost,"""
LEAST_EFFORT = 2_000
"""or, where that is more, so many judgments: about ten milliseconds."""
SLIDER_STEP = 0.1
"""Of the slider from -10 to 10."""
_ROUNDING = 1e-6
"""In scaled units: robust medians and multipliers are certified to less than a hundredth of this."""


def audit_run(
    dataset: Dataset,
    config: Config,
    result: Result,
    *,
    criteria: Sequence[str] | None = None,
    sample: int = 100,
    effort: float | None = None,
    end_to_end: int | None = None,
    scalers_end_to_end: int = 0,
    seed: int = 0,
    threads: int | None = None,
) -> RunAudit:
    """Check a run against the promise that a stronger judgment never backfires.

    Sampled judgments are moved by one step of the slider, to the left and to the right (not beyond the ends).

    Parameters
    ----------
    dataset : Dataset
    config : Config
    result : Result
        What `solidago.pipeline.run` returned for these.
    criteria : sequence of str, optional
        By default all of the result.
    sample : int
        At most so many judgments of each criterion.
    effort : float, optional
        And only until their contributors have made together this share of the criterion's judgments (one at least);
        by default 3 %, or 2,000 judgments where that is more.
    end_to_end : int, optional
        For so many of them, by contributors who are no scalers, everything is computed again; by default 1. With the
        method ``licchavi``, where that takes as long as a run, the default is 1 for one seed in eight, else 0.
    scalers_end_to_end : int
        The same for scalers. Each costs as much as the scaling of the whole poll, twice.
    seed : int
        Decides the sample, with the criterion's place among the dataset's.
    threads : int, optional

    Returns
    -------
    RunAudit

    Raises
    ------
    InvalidInput
        The result is of another dataset, or a parameter is out of range.
    NotConverged
        A model ended without its certificate.

    Notes
    -----
    In the contributor's model (``own``) and in collective scores with scalings and uncertainties frozen (``frozen``)
    monotonicity is a theorem: the Hessian is an M-matrix, and a robust quantile grows with each of its values. Scaling
    anew, or weighing a score by its new uncertainty, may break it. With ``licchavi`` the theorem is another one, see
    `solidago.monotonicity.report.LicchaviAudit`.

    References
    ----------
    J. Fageot, S. Farhadkhani, L.-N. Hoang, O. Villemaud, "Generalized Bradley-Terry models for score estimation from
    paired comparisons", AAAI 2024.
    """
    few = _few_by_default(config, seed) if end_to_end is None else end_to_end
    _check_parameters(sample, effort, few, scalers_end_to_end, seed)
    chosen = list(result.criteria if criteria is None else criteria)
    audits: dict[str, CriterionAudit | LicchaviAudit] = {}
    with Threads(threads) as pool:
        for name in chosen:
            if name not in result.criteria or name not in dataset.criteria:
                raise InvalidInput(f"The run has no criterion {name!r}; it has: {', '.join(result.criteria)}.")
            rng = np.random.default_rng([seed, dataset.criteria.index(name)])
            state = RunState(dataset, name, config, result, pool)
            share = affordable(len(state.ratings.value)) if effort is None else effort
            moves = draw(state.ratings, slider_step(config), sample, share, rng)
            if config.method == "licchavi":
                audits[name] = LicchaviConsequences(state, moves).report(few)
            else:
                audits[name] = Consequences(state, moves).report(few, scalers_end_to_end)
    return RunAudit(audits, seed, slider_step(config))


def affordable(judgments: int) -> float:
    """Return the share of a criterion's judgments that an audit may go through by default."""
    return max(EFFORT, LEAST_EFFORT / max(judgments, 1))


def _few_by_default(config: Config, seed: int) -> int:
    return affordable_anew(seed) if config.method == "licchavi" else 1


def slider_step(config: Config) -> float:
    """Return by how much a judgment can be intensified: to the next of K answers, or by a tenth."""
    law = RootLaw.named(config.root_law)
    if law.name == "bernoulli":
        return 2.0
    return 2.0 * law.b if law.b else SLIDER_STEP


def _check_parameters(sample: int, effort: float | None, end_to_end: int, scalers_end_to_end: int, seed: int) -> None:
    if min(sample - 1, end_to_end, scalers_end_to_end, seed) < 0:
        raise InvalidInput("sample must be at least 1, end_to_end, scalers_end_to_end and seed at least 0.")
    if effort is not None and not effort >= 0.0:
        raise InvalidInput("effort must be at least 0.")


class Consequences:
    """The moves of one criterion and what follows from each."""

    def __init__(self, state: RunState, moves: Moves) -> None:
        self.state, self.moves = state, moves
        self.twins = moves.applied(state.ratings)
        self.rows = moves.own_rows(state.ratings, self.twins)
        self.raw, _ = gbt.fit(self.twins, state.config, state.threads)
        self.entities = state.ratings.entity[moves.rating]
        maps = state.maps.of(moves.user)
        self.scaled = maps.apply(self.twins, self.raw, state.threads)
        # The certificate bounds a model's error by sigma^2 times the gradient; two models are compared.
        self.slack = maps.multiplier * (2.0 * state.config.sigma**2 * gbt.MAX_GRADIENT) + _ROUNDING

    def report(self, end_to_end: int, scalers_end_to_end: int) -> CriterionAudit:
        """Ask all questions."""
        every = np.arange(len(self.moves))
        own, frozen, intervals = self._own(), self._frozen(uncertain=False), self._frozen(uncertain=True)
        anew = self.scaled_anew()
        scaled = self._scaled(anew)
        few = self._few(end_to_end, scalers_end_to_end)
        start = [("aggregation", frozen.of(few)), ("uncertainties", intervals.of(few))]
        return CriterionAudit(
            judgments=len(self.state.ratings.value),
            sampled=len(np.unique(self.moves.judgment)),
            own=self._check(every, [("preferences", own)]),
            scaled=self._check(every, [("preferences", own), ("scaling", scaled)]),
            frozen=self._check(every, [("aggregation", frozen)]),
            intervals=self._check(every, [("aggregation", frozen), ("uncertainties", intervals)]),
            end_to_end=self._check(few, start + self._end_to_end(few, anew)),
        )

    def _check(self, which: Rows, stages: list[tuple[str, Pairs]]) -> RunCheck:
        return check(stages, self.slack[which], self.moves.of(which), self.state.ratings, self.state.dataset)

    def _own(self) -> Pairs:
        """Map raw scores by the old scale: signs are the same, and points can be told."""
        state = self.state
        before = state.maps.apply(state.ratings, state.raw, state.threads)
        return Pairs(before.score[self.moves.rating], self.scaled.score[self.rows])

    def _scaled(self, anew: UserScalings) -> Pairs:
        after = self.state.in_known_unit(anew).apply(self.twins, self.raw, self.state.threads)
        return Pairs(self.state.scaled.score[self.moves.rating], after.score[self.rows])

    def _frozen(self, *, uncertain: bool) -> Pairs:
        """Aggregate with the contributor's new scores on the old scale, and, if asked to, their new uncertainties."""
        everybody, after = self.state.scaled, []
        new = self.scaled
        for rating, row, entities in zip(self.moves.rating, self.rows, self.entities, strict=True):
            before = everybody.score[rating], everybody.left[rating], everybody.right[rating]
            everybody.score[rating] = new.score[row]
            if uncertain:
                everybody.left[rating], everybody.right[rating] = new.left[row], new.right[row]
            after.append(self.state.aggregated(entities, everybody))
            everybody.score[rating], everybody.left[rating], everybody.right[rating] = before
        return Pairs(self.state.collective[self.entities], np.array(after).reshape(-1, 2))

    def scaled_anew(self) -> UserScalings:
        """Return the map of each move's contributor, all others' as they were."""
        state, user = self.state, self.moves.user
        cast = np.concatenate((state.scalers, user))
        known = state.scaling_alone().of(cast)
        if not len(state.scalers):
            return known
        stands_for = np.where(state.maps.is_scaler[user], np.searchsorted(state.scalers, user), -1).astype(np.int32)
        raw = state.raw_of(state.scalers).followed_by(self.raw)
        found = scaling_of_each(
            copies(state.ratings, cast), raw, state.trust[cast], state.dataset.users[cast],
            state.config, state.threads, known, stands_for,
        )  # fmt: skip
        return found.of(np.arange(len(state.scalers), len(cast)))

    def _few(self, end_to_end: int, scalers_end_to_end: int) -> Rows:
        """Return the moves of the first so many judgments by others and by scalers."""
        by_scaler = self.state.maps.is_scaler[self.moves.user]
        chosen = [
            list(dict.fromkeys(self.moves.judgment[by_scaler == kind].tolist()))[:count]
            for kind, count in ((False, end_to_end), (True, scalers_end_to_end))
        ]
        return np.flatnonzero(np.isin(self.moves.judgment, chosen[0] + chosen[1]))

    def _end_to_end(self, few: Rows, anew: UserScalings) -> list[tuple[str, Pairs]]:
        """Return the last stages: scalings anew in the old unit, voting rights anew, and everything anew."""
        state = self.state
        after = np.array([list(self.again(int(move), anew)) for move in few]).reshape(-1, 3, 2)
        before = state.collective[self.entities[few]]
        stages = ("scaling", "voting rights", "standardisation")
        return [(stage, Pairs(before, after[:, i])) for i, stage in enumerate(stages)]

    def again(self, move: int, anew: UserScalings) -> Iterator[Floats]:
        """Yield the collective scores of a move's two entities: in the old unit, with new rights, in the new unit."""
        state, user = self.state, int(self.moves.user[move])
        raw = state.raw_with(user, self.raw, self.twins.rows[move])
        maps = self._maps_after(user, move, raw, anew)
        rights, entities = state.rights_with(raw), self.entities[move]
        known = state.in_known_unit(maps).apply(state.ratings, raw, state.threads)
        yield state.aggregated(entities, known)
        yield state.aggregated(entities, known, rights)
        common = state.in_common_unit(maps, raw, rights).apply(state.ratings, raw, state.threads)
        yield state.aggregated(entities, common, rights)

    def _maps_after(self, user: int, move: int, raw: Triples, anew: UserScalings) -> UserScalings:
        """Return everybody's maps: only the contributor's differ, unless they are, or become, a scaler."""
        state = self.state
        scalers = choose_scalers(state.ratings, raw, state.trust, state.config)
        if not state.maps.is_scaler[user] and np.array_equal(scalers, state.scalers):
            return state.scaling_alone().replaced(user, anew, move)
        return collaborative_scaling(
            state.ratings, raw, state.trust, state.dataset.users, state.config, state.threads
        )  # fmt: skip
