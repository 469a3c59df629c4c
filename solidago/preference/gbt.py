"""Preference learning: each contributor's scores by a Generalised Bradley-Terry model.

Maximum a posteriori of user u: minimise ``sum_c [Phi(x_c) + r_c x_c] + sum_e theta_e^2 / (2 sigma^2)`` with
``x_c = theta_a - theta_b``; strictly convex, one solution, components of compared entities centred on zero.

References
----------
J. Fageot, S. Farhadkhani, L.-N. Hoang, O. Villemaud, "Generalized Bradley-Terry models for score estimation from
paired comparisons", AAAI 2024.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from solidago.config import Config
from solidago.dataset import Floats, Indices
from solidago.engine.threads import Threads
from solidago.errors import InvalidInput, NotConverged
from solidago.kernels import gbt as kernels
from solidago.ratings import Ratings
from solidago.results import FitCertificate
from solidago.root_laws import RootLaw, max_judgment
from solidago.triples import Triples

MAX_GRADIENT = 1e-9


def fit(ratings: Ratings, config: Config, threads: Threads) -> tuple[Triples, FitCertificate]:
    """Fit every user's model.

    Parameters
    ----------
    ratings : Ratings of S ratings
    config : Config
        Its ``root_law``, ``sigma`` and ``k``.
    threads : Threads

    Returns
    -------
    triples : Triples of (S,)
        In the order of the ratings. An uncertainty is the distance to the right (left) at which the judgments'
        log-likelihood, all other scores fixed, has lost ``config.k``; 1000 if none is below.
    certificate : FitCertificate

    Raises
    ------
    NotConverged
        A gradient's norm exceeds 1e-9.
    """
    triples = Triples.empty(len(ratings))
    gradient, steps = np.zeros(ratings.n_users), np.zeros(ratings.n_users, np.int32)
    law = RootLaw.named(config.root_law)

    def part(first: int, last: int) -> None:
        kernels.fit(
            first, last, ratings.comparisons, ratings.rows, ratings.a, ratings.b, ratings.value,
            law.code, law.a, law.b, config.sigma, config.k,
            triples.score, triples.left, triples.right, gradient, steps,
        )  # fmt: skip

    threads.over(np.diff(ratings.comparisons), part)
    return triples, _certify(triples, gradient, steps, config.sigma, len(ratings.active))


def with_uncertainties(score: Floats, ratings: Ratings, config: Config, threads: Threads) -> Triples:
    """Return scores that were found otherwise with the uncertainties that the judgments alone give them.

    Parameters
    ----------
    score : (S,) float64
        In the order of the ratings.
    ratings : Ratings of S ratings
    config : Config
    threads : Threads

    Returns
    -------
    Triples of (S,)
        As in `fit`, but around these scores.
    """
    triples = Triples(np.array(score, np.float64), np.empty(len(ratings)), np.empty(len(ratings)))
    law = RootLaw.named(config.root_law)
    threads.over(
        np.diff(ratings.comparisons),
        lambda first, last: kernels.reach(
            first, last, ratings.comparisons, ratings.rows, ratings.a, ratings.b, ratings.value,
            law.code, law.a, law.b, config.k, triples.score, triples.left, triples.right,
        ),
    )  # fmt: skip
    return triples


def unbounded(triples: Triples) -> int:
    """Return on how many sides of scores the judgments set no limit.

    Parameters
    ----------
    triples : Triples of (S,)

    Returns
    -------
    int
        From 0 to 2 S.
    """
    return sum(int(np.count_nonzero(side >= kernels.FARTHEST)) for side in (triples.left, triples.right))


def _certify(triples: Triples, gradient: Floats, steps: Indices, sigma: float, users: int) -> FitCertificate:
    """Check the gradients; the Hessian is at least 1/sigma^2, so that they bound the distance to the optimum."""
    if not (gradient <= MAX_GRADIENT).all():
        worst = int(np.argmax(np.where(np.isnan(gradient), math.inf, gradient)))
        raise NotConverged(f"The model of user number {worst} stopped at a gradient of norm {gradient[worst]:.3g}.")
    most = float(gradient.max(initial=0.0))
    return FitCertificate(users, most, sigma**2 * most, int(steps.max(initial=0)), unbounded(triples))


def fit_one(left: ArrayLike, right: ArrayLike, value: ArrayLike, n_entities: int, config: Config) -> Triples:
    """Fit one contributor's model, in about a millisecond.

    Parameters
    ----------
    left, right : (C,) array_like of int
        Compared entities, from 0 to ``n_entities - 1``.
    value : (C,) array_like of float in [-1, 1]
        Judgments divided by their maximum; positive prefers the right entity.
    n_entities : int
    config : Config

    Returns
    -------
    Triples of (n_entities,)
        An entity that is in no comparison has score 0 and uncertainties 1000.

    Raises
    ------
    InvalidInput
        Lengths differ, an index is out of range, an entity is compared with itself, a value is beyond its maximum
        or not finite.
    NotConverged
        The gradient's norm exceeds 1e-9.

    Examples
    --------
    >>> fitted = fit_one([0], [1], [1.0], 2, Config(sigma=7.0))
    >>> fitted.score.round(4).tolist()
    [-4.9497, 4.9497]
    """
    law = RootLaw.named(config.root_law)
    a, b = _indices("left", left, n_entities), _indices("right", right, n_entities)
    r = np.array(value, dtype=np.float64)  # a copy: kernels are compiled for arrays that may be written
    if not (r.ndim == 1 and a.shape == b.shape == r.shape):
        raise InvalidInput("left, right and value must be one-dimensional and of the same length.")
    if (a == b).any():
        raise InvalidInput("An entity cannot be compared with itself.")
    if not (np.isfinite(r).all() and (np.abs(r) <= max_judgment(law)).all()):
        raise InvalidInput("Judgments must be numbers between -1 and 1.")
    triples = Triples.empty(n_entities)
    gradient, steps = np.zeros(1), np.zeros(1, np.int32)
    comparisons, rows = np.array([0, len(r)], np.int32), np.array([0, n_entities], np.int32)
    kernels.fit(
        0, 1, comparisons, rows, a, b, r, law.code, law.a, law.b, config.sigma, config.k,
        triples.score, triples.left, triples.right, gradient, steps,
    )  # fmt: skip
    _certify(triples, gradient, steps, config.sigma, 1)
    return triples


def _indices(name: str, given: ArrayLike, end: int) -> Indices:
    indices = np.asarray(given)
    if indices.ndim != 1 or (len(indices) and indices.dtype.kind not in "iu"):
        raise InvalidInput(f"{name} must be a list of whole numbers.")
    if len(indices) and (indices.min() < 0 or indices.max() >= end):
        raise InvalidInput(f"{name} must be between 0 and {end - 1}.")
    return np.array(indices, dtype=np.int32)
