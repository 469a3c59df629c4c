"""Voting rights: a few untrusted people vote fully, a crowd of them shares a bounded right.

On each entity separately, everybody's right is at least ``w_min``, the largest floor for which the rights granted
beyond trust, ``sum_u pi_u max(w_min - t_u, 0)``, stay within ``bias + scale * sum_u pi_u t_u``; pi_u is less than 1
for a private rating, and for a contributor of less than full `standing`.

References
----------
L.-N. Hoang and others, "Solidago: a modular collaborative scoring pipeline", 2022 (arXiv:2211.01179).
"""

import numpy as np

from solidago.config import Config
from solidago.dataset import Floats, Indices
from solidago.kernels import entities as kernels
from solidago.ratings import Ratings
from solidago.standing import standing
from solidago.triples import Triples


def voting_rights(ratings: Ratings, raw: Triples, trust: Floats, config: Config) -> Floats:
    """Return the voting right of every rating: `affine_overtrust`, each contributor weighed by their standing.

    Parameters
    ----------
    ratings : Ratings of S ratings
    raw : Triples of (S,)
        Raw scores of the ratings.
    trust : (U,) float64 in [0, 1]
    config : Config

    Returns
    -------
    (S,) float64 in [0, 1]
    """
    return affine_overtrust(ratings, trust, config, weights(ratings, raw, trust, config))


def weights(ratings: Ratings, raw: Triples, trust: Floats, config: Config) -> Floats:
    """Return the most that every rating's right can be: its privacy times its contributor's standing.

    Parameters
    ----------
    ratings : Ratings of S ratings
    raw : Triples of (S,)
    trust : (U,) float64 in [0, 1]
    config : Config
        Its ``contradiction_limit``.

    Returns
    -------
    (S,) float64 in [0, 1]
    """
    most: Floats = ratings.privacy * standing(ratings, raw, trust, config)[ratings.user]
    return most


def affine_overtrust(ratings: Ratings, trust: Floats, config: Config, weight: Floats | None = None) -> Floats:
    """Return the voting right ``pi * max(trust, w_min)`` of every rating.

    Parameters
    ----------
    ratings : Ratings of S ratings
    trust : (U,) float64 in [0, 1]
    config : Config
        Its ``overtrust_bias`` and ``overtrust_scale``.
    weight : (S,) float64 in [0, 1], optional
        pi; by default 1 for public ratings and less for private ones.

    Returns
    -------
    (S,) float64 in [0, 1]
    """
    start, raters = ratings.by_entity(by_trust(ratings, trust))
    rights, pi = np.empty(len(ratings)), ratings.privacy if weight is None else weight
    kernels.rights(start, raters, ratings.user, trust, pi, config.overtrust_bias, config.overtrust_scale, rights)
    return rights


def by_trust(ratings: Ratings, trust: Floats) -> Indices:
    """Return the ratings in the order of their users' trust.

    Parameters
    ----------
    ratings : Ratings of S ratings
    trust : (U,) float64

    Returns
    -------
    (S,) int32
    """
    users = np.argsort(trust, kind="stable")
    counts = np.diff(ratings.rows)[users]
    before = np.cumsum(counts) - counts
    order = np.repeat(ratings.rows[users] - before, counts) + np.arange(len(ratings))
    return order.astype(np.int32)
