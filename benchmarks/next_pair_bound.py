"""How few comparisons could do, chosen by somebody who knows the scores already: what theory allows at best."""

import numpy as np

from solidago.dataset import Floats, Indices
from solidago.root_laws import RootLaw

DRAWS = 20
"""Of random pairs, to average their error."""
STEPS = 60
"""Of the improvement of a design, after which its error is within a per cent of where it ends."""


def needed_at_best(truth: Floats, law: RootLaw, sigma: float, count: int, random_share: float) -> float:
    r"""Return the fraction of `count` random comparisons that the best design needs for the same error.

    Notes
    -----
    The expected squared error of scores is the trace of the inverse of ``sum_c w_c d_c d_c' + I / sigma^2``, d_c the
    difference of two unit vectors, w_c = Phi'' at the true difference (the Bayesian A-criterion). Over designs that
    may share a comparison among pairs and repeat pairs it is convex; the least is found by multiplying each pair's
    share by the root of its gradient. A bound for many comparisons: with few, the prior still pulls all scores
    together, and comparing only what is close, as this design does, leaves the scores of what is far apart open.

    References
    ----------
    S. D. Silvey, D. M. Titterington, B. Torsney, "An algorithm for optimal designs on a finite design space",
    Communications in Statistics A7, 1978. K. Chaloner, I. Verdinelli, "Bayesian experimental design: a review",
    Statistical Science 10, 1995.
    """
    left, right = np.triu_indices(len(truth), 1)
    weight = law.cumulants(truth[left] - truth[right])[2]
    design = _Design(left.astype(np.int32), right.astype(np.int32), weight, sigma, len(truth))
    target = design.error_of_random(count)
    low, high = 0.0, 1.0
    for _ in range(8):
        middle = 0.5 * (low + high)
        if design.least_error(middle * count, random_share) > target:
            low = middle
        else:
            high = middle
    return high


class _Design:
    def __init__(self, left: Indices, right: Indices, weight: Floats, sigma: float, size: int) -> None:
        self.left, self.right, self.weight, self.sigma, self.size = left, right, weight, sigma, size

    def error_of_random(self, count: int) -> float:
        """Return the mean squared error after so many different random pairs."""
        rng, errors = np.random.default_rng(0), []
        for _ in range(DRAWS):
            shares = np.zeros(len(self.left))
            shares[rng.permutation(len(shares))[:count]] = 1.0
            errors.append(self._error(self._covariance(shares)))
        return float(np.mean(errors))

    def least_error(self, count: float, random_share: float) -> float:
        """Return the least mean squared error, a share of the pairs being random whatever the design."""
        even = np.full(len(self.left), 1.0 / len(self.left))
        chosen, blind = even, random_share * even
        for _ in range(STEPS):
            covariance = self._covariance(count * (blind + (1.0 - random_share) * chosen))
            column = covariance[:, self.left] - covariance[:, self.right]
            chosen = chosen * np.sqrt(self.weight * np.einsum("ij,ij->j", column, column))
            chosen /= chosen.sum()
        return self._error(self._covariance(count * (blind + (1.0 - random_share) * chosen)))

    def _covariance(self, times: Floats) -> Floats:
        told = np.zeros((self.size, self.size))
        told[self.left, self.right] = -self.weight * times
        told += told.T
        return np.asarray(np.linalg.inv(np.diag(self.sigma**-2.0 - told.sum(axis=1)) + told))

    def _error(self, covariance: Floats) -> float:
        """Return the mean variance of scores around their mean, which is no part of the error."""
        return float((np.trace(covariance) - covariance.sum() / self.size) / self.size)
