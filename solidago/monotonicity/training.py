"""Preference models that can be trained, nudged and trained again."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from solidago.errors import InvalidInput, NotConverged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solidago.dataset import Floats
    from solidago.monotonicity.losses import Loss
    from solidago.monotonicity.scores import ScoreFunction
    from solidago.preference.comparisons import Comparisons

MAX_GRADIENT = 1e-8
_STEPS = 500
_HALVINGS = 60


class Stimulus(Enum):
    """What is said in favour of a over b."""

    INFINITESIMAL = "infinitesimal"
    """An infinitesimal intensification; the answer is a derivative."""
    INTENSIFY = "intensify"
    """The judgment between them moves toward a by a finite amount."""
    APPEND = "append"
    """One more comparison, of value 1: as clear as can be, for every root law but the Gaussian."""
    ONE_STEP = "one step"
    """An infinitesimal intensification followed by one gradient step instead of retraining."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A model and the data that it is to learn from.

    ``sum_c loss(x_c, r_c) - sum_t amount_t (s_a - s_b) + |parameters - start|^2 / (2 sigma^2)``

    Attributes
    ----------
    function : ScoreFunction
    loss : Loss
    comparisons : Comparisons
        Between the function's alternatives.
    start : (P,) float64
        Where training starts, and what it is regularised towards.
    sigma : float
    tilts : tuple of (a, b, amount)
        Intensifications.
    """

    function: ScoreFunction
    loss: Loss
    comparisons: Comparisons
    start: Floats
    sigma: float = 1.0
    tilts: tuple[tuple[int, int, float], ...] = ()

    def __post_init__(self) -> None:
        if self.start.shape != (self.function.n_parameters,) or not np.isfinite(self.start).all():
            raise InvalidInput(f"start must be {self.function.n_parameters} finite numbers.")
        if self.comparisons.n_entities != len(self.function.context):
            raise InvalidInput("The comparisons must be about the alternatives that the function scores.")
        if not 0.0 < self.sigma < np.inf:
            raise InvalidInput("sigma must be a positive number.")

    def pressure(self) -> Floats:
        """Return the slope in the scores that the tilts add."""
        slope = np.zeros(self.comparisons.n_entities)
        for a, b, amount in self.tilts:
            slope[a] -= amount
            slope[b] += amount
        return slope

    def value(self, parameters: Floats) -> float:
        """Return the objective."""
        scores, data = self.function.scores(parameters), self.comparisons
        loss, _, _ = self.loss.derivatives(scores[data.left] - scores[data.right], data.value)
        gap = parameters - self.start
        return float(loss.sum() + self.pressure() @ scores + gap @ gap / (2.0 * self.sigma**2))

    def slopes(self, parameters: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the data's slope in the scores, the curvature at each comparison, and the gradient."""
        scores, data = self.function.scores(parameters), self.comparisons
        _, slope, curvature = self.loss.derivatives(scores[data.left] - scores[data.right], data.value)
        count = data.n_entities
        outer = np.bincount(data.left, slope, count) - np.bincount(data.right, slope, count) + self.pressure()
        gradient = outer @ self.function.jacobian(parameters) + (parameters - self.start) / self.sigma**2
        return outer, curvature, gradient

    def hessian(self, parameters: Floats) -> Floats:
        """Return the (P, P) second derivative of the objective."""
        outer, curvature, _ = self.slopes(parameters)
        jacobian = self.function.jacobian(parameters)
        gaps = jacobian[self.comparisons.left] - jacobian[self.comparisons.right]
        prior = np.eye(len(parameters)) / self.sigma**2
        return prior + gaps.T @ (curvature[:, None] * gaps) + self.function.curvature(parameters, outer)


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A task at a local minimum of its objective: a model in the sense of `solidago.monotonicity.audit`.

    Attributes
    ----------
    task : Task
    parameters : (P,) float64
    gradient_norm : float
        At most 1e-8.
    """

    task: Task
    parameters: Floats
    gradient_norm: float

    @property
    def scores(self) -> Floats:
        """Score of each alternative."""
        return self.task.function.scores(self.parameters)

    @property
    def context(self) -> NDArray[np.intp]:
        """Context of each alternative."""
        return self.task.function.context

    def pairs(self) -> NDArray[np.intp]:
        """Return all ordered pairs of alternatives that compete."""
        same = self.context[:, None] == self.context
        np.fill_diagonal(same, val=False)
        return np.argwhere(same)

    def responses(self, pairs: NDArray[np.intp], stimulus: Stimulus, amount: float) -> Floats:
        """Return how all scores answer to each (a over b), one row a pair."""
        if stimulus is Stimulus.INFINITESIMAL:
            return self._linear(pairs, np.asarray(np.linalg.inv(self.task.hessian(self.parameters)), np.float64))
        if stimulus is Stimulus.ONE_STEP:
            return self._linear(pairs, np.eye(len(self.parameters)))
        return np.array([self.retrained(int(a), int(b), stimulus, amount).scores - self.scores for a, b in pairs])

    def _linear(self, pairs: NDArray[np.intp], inverse: Floats) -> Floats:
        """Return ``J inverse J' (e_a - e_b)``."""
        jacobian = self.task.function.jacobian(self.parameters)
        sensitivity = jacobian @ inverse @ jacobian.T
        return sensitivity[pairs[:, 0]] - sensitivity[pairs[:, 1]]

    def retrained(self, a: int, b: int, stimulus: Stimulus, amount: float) -> Trained:
        """Return the model after a finite stimulus, trained on from here."""
        if stimulus is Stimulus.APPEND:
            data = self.task.comparisons
            appended = type(data).of(
                np.append(data.left, a), np.append(data.right, b), np.append(data.value, -1.0), data.n_entities
            )
            task = dataclasses.replace(self.task, comparisons=appended)
        else:
            task = dataclasses.replace(self.task, tilts=(*self.task.tilts, (a, b, amount)))
        return train(task, self.parameters)


