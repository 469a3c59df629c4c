r"""Linear GBT: scores that are linear in features, or smoothed over a graph of similar entities.

A plain GBT model leaves an entity that its contributor never compared at zero. Here scores are ``theta = X beta``,
and likenesses carry what was said about one entity over to others:

.. math::

    \min_\beta \frac{|\beta|^2}{2 \sigma^2} + \frac{1}{2} \theta^T L \theta
    + \sum_c [\Phi(x_c) + r_c x_c], \qquad x_c = \theta_a - \theta_b,

with L the Laplacian of a similarity graph. With X = I any graph is safe: preferring a never lowers a's score. For
other embeddings that is a question, which `solidago.preference.embeddings` answers.

References
----------
J. Fageot, P. Blanchard, G. Bareilles, L.-N. Hoang, "Generalizing while preserving monotonicity in comparison-based
preference learning models", NeurIPS 2025.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from scipy import sparse

from solidago.errors import InvalidInput, NotConverged
from solidago.preference.comparisons import entity_indices
from solidago.preference.conjugate_gradients import OneBlock, conjugate_gradients

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from solidago.dataset import Floats
    from solidago.preference.comparisons import Comparisons
    from solidago.root_laws import RootLaw

Embedding: TypeAlias = sparse.csr_array

SIGMA = 7.0
"""Default standard deviation of the prior on each coordinate of beta, that of GBT."""
MAX_GRADIENT = 1e-9
_NEWTON_STEPS = 200
_HALVINGS = 50


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """What is believed of the scores before any judgment.

    Attributes
    ----------
    embedding : (A, D) sparse
        Features of each entity.
    precision : (D, D) sparse
        ``I / sigma^2 + X' L X``, the inverse covariance of beta.
    sigma : float
    """

    embedding: Embedding
    precision: sparse.csr_array
    sigma: float


@dataclass(frozen=True, slots=True, eq=False)
class LinearFit:
    """The unique optimum, with its certificate.

    Attributes
    ----------
    theta : (A,) float64
        Score of every entity, compared or not.
    beta : (D,) float64
    gradient_norm : float
        Euclidean norm of the gradient at beta, at most 1e-9.
    error_bound : float
        Bound ``sigma^2 * gradient_norm`` on the distance of beta to the optimum.
    newton_steps, conjugate_steps : int
    """

    theta: Floats
    beta: Floats
    gradient_norm: float
    error_bound: float
    newton_steps: int
    conjugate_steps: int


def similarity_laplacian(first: ArrayLike, second: ArrayLike, weight: ArrayLike, n_entities: int) -> sparse.csr_array:
    """Return the Laplacian of a graph of similar entities: ``theta' L theta = sum_edges w (theta_i - theta_j)^2``.

    Parameters
    ----------
    first, second : (E,) array_like of int
        Ends of the edges; edges named more than once add up.
    weight : (E,) array_like of float
        Strengths >= 0, in units of 1 / score^2: two entities tied by w alone differ by about ``1 / sqrt(w)``.
    n_entities : int

    Returns
    -------
    (n_entities, n_entities) sparse

    Raises
    ------
    InvalidInput
        Lengths differ, an end is out of range, an entity is tied to itself, a weight is negative or not finite.
    """
    i, j = entity_indices("first", first, n_entities), entity_indices("second", second, n_entities)
    w = np.asarray(weight, dtype=np.float64)
    if not i.shape == j.shape == w.shape:
        raise InvalidInput("first, second and weight must have the same length.")
    if (i == j).any():
        raise InvalidInput("An entity cannot be similar to itself: leave such edges out.")
    if not (np.isfinite(w) & (w >= 0.0)).all():
        raise InvalidInput("Similarities must be finite numbers of at least 0.")
    rows, columns = np.concatenate((i, j, i, j)), np.concatenate((i, j, j, i))
    return sparse.csr_array((np.concatenate((w, w, -w, -w)), (rows, columns)), shape=(n_entities, n_entities))


def prior_from_graph(laplacian: sparse.csr_array, sigma: float = SIGMA) -> Prior:
    """Return the prior of precision ``I / sigma^2 + L`` on the scores themselves: a diffusion model for any graph."""
    return prior_from_embedding(sparse.eye_array(laplacian.shape[0], format="csr"), sigma, laplacian)


def prior_from_embedding(
    embedding: ArrayLike | Embedding, sigma: float = SIGMA, laplacian: sparse.csr_array | None = None
) -> Prior:
    """Return the prior of independent coordinates of deviation sigma, with a similarity graph if one is given.

    Parameters
    ----------
    embedding : (A, D) array_like or sparse
    sigma : float
    laplacian : (A, A) sparse, optional
        From `similarity_laplacian`.

    Returns
    -------
    Prior

    Raises
    ------
    InvalidInput
        The embedding is no matrix of finite numbers, sigma is not positive, or the graph has other entities.
    """
    features = checked_embedding(embedding)
    if not 0.0 < sigma < np.inf:
        raise InvalidInput("sigma must be a positive number.")
    precision = sparse.eye_array(features.shape[1], format="csr") / sigma**2
    if laplacian is not None:
        if laplacian.shape != (features.shape[0], features.shape[0]):
            raise InvalidInput("The similarity graph must have as many entities as the embedding.")
        precision = precision + features.T @ laplacian @ features
    return Prior(features, sparse.csr_array(precision), float(sigma))


def checked_embedding(embedding: ArrayLike | Embedding) -> Embedding:
    """Return features as a sparse matrix, or say what is wrong with them.

    Parameters
    ----------
    embedding : (A, D) array_like or sparse

    Returns
    -------
    (A, D) sparse

    Raises
    ------
    InvalidInput
        No matrix, an empty one, or a feature is not a finite number.
    """
    given: Any = embedding if sparse.issparse(embedding) else np.asarray(embedding, dtype=np.float64)
    if given.ndim != 2 or 0 in given.shape:
        raise InvalidInput("An embedding must be a matrix with one row per entity and at least one column.")
    features = sparse.csr_array(given, dtype=np.float64)
    if not np.isfinite(features.data).all():
        raise InvalidInput("Features must be finite numbers.")
    return features


def fit(comparisons: Comparisons, prior: Prior, law: RootLaw, *, expected: Floats | None = None) -> LinearFit:
    """Fit one contributor's model, by Newton's method with conjugate gradients: nothing dense is ever made.

    Parameters
    ----------
    comparisons : Comparisons
    prior : Prior
    law : RootLaw
    expected : (A,) float64, optional
        Scores before any judgment, zero by default: then ``theta = expected + X beta``. As long as they do not depend
        on these comparisons, the model is as monotone as without them.

    Returns
    -------
    LinearFit
        The unique optimum, with its certificate.

    Raises
    ------
    InvalidInput
        The prior or what is expected is about another number of entities.
    NotConverged
        The gradient's norm exceeds 1e-9.

    Notes
    -----
    Inexact Newton with forcing term min(1/2, sqrt |g|); a step is halved until the gradient's norm decreases, which
    it does along any Newton direction of a strictly convex function.

    Examples
    --------
    >>> from solidago.preference.comparisons import Comparisons
    >>> from solidago.root_laws import RootLaw
    >>> alike = similarity_laplacian([1], [2], [1.0], 3)
    >>> fitted = fit(Comparisons.of([0], [1], [1.0], 3), prior_from_graph(alike, 1.0), RootLaw.named("uniform"))
    >>> fitted.theta.round(3).tolist()
    [-0.66, 0.44, 0.22]
    """
    if prior.embedding.shape[0] != comparisons.n_entities:
        raise InvalidInput("The prior and the comparisons must be about the same number of entities.")
    mean = np.zeros(comparisons.n_entities) if expected is None else expected
    if mean.shape != (comparisons.n_entities,) or not np.isfinite(mean).all():
        raise InvalidInput("What is expected must be a finite number for each entity.")
    objective = _Objective(comparisons, prior, law, mean)
    beta = np.zeros(prior.precision.shape[0])
    gradient, weight = objective.slope(beta)
    norm, conjugate_steps = float(np.linalg.norm(gradient)), 0
    for newton_steps in range(_NEWTON_STEPS):
        if norm <= 0.5 * MAX_GRADIENT:
            theta = mean + prior.embedding @ beta
            return LinearFit(theta, beta, norm, prior.sigma**2 * norm, newton_steps, conjugate_steps)
        tolerance = np.array([max(min(0.5, np.sqrt(norm)) * norm, 0.1 * MAX_GRADIENT)])
        curve, diagonal = partial(objective.curve, weight), objective.diagonal(weight)
        step, inner = conjugate_gradients(curve, diagonal, -gradient, tolerance, OneBlock())
        conjugate_steps += inner
        beta, gradient, weight, norm = objective.descend(beta, step, norm)
    raise NotConverged(f"The model stopped at a gradient of norm {norm:.3g} after {_NEWTON_STEPS} Newton steps.")


class _Objective:
    """The function to minimise over beta, through its derivatives."""

    def __init__(self, comparisons: Comparisons, prior: Prior, law: RootLaw, mean: Floats) -> None:
        self.gaps: Floats = mean[comparisons.left] - mean[comparisons.right]
        self.design = sparse.csr_array(comparisons.incidence() @ prior.embedding)
        self.adjoint = sparse.csr_array(self.design.T)
        self.squares = sparse.csr_array(self.adjoint.multiply(self.adjoint))
        self.precision, self.value, self.law = prior.precision, comparisons.value, law

    def slope(self, beta: Floats) -> tuple[Floats, Floats]:
        """Return the gradient, and Phi'' at each comparison."""
        _, slope, curvature = self.law.cumulants(self.gaps + self.design @ beta)
        return self.precision @ beta + self.adjoint @ (slope + self.value), curvature

    def curve(self, weight: Floats, v: Floats) -> Floats:
        """Return the product of the Hessian with v."""
        curved: Floats = self.precision @ v + self.adjoint @ (weight * (self.design @ v))
        return curved

    def diagonal(self, weight: Floats) -> Floats:
        """Return the Hessian's diagonal."""
        diagonal: Floats = self.precision.diagonal() + self.squares @ weight
        return diagonal

    def descend(self, beta: Floats, step: Floats, norm: float) -> tuple[Floats, Floats, Floats, float]:
        """Go along the step until the gradient's norm has decreased; return the point and what is known of it."""
        for _ in range(_HALVINGS):
            moved = beta + step
            gradient, weight = self.slope(moved)
            after = float(np.linalg.norm(gradient))
            if after < norm:
                return moved, gradient, weight, after
            step = 0.5 * step
        raise NotConverged(f"The model stopped at a gradient of norm {norm:.3g}: no step decreases it.")
