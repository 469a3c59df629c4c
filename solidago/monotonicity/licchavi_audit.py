"""The audit of a criterion by Licchavi: what is proved of the method, and what is only observed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solidago.licchavi_run import coupling_of, learn, own_scores
from solidago.monotonicity.report import LicchaviAudit, Pairs, RunCheck, check
from solidago.preference import gbt
from solidago.scaling.pooled import pooled_weights
from solidago.scaling.standardise import spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solidago.dataset import Floats
    from solidago.monotonicity.moves import Moves
    from solidago.monotonicity.run_state import RunState

ONE_IN = 8
"""To find everything anew for one judgment takes as long as a run: by default one seed in so many asks for it."""
_ROUNDING = 1e-6
"""In scaled units, as for other runs."""


class LicchaviConsequences:
    """The moves of one criterion and what follows from each."""

    def __init__(self, state: RunState, moves: Moves) -> None:
        self.state, self.moves = state, moves
        self.common = np.nan_to_num(state.collective) * state.deviation
        self.each = np.zeros(state.ratings.n_users)
        self.each[state.ratings.user] = state.rights
        twins = moves.applied(state.ratings)
        rows = moves.own_rows(state.ratings, twins)
        after = own_scores(twins, self.each[moves.user], self.common, state.config, state.threads)
        self.before, self.after = state.scaled.score[moves.rating], after[rows] / state.deviation
        stiffness = min(coupling_of(state.config).inertia, 1.0 / state.config.sigma**2)
        self.slack = np.full(len(moves), 2.0 * gbt.MAX_GRADIENT / stiffness / state.deviation + _ROUNDING)

    def report(self, end_to_end: int) -> LicchaviAudit:
        """Ask all questions; the last for the moves of so many judgments."""
        every = np.arange(len(self.moves))
        each = Pairs(self.before, self.after)
        few = np.flatnonzero(
            np.isin(self.moves.judgment, list(dict.fromkeys(self.moves.judgment.tolist()))[:end_to_end])
        )
        return LicchaviAudit(
            judgments=len(self.state.ratings.value),
            sampled=len(np.unique(self.moves.judgment)),
            own=self._check(every, [("preferences", Pairs(_differences(self.before), _differences(self.after)))]),
            own_each=self._check(every, [("preferences", each)]),
            end_to_end=self._check(few, self._end_to_end(few)),
        )

    def _check(self, which: NDArray[np.intp], stages: list[tuple[str, Pairs]]) -> RunCheck:
        return check(stages, self.slack[which], self.moves.of(which), self.state.ratings, self.state.dataset)

    def _end_to_end(self, few: NDArray[np.intp]) -> list[tuple[str, Pairs]]:
        entities = self.state.ratings.entity[self.moves.rating[few]]
        before = self.state.collective[entities]
        after = np.array([self.again(int(move)) for move in few]).reshape(-1, 2, 2)
        return [("preferences", Pairs(before, after[:, 0])), ("standardisation", Pairs(before, after[:, 1]))]

    def again(self, move: int) -> list[Floats]:
        """Return the common scores of a move's two entities, in the old unit and in the new one."""
        state = self.state
        value = state.ratings.value.copy()
        value[self.moves.judgment[move]] = self.moves.value[move]
        ratings = replace(state.ratings, value=value)
        found = learn(ratings, self.each, state.config, state.threads, start=self.common)
        raw = gbt.with_uncertainties(found.score, ratings, state.config, state.threads)
        unit = spread(raw, pooled_weights(ratings, state.rights), state.config)
        common = found.collective[ratings.entity[self.moves.rating[move]]]
        return [common / state.deviation, common / unit]


def affordable_anew(seed: int) -> int:
    """Return for how many judgments everything is found anew by default."""
    return 0 if seed % ONE_IN else 1


def _differences(scores: Floats) -> Floats:
    """Return what is preferred minus the other one, beside a zero that never moves."""
    return np.stack((scores[:, 0] - scores[:, 1], np.zeros(len(scores))), axis=1)
