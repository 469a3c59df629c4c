r"""A contributor's scores of all entities, also of those that they never compared, and where each comes from.

Linear GBT with X = I on a graph of similarities, around what is expected of the contributor: the collective score.

.. math::

    \min_\theta \frac{1}{2} (\theta - \mu)^T S (\theta - \mu) + \sum_c [\Phi(x_c) + r_c x_c],
    \qquad S = I / \sigma^2 + L.

Without judgments theta = mu: a newcomer is believed to think what everybody thinks. Each judgment moves the entities
that it names, and along L those that are like them.

References
----------
J. Fageot, P. Blanchard, G. Bareilles, L.-N. Hoang, "Generalizing while preserving monotonicity in comparison-based
preference learning models", NeurIPS 2025.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from solidago.errors import InvalidInput
from solidago.preference.comparisons import entity_indices
from solidago.preference.conjugate_gradients import conjugate_gradients
from solidago.preference.linear_gbt import SIGMA, LinearFit, Prior, fit, prior_from_graph

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from scipy import sparse

    from solidago.dataset import Floats, Indices
    from solidago.preference.comparisons import Comparisons
    from solidago.preference.similarity import SimilarityGraph
    from solidago.root_laws import RootLaw

_TOLERANCE = 1e-4
"""Of a column of an inverse matrix, relative to the unit vector: far below what anybody is shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Generalised:
    """A contributor's scores of everything.

    Attributes
    ----------
    fitted : LinearFit
        With its certificate; scores of labels come after those of entities.
    expected : (N,) float64
        mu: entities first, then zero for every label.
    judged : (J,) int32
        Entities that the contributor has compared, ascending.
    force : (J,) float64
        How hard the judgments push each of them up or down; sums to 0.
    prior : Prior
    curved : (N, N) sparse
        The Hessian at the optimum.
    n_entities : int
    """

    fitted: LinearFit
    expected: Floats
    judged: Indices
    force: Floats
    prior: Prior
    curved: sparse.csr_array
    n_entities: int

    @property
    def score(self) -> Floats:
        """Score of each entity, (n_entities,), in units of raw scores."""
        scores: Floats = self.fitted.theta[: self.n_entities]
        return scores


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Why some entities have the scores they have.

    Attributes
    ----------
    deviation : (A,) float64
        Standard deviation of each score (Laplace).
    share : (A, J) float64
        What the judgments of each judged entity add to each score beyond what was expected: ``share.sum(axis=1)`` is
        ``score - expected``.
    """

    deviation: Floats
    share: Floats


def generalise(
    comparisons: Comparisons,
    similarity: SimilarityGraph,
    law: RootLaw,
    *,
    expected: ArrayLike,
    sigma: float = SIGMA,
    multiplier: float = 1.0,
) -> Generalised:
    """Fit a contributor's scores of all entities.

    Parameters
    ----------
    comparisons : Comparisons
        Of ``similarity.n_entities`` entities.
    similarity : SimilarityGraph
        In scaled units.
    law : RootLaw
    expected : (n_entities,) array_like of float
        Before any judgment, in raw units: the collective scores as the contributor would say them.
    sigma : float
        Standard deviation of a score around what is expected, in raw units, where nothing is alike.
    multiplier : float
        Of the contributor's scaling, > 0: scaled units in a raw unit.

    Returns
    -------
    Generalised
        Scores of all entities, with their certificate.

    Raises
    ------
    InvalidInput
        Numbers of entities differ, or a number is out of range.
    NotConverged

    Notes
    -----
    With x = theta_left - theta_right, the forces are ``F = sum_c -(Phi'(x_c) + r_c) (e_left - e_right)``, not zero for
    judged entities alone, and ``theta - mu = S^-1 F`` at the optimum. S is a symmetric M-matrix, so no entry of its
    inverse is negative: an entity that is pushed up pulls up all that are tied to it. The Hessian is S plus the
    Laplacian of the comparisons weighted by Phi'': an M-matrix too, whence monotony (linear GBT, X = I).
    """
    if comparisons.n_entities != similarity.n_entities:
        raise InvalidInput("Comparisons and similarities must be about the same number of entities.")
    if not 0.0 < multiplier < np.inf:
        raise InvalidInput("multiplier must be a positive number.")
    nodes = type(comparisons)(comparisons.left, comparisons.right, comparisons.value, similarity.n_nodes)
    before = np.asarray(expected, dtype=np.float64)
    if before.shape != (similarity.n_entities,):
        raise InvalidInput("What is expected must be a finite number for each entity.")
    mean = np.concatenate((before, np.zeros(similarity.n_nodes - len(before))))
    prior = prior_from_graph(similarity.laplacian * multiplier**2, sigma)
    fitted = fit(nodes, prior, law, expected=mean)
    incidence = nodes.incidence()
    _, slope, weight = law.cumulants(incidence @ fitted.theta)
    judged = np.unique(np.concatenate((comparisons.left, comparisons.right)))
    force = -(incidence.T @ (slope + comparisons.value))[judged]
    curved = prior.precision + incidence.T @ incidence.multiply(weight[:, None]).tocsr()
    return Generalised(fitted, mean, judged, force, prior, curved.tocsr(), similarity.n_entities)


def explain(generalised: Generalised, entities: ArrayLike) -> Explanation:
    """Say how sure the scores of some entities are, and which judged entities carry them.

    Parameters
    ----------
    generalised : Generalised
    entities : (A,) array_like of int
        A page of them: the work and the memory are A times those of a fit's step.

    Returns
    -------
    Explanation
        One row an entity asked for.

    Raises
    ------
    InvalidInput
        An entity is out of range.

    Notes
    -----
    The share of j in the score of e is ``(S^-1)_ej F_j``, the deviation ``sqrt((H^-1)_ee)`` (Laplace); both are columns
    of inverses, found by conjugate gradients for all the entities together.
    """
    wanted = entity_indices("entities", entities, generalised.n_entities)
    carried = _inverse_rows(generalised.prior.precision, wanted)
    spread = _inverse_rows(generalised.curved, wanted)
    deviation = np.sqrt(spread[np.arange(len(wanted)), wanted])
    return Explanation(deviation, carried[:, generalised.judged] * generalised.force)


class _Rows:
    """Systems of one matrix, each with its own row of unknowns."""

    def __init__(self, rows: int, length: int) -> None:
        self.shape = (rows, length)

    def dot(self, a: Floats, b: Floats) -> Floats:
        """Return the inner product in each row."""
        products: Floats = np.einsum("ij,ij->i", a.reshape(self.shape), b.reshape(self.shape))
        return products

    def spread(self, scalars: Floats) -> Floats:
        """Return each row's scalar at each of its unknowns."""
        return np.repeat(scalars, self.shape[1])


def _inverse_rows(matrix: sparse.csr_array, wanted: Indices) -> Floats:
    """Return some rows of the inverse of a symmetric positive definite matrix, (A, N)."""
    rows = _Rows(len(wanted), matrix.shape[0])
    target = np.zeros(rows.shape)
    target[np.arange(len(wanted)), wanted] = 1.0
    apply = partial(_product, matrix, rows.shape)
    tolerance = np.full(len(wanted), _TOLERANCE)
    found, _ = conjugate_gradients(apply, np.tile(matrix.diagonal(), len(wanted)), target.ravel(), tolerance, rows)
    return found.reshape(rows.shape)


def _product(matrix: sparse.csr_array, shape: tuple[int, int], rows: Floats) -> Floats:
    product: Floats = (matrix @ rows.reshape(shape).T).T.ravel()
    return product
