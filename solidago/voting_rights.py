"""Voting rights: a few untrusted people vote fully, a crowd of them shares a bounded right.

On each entity separately, everybody's right is at least ``w_min``, the largest floor for which the rights granted
beyond trust, ``sum_u pi_u max(w_min - t_u, 0)``, stay within ``bias + scale * sum_u pi_u t_u``; pi_u is less than 1
for a private rating.
"""

import numpy as np

from solidago.config import Config
from solidago.dataset import Floats, Indices
from solidago.kernels import entities as kernels
from solidago.ratings import Ratings


def affine_overtrust(ratings: Ratings, trust: Floats, config: Config) -> Floats:
    """Return the voting right ``pi * max(trust, w_min)`` of every rating.

    Parameters
    ----------
    ratings : Ratings of S ratings
    trust : (U,) float64 in [0, 1]
    config : Config
        Its ``overtrust_bias`` and ``overtrust_scale``.

    Returns
    -------
    (S,) float64 in [0, 1]
    """
    start, raters = ratings.by_entity(by_trust(ratings, trust))
    rights = np.empty(len(ratings))
    kernels.rights(
        start, raters, ratings.user, trust, ratings.privacy, config.overtrust_bias, config.overtrust_scale, rights
    )
    return rights


def by_trust(ratings: Ratings, trust: Floats) -> Indices:
    """Return the ratings in the order of their users' trust."""
    users = np.argsort(trust, kind="stable")
    counts = np.diff(ratings.rows)[users]
    before = np.cumsum(counts) - counts
    order = np.repeat(ratings.rows[users] - before, counts) + np.arange(len(ratings))
    return order.astype(np.int32)
