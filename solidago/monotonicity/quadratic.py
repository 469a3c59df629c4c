"""The model that Tournesol used before GBT: not monotone, kept as a negative control of the checks."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solidago.errors import InvalidInput
from solidago.monotonicity.training import Stimulus

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solidago.dataset import Floats
    from solidago.preference.comparisons import Comparisons

# Of the model that is being controlled: judgments from -10 to 10, and the strength of its prior.
_MAXIMUM = 10.0
_PRIOR = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class QuadraticModel:
    """Every judgment is a spring whose rest length and stiffness depend on it; scores solve a linear system.

    With ``q = R / (1 + 10)`` for a judgment R in [-10, 10], in favour of the right: length ``q / sqrt(1 - q^2)``,
    stiffness ``(1 - q^2)^3``, prior ``0.01``. A judgment that is intensified pulls further but more weakly: that is why
    the preferred entity can lose.

    References
    ----------
    L.-N. Hoang and others, "Tournesol: a quest for a large, secure and trustworthy database of reliable human
    judgments", 2021 (arXiv:2107.07334).
    """

    comparisons: Comparisons

    @property
    def scores(self) -> Floats:
        """Score of each entity."""
        matrix, target = self._system()
        return np.asarray(np.linalg.solve(matrix, target), np.float64)

    @property
    def context(self) -> NDArray[np.intp]:
        """All entities compete."""
        return np.zeros(self.comparisons.n_entities, np.intp)

    def pairs(self) -> NDArray[np.intp]:
        """Return the pairs that were compared, both ways round: there is no intensifying the others."""
        data = self.comparisons
        once = np.stack((data.left, data.right), axis=1).astype(np.intp)
        return np.unique(np.concatenate((once, once[:, ::-1])), axis=0)

    def responses(self, pairs: NDArray[np.intp], stimulus: Stimulus, amount: float) -> Floats:
        """Return how all scores answer to each (a over b), one row a pair.

        Raises
        ------
        InvalidInput
            The stimulus is another than an infinitesimal or a finite intensification.
        """
        if stimulus is Stimulus.INFINITESIMAL:
            return np.array([self._derivative(int(a), int(b)) for a, b in pairs])
        if stimulus is Stimulus.INTENSIFY:
            return np.array([self._intensified(int(a), int(b), amount).scores - self.scores for a, b in pairs])
        raise InvalidInput("The quadratic model is checked for infinitesimal and finite intensifications.")

    def _system(self) -> tuple[Floats, Floats]:
        data = self.comparisons
        length, stiffness, _, _ = _spring(data.value)
        incidence = data.incidence()
        laplacian = incidence.T @ (stiffness[:, None] * incidence.toarray())
        return laplacian + _PRIOR * np.eye(data.n_entities), -(incidence.T @ (stiffness * length))

    def _which(self, a: int, b: int) -> tuple[int, float]:
        """Return the comparison of a and b, and the sign of what favours a there."""
        data = self.comparisons
        found = np.flatnonzero(((data.left == a) & (data.right == b)) | ((data.left == b) & (data.right == a)))
        if not len(found):
            raise InvalidInput(f"Entities {a} and {b} were not compared.")
        return int(found[0]), 1.0 if data.right[found[0]] == a else -1.0

    def _derivative(self, a: int, b: int) -> Floats:
        """Differentiate ``K theta = L``."""
        comparison, sign = self._which(a, b)
        data, theta = self.comparisons, self.scores
        length, stiffness, longer, stiffer = (float(x[comparison]) for x in _spring(data.value))
        left, right = data.left[comparison], data.right[comparison]
        gap = theta[right] - theta[left]
        pull = np.zeros_like(theta)
        pull[right] = sign * (stiffness * longer + stiffer * (length - gap))
        pull[left] = -pull[right]
        return np.asarray(np.linalg.solve(self._system()[0], pull), np.float64)

    def _intensified(self, a: int, b: int, amount: float) -> QuadraticModel:
        comparison, sign = self._which(a, b)
        value = self.comparisons.value.copy()
        value[comparison] = np.clip(value[comparison] + sign * amount, -1.0, 1.0)
        return QuadraticModel(dataclasses.replace(self.comparisons, value=value))


def _spring(value: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return length, stiffness and their derivatives by the judgment."""
    scale = _MAXIMUM / (1.0 + _MAXIMUM)
    q = scale * value
    room = 1.0 - q**2
    return q / np.sqrt(room), room**3, scale * room**-1.5, -6.0 * scale * q * room**2
