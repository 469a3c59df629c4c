r"""Audits: for every pair, what happens to the scores when a is preferred to b a little more.

At a minimum with Hessian H and ``J`` the Jacobian of the scores, an infinitesimal intensification moves the scores by
``S (e_a - e_b)``, ``S = J H^{-1} J^T``. Three questions, from the weakest to the strongest:

- *pairwise*: does a gain on b? Always, at a minimum.
- *score*: does a's score rise and b's fall?
- *probability*: does a's share of a softmax over the alternatives rise and b's fall?

References
----------
J. Fageot, P. Blanchard, G. Bareilles, L.-N. Hoang, "Generalizing while preserving monotonicity in comparison-based
preference learning models", NeurIPS 2025.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from solidago.errors import InvalidInput
from solidago.monotonicity.scores import log_softmax
from solidago.monotonicity.training import Stimulus

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from solidago.dataset import Floats

_ROUNDING = 1e-7
"""Relative to the largest answer of a score: what is below is retraining's own error."""


class Model(Protocol):
    """What can be audited."""

    @property
    def scores(self) -> Floats:
        """Score of each alternative."""

    @property
    def context(self) -> NDArray[np.intp]:
        """Context of each alternative; those of the same context compete."""

    def pairs(self) -> NDArray[np.intp]:
        """Return the ordered pairs (a, b) for which a can be preferred to b a little more."""

    def responses(self, pairs: NDArray[np.intp], stimulus: Stimulus, amount: float) -> Floats:
        """Return how all scores answer to each (a over b), one row a pair."""


@dataclass(frozen=True, slots=True)
class Check:
    """One question, over all pairs.

    Attributes
    ----------
    minimum : float
        Smallest answer; negative if the preferred one loses. Score units per unit of intensification, or per stimulus.
    violated : float
        Share of the pairs, from 0 to 1.
    worst : (a, b)
        Where the minimum is.
    """

    minimum: float
    violated: float
    worst: tuple[int, int]

    @property
    def holds(self) -> bool:
        """Whether no pair violates it."""
        return self.violated == 0.0


@dataclass(frozen=True, slots=True)
class Audit:
    """The three questions, for one kind of stimulus; ``pairs`` is how many were tried."""

    pairwise: Check
    score: Check
    probability: Check
    pairs: int


def audit(
    model: Model,
    pairs: ArrayLike | None = None,
    *,
    stimulus: Stimulus = Stimulus.INFINITESIMAL,
    amount: float = 1e-3,
) -> Audit:
    """Ask a model what it makes of preferences.

    Parameters
    ----------
    model : Model
        For instance a `Trained` one.
    pairs : (M, 2) array_like of int, optional
        Ordered pairs (a, b), a to be preferred; by default all that the model offers.
    stimulus : Stimulus
    amount : float
        Size of a finite intensification, 1 being half of the scale of judgments.

    Returns
    -------
    Audit
        The smallest answer to each question, how often it is negative, and for which pair it is smallest.

    Raises
    ------
    InvalidInput
        No pairs, or a pair that is none of alternatives of one context.
    NotConverged
        Retraining failed.

    Examples
    --------
    >>> from solidago.monotonicity import GbtLoss, LinearScores, Task, audit, train
    >>> from solidago.preference.comparisons import Comparisons
    >>> from solidago.root_laws import RootLaw
    >>> data = Comparisons.of([0], [1], [-1.0], 2)
    >>> task = Task(LinearScores(np.array([[1.0], [2.0]])), GbtLoss(RootLaw.named("uniform")), data, np.zeros(1))
    >>> report = audit(train(task))
    >>> report.pairwise.holds, report.score.holds, report.score.worst
    (True, False, (0, 1))
    """
    chosen = model.pairs() if pairs is None else _checked(pairs, model.context)
    if not len(chosen):
        raise InvalidInput("There is no pair to audit.")
    if not 0.0 < amount < np.inf:
        raise InvalidInput("amount must be a positive number.")
    moved = model.responses(chosen, stimulus, amount)
    slack = _ROUNDING * float(np.abs(moved).max())
    rows = np.arange(len(chosen))
    gained, lost = moved[rows, chosen[:, 0]], -moved[rows, chosen[:, 1]]
    tide = (_finite_tide if stimulus in _FINITE else _tide)(model, chosen, moved)
    return Audit(
        _check(gained + lost, chosen, slack),
        _check(np.minimum(gained, lost), chosen, slack),
        _check(np.minimum(gained - tide, lost + tide), chosen, slack),
        len(chosen),
    )


_FINITE = (Stimulus.INTENSIFY, Stimulus.APPEND)


def _checked(pairs: ArrayLike, context: NDArray[np.intp]) -> NDArray[np.intp]:
    chosen = np.asarray(pairs)
    if chosen.ndim != 2 or chosen.shape[1] != 2 or chosen.dtype.kind not in "iu":
        raise InvalidInput("pairs must be rows of two whole numbers.")
    if len(chosen) and not (chosen.min() >= 0 and chosen.max() < len(context)):
        raise InvalidInput(f"Alternatives are numbered from 0 to {len(context) - 1}.")
    if (chosen[:, 0] == chosen[:, 1]).any() or (context[chosen[:, 0]] != context[chosen[:, 1]]).any():
        raise InvalidInput("A pair must be two different alternatives of one context.")
    return chosen.astype(np.intp)


def _tide(model: Model, pairs: NDArray[np.intp], moved: Floats) -> Floats:
    """Return by how much the log-partition function of the pair's context moves: the mean over the softmax."""
    policy = np.exp(log_softmax(model.scores, model.context))
    competing = model.context[pairs[:, 0]][:, None] == model.context
    tide: Floats = (competing * policy * moved).sum(axis=1)
    return tide


def _finite_tide(model: Model, pairs: NDArray[np.intp], moved: Floats) -> Floats:
    """Return the same for a finite move, where the mean is no longer exact."""
    scores, context = model.scores, model.context
    before = scores - log_softmax(scores, context)
    after = [(scores + row) - log_softmax(scores + row, context) for row in moved]
    tide: Floats = np.array([row[a] - before[a] for row, a in zip(after, pairs[:, 0], strict=True)])
    return tide


def _check(quantity: Floats, pairs: NDArray[np.intp], slack: float) -> Check:
    worst = int(np.argmin(quantity))
    a, b = pairs[worst].tolist()
    return Check(float(quantity[worst]), float(np.mean(quantity < -slack)), (a, b))