def train(task: Task, first: Floats | None = None) -> Trained:
    """Find a local minimum from ``first``, by default ``task.start``, by a damped Newton method.

    Parameters
    ----------
    task : Task
    first : (P,) float64, optional
        Parameters.

    Returns
    -------
    Trained
        With its gradient norm.

    Raises
    ------
    NotConverged
        The gradient's norm exceeds 1e-8.

    Examples
    --------
    >>> from solidago.monotonicity import GbtLoss, LinearScores, Task, train
    >>> from solidago.preference.comparisons import Comparisons
    >>> from solidago.root_laws import RootLaw
    >>> data = Comparisons.of([0], [1], [-1.0], 2)
    >>> task = Task(LinearScores(np.eye(2)), GbtLoss(RootLaw.named("uniform")), data, np.zeros(2), sigma=7.0)
    >>> train(task).scores.round(4).tolist()
    [4.9497, -4.9497]
    """
    parameters = task.start if first is None else first
    for _ in range(_STEPS):
        _, _, gradient = task.slopes(parameters)
        norm = float(np.linalg.norm(gradient))
        if norm <= MAX_GRADIENT:
            return Trained(task, parameters, norm)
        parameters = _descend(task, parameters, gradient, norm)
    raise NotConverged(f"Training stopped at a gradient of norm {norm:.3g}.")


def _descend(task: Task, parameters: Floats, gradient: Floats, norm: float) -> Floats:
    """Take Newton's step, negative curvature turned positive, as far as it helps."""
    spectrum, axes = np.linalg.eigh(task.hessian(parameters))
    floor = 1e-3 / task.sigma**2
    step = -axes @ ((axes.T @ gradient) / np.maximum(np.abs(spectrum), floor))
    value, slope = task.value(parameters), float(gradient @ step)
    for _ in range(_HALVINGS):
        moved: Floats = parameters + step
        if task.value(moved) <= value + 1e-4 * slope or np.linalg.norm(task.slopes(moved)[2]) <= 0.5 * norm:
            return moved
        step, slope = 0.5 * step, 0.5 * slope
    raise NotConverged(f"Training stopped at a gradient of norm {norm:.3g}: no step lowers the objective.")
