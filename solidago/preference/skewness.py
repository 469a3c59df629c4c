r"""How much a strategic contributor can gain where everybody pulls with a bounded force.

A contributor who wants the outcome g near their own t may report something else than t. For the geometric median they
get at most ``1 + SKEW(H) + o(1)`` times closer than by telling the truth, with

.. math:: H = \frac{1}{\sum w} \sum_n w_n \frac{I - u_n u_n^T}{|\theta_n - g|}, \quad
    u_n = \frac{\theta_n - g}{|\theta_n - g|}, \quad
    \mathrm{SKEW}(H) = \frac{\lambda_{\min} + \lambda_{\max}}{2 \sqrt{\lambda_{\min} \lambda_{\max}}} - 1.

References
----------
E.-M. El-Mhamdi, S. Farhadkhani, R. Guerraoui, L.-N. Hoang, "On the strategyproofness of the geometric median",
AISTATS 2023.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solidago.errors import InvalidInput, NotConverged

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from solidago.dataset import Floats

MAX_GRADIENT = 1e-9
_STEPS = 200
_FLAT = 1e-12
"""A Hessian whose eigenvalues are this far apart belongs to vectors on a line."""


@dataclass(frozen=True, slots=True, eq=False)
class Median:
    """A geometric median.

    Attributes
    ----------
    point : (D,) float64
    gradient_norm : float
        Of the mean distance; at most 1e-9.
    curvature : (D, D) float64
        H, the Hessian of the mean distance.
    """

    point: Floats
    gradient_norm: float
    curvature: Floats


@dataclass(frozen=True, slots=True)
class StrategicGain:
    """What lying can be worth.

    Attributes
    ----------
    skewness : float
        Asymptotic bound: a strategic contributor gets at most ``1 + skewness`` times closer to what they want.
    flattest, steepest : float
        Extreme eigenvalues of the Hessian: the outcome moves the most along the flattest direction.
    """

    skewness: float
    flattest: float
    steepest: float

    @classmethod
    def of(cls, flattest: float, steepest: float) -> StrategicGain:
        """Return the gain for these extreme eigenvalues, both > 0."""
        skewness = (flattest + steepest) / (2.0 * math.sqrt(flattest * steepest)) - 1.0
        return cls(max(skewness, 0.0), flattest, steepest)


def geometric_median(vectors: ArrayLike, weights: ArrayLike | None = None) -> Median:
    """Return the point of least weighted mean distance to the vectors.

    Parameters
    ----------
    vectors : (N, D) array_like of float
    weights : (N,) array_like of float > 0, optional

    Returns
    -------
    Median
        With its Hessian and its certificate.

    Raises
    ------
    InvalidInput
        Not a matrix of finite numbers, weights not positive, or the median has no Hessian: it sits on one of the
        vectors, or all of them are on a line.
    NotConverged
        The gradient's norm exceeds 1e-9.

    Notes
    -----
    From beside the best of the vectors, so that no vector is met again: Newton's steps, and Weiszfeld's, which always
    descend, where those do not.
    """
    points, shares = _checked(vectors, weights)
    at = _beside_best_vector(points, shares)
    value, gradient, curvature = _mean_distance(points, shares, at)
    for _ in range(_STEPS):
        norm = float(np.linalg.norm(gradient))
        if norm <= MAX_GRADIENT:
            return Median(at, norm, curvature)
        moved = at + _newton_step(gradient, curvature)
        after = _mean_distance(points, shares, moved)
        if not (after[0] < value or np.linalg.norm(after[1]) < 0.5 * norm):
            moved = at - gradient / (shares / np.linalg.norm(at - points, axis=1)).sum()
            after = _mean_distance(points, shares, moved)
        at, (value, gradient, curvature) = moved, after
    raise NotConverged(f"The geometric median stopped at a gradient of norm {norm:.3g}.")


def strategic_gain(vectors: ArrayLike, weights: ArrayLike | None = None) -> StrategicGain:
    """Return what a strategic voter can gain against the geometric median of these vectors.

    Parameters
    ----------
    vectors : (N, D) array_like of float
    weights : (N,) array_like of float > 0, optional

    Returns
    -------
    StrategicGain
        Of ``(lmin + lmax) / (2 sqrt(lmin lmax)) - 1``, the eigenvalues being those of the Hessian at the median.

    Raises
    ------
    InvalidInput, NotConverged
        As `geometric_median`.

    Examples
    --------
    >>> round(strategic_gain([[1, 0], [-1, 0], [0, 3], [0, -3]]).skewness, 4)
    0.1547
    """
    spectrum = np.linalg.eigvalsh(geometric_median(vectors, weights).curvature)
    return StrategicGain.of(float(spectrum[0]), float(spectrum[-1]))


def _checked(vectors: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    points = np.asarray(vectors, dtype=np.float64)
    if points.ndim != 2 or 0 in points.shape or not np.isfinite(points).all():
        raise InvalidInput("Vectors must be the rows of a matrix of finite numbers.")
    shares = np.ones(len(points)) if weights is None else np.asarray(weights, dtype=np.float64)
    if shares.shape != (len(points),) or not (np.isfinite(shares) & (shares > 0.0)).all():
        raise InvalidInput("There must be one positive weight per vector.")
    shares = shares / shares.sum()
    centred = points - points.mean(axis=0)
    spread = np.linalg.svd(centred, compute_uv=False)
    if len(spread) < 2 or spread[1] <= _FLAT * spread[0]:
        raise InvalidInput("Vectors on one line have no strategic gain to speak of: their median has no Hessian.")
    return points, shares


def _beside_best_vector(points: Floats, shares: Floats) -> Floats:
    """Step off the vector of least mean distance, downhill (Vardi and Zhang, 2000).

    Raises
    ------
    InvalidInput
        It is the median: all others together pull it with no more than its own weight.
    """
    costs = [shares @ np.linalg.norm(point - points, axis=1) for point in points]
    best = int(np.argmin(costs))
    gap = points[best] - points
    distance = np.linalg.norm(gap, axis=1)
    here = distance == 0.0
    pulls = np.where(here, 0.0, shares / np.where(here, 1.0, distance))
    slope = pulls @ gap
    excess = 1.0 - shares[here].sum() / np.linalg.norm(slope) if slope.any() else 0.0
    if excess <= 0.0:
        raise InvalidInput(f"The median is vector number {best} itself: no infinitesimal force can move it.")
    beside: Floats = points[best] - excess * slope / pulls.sum()
    return beside


def _mean_distance(points: Floats, shares: Floats, at: Floats) -> tuple[float, Floats, Floats]:
    """Return value, gradient and Hessian."""
    gap = at - points
    distance = np.maximum(np.linalg.norm(gap, axis=1), np.finfo(float).tiny)
    unit = gap / distance[:, None]
    curvature = (shares / distance).sum() * np.eye(len(at)) - (unit * (shares / distance)[:, None]).T @ unit
    return float(shares @ distance), shares @ unit, curvature


def _newton_step(gradient: Floats, curvature: Floats) -> Floats:
    """Return Newton's step, the shortest one where the Hessian is singular to rounding."""
    return np.asarray(-np.linalg.lstsq(curvature, gradient, rcond=None)[0], dtype=np.float64)
