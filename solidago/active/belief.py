"""What a contributor's comparisons say of some entities: a normal distribution around their scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from scipy import sparse

from solidago.errors import InvalidInput
from solidago.preference.comparisons import entity_indices
from solidago.preference.conjugate_gradients import conjugate_gradients
from solidago.preference.gbt import fit_one
from solidago.root_laws import RootLaw

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from solidago.config import Config
    from solidago.dataset import Floats, Indices
    from solidago.preference.comparisons import Comparisons

TOLERANCE = 1e-5
"""Euclidean norm of the residual of a column of the covariance: leaves an error of at most sigma^2 times that."""


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """Normal distribution of the scores of K entities, by Laplace's approximation of their GBT posterior.

    Attributes
    ----------
    law : RootLaw
        How answers are distributed, given scores.
    mean : (K,) float64
        Raw scores.
    covariance : (K, K) float64
        Rows and columns of the inverse Hessian, in squared score units.
    """

    law: RootLaw
    mean: Floats
    covariance: Floats

    @classmethod
    def of(cls, comparisons: Comparisons, entities: ArrayLike, config: Config) -> Self:
        """Return what one contributor's comparisons say of some entities.

        Parameters
        ----------
        comparisons : Comparisons
        entities : (K,) array_like of int
            Which entities, numbered as in the comparisons; one that was never compared has the prior.
        config : Config
            Its root law and sigma.

        Raises
        ------
        InvalidInput
            An entity that is not among those of the comparisons, or twice.
        NotConverged

        Notes
        -----
        The Hessian of the negative log-posterior at its minimum is a weighted graph Laplacian, weights Phi'', plus
        ``I / sigma^2``. Its inverse is never formed: K linear systems are solved together by conjugate gradients,
        which take a few dozen steps because the preconditioned system is close to the identity.

        References
        ----------
        J. Fageot, S. Farhadkhani, L.-N. Hoang, O. Villemaud, "Generalized Bradley-Terry models for score estimation
        from paired comparisons", AAAI 2024 (the posterior). D. J. C. MacKay, "Information-based objective functions
        for active data selection", Neural Computation 4, 1992 (its use to choose questions).

        Examples
        --------
        >>> from solidago.config import Config
        >>> from solidago.preference.comparisons import Comparisons
        >>> Belief.of(Comparisons.of([0], [1], [1.0], 3), [0, 2], Config(sigma=7.0)).covariance.round(1).tolist()
        [[36.8, 0.0], [0.0, 49.0]]
        """
        wanted = entity_indices("entities", entities, comparisons.n_entities)
        if len(np.unique(wanted)) < len(wanted):
            raise InvalidInput("Each entity is named once.")
        law = RootLaw.named(config.root_law)
        theta = _scores(comparisons, config)
        return cls(law, theta[wanted], _covariance(comparisons, theta, wanted, law, config.sigma))

    def differences(self, left: Indices, right: Indices) -> tuple[Floats, Floats]:
        """Return means and variances of the score differences, left minus right, of pairs of positions."""
        spread = np.diagonal(self.covariance)
        variance = spread[left] + spread[right] - 2.0 * self.covariance[left, right]
        return self.mean[left] - self.mean[right], np.maximum(variance, 0.0)

    def after(self, left: int, right: int) -> Belief:
        """Return the belief once a pair will have been judged, whatever the answer: surer, and centred as before.

        Notes
        -----
        One comparison adds ``w (e_a - e_b)(e_a - e_b)'`` to the Hessian, w = Phi''(m) at the expected difference, so
        that C becomes ``C - w cc' / (1 + w v)``, c = C (e_a - e_b) (Sherman and Morrison, 1950).
        """
        mean, variance = self.differences(np.array([left]), np.array([right]))
        weight = self.law.cumulants(mean)[2]
        column = self.covariance[:, left] - self.covariance[:, right]
        shrunk = self.covariance - np.outer(column, column) * (weight / (1.0 + weight * variance))
        return Belief(self.law, self.mean, shrunk)


def _scores(comparisons: Comparisons, config: Config) -> Floats:
    if len(comparisons) == 0:
        return np.zeros(comparisons.n_entities)
    return fit_one(comparisons.left, comparisons.right, comparisons.value, comparisons.n_entities, config).score


def _covariance(comparisons: Comparisons, theta: Floats, wanted: Indices, law: RootLaw, sigma: float) -> Floats:
    """Return the wanted rows and columns of the inverse Hessian."""
    result = np.diag(np.full(len(wanted), sigma**2))
    compared = np.zeros(comparisons.n_entities, np.bool_)
    compared[comparisons.left] = compared[comparisons.right] = True
    known = np.flatnonzero(compared[wanted])
    if len(known):
        hessian = _hessian(comparisons, theta, law, sigma)
        target = np.zeros((comparisons.n_entities, len(known)))
        target[wanted[known], np.arange(len(known))] = 1.0
        diagonal = hessian.diagonal()[:, None]
        columns, _ = conjugate_gradients(
            lambda x: hessian @ x, diagonal, target, np.full(len(known), TOLERANCE), _Columns()
        )
        block = columns[wanted[known]]
        result[np.ix_(known, known)] = 0.5 * (block + block.T)
    return result


def _hessian(comparisons: Comparisons, theta: Floats, law: RootLaw, sigma: float) -> sparse.csr_array:
    a, b, n = comparisons.left, comparisons.right, comparisons.n_entities
    _, _, weight = law.cumulants(theta[a] - theta[b])
    diagonal = np.full(n, sigma**-2.0) + np.bincount(a, weight, n) + np.bincount(b, weight, n)
    rows, columns = np.concatenate((a, b, np.arange(n))), np.concatenate((b, a, np.arange(n)))
    return sparse.csr_array((np.concatenate((-weight, -weight, diagonal)), (rows, columns)), shape=(n, n))


class _Columns:
    """Each column of an (n, K) array is a system of its own."""

    def dot(self, a: Floats, b: Floats) -> Floats:
        """Return the inner product of each pair of columns."""
        return np.asarray(np.einsum("ij,ij->j", a, b))

    def spread(self, scalars: Floats) -> Floats:
        """Return the scalars as they are: numpy spreads them over rows."""
        return scalars
