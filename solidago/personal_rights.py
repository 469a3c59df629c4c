"""One voting right for each contributor, for methods in which an opinion is one vector and not one vote an entity."""

import numpy as np

from solidago.config import Config
from solidago.dataset import Floats
from solidago.kernels import entities as kernels
from solidago.ratings import Ratings
from solidago.voting_rights import by_trust


def one_right_each(ratings: Ratings, trust: Floats, config: Config) -> Floats:
    """Return each user's right: the least that any of their entities grants, times their openness.

    Parameters
    ----------
    ratings : Ratings of S ratings
    trust : (U,) float64 in [0, 1]
    config : Config
        Its ``overtrust_bias`` and ``overtrust_scale``.

    Returns
    -------
    (U,) float64 in [0, 1]
        0 for whoever rates nothing.

    Notes
    -----
    An entity grants ``max(t_u, w_min)`` as `solidago.voting_rights` says, with the privacy of its ratings left out;
    openness is the mean privacy weight of a user's ratings. As everybody gets the least of what their entities grant,
    the rights beyond trust of an entity's raters together stay within ``bias + scale * total trust``, on every
    entity, whatever else they rate.
    """
    users, each = ratings.active, np.zeros(ratings.n_users)
    if not len(users):
        return each
    start, raters = ratings.by_entity(by_trust(ratings, trust))
    granted = np.empty(len(ratings))
    kernels.rights(
        start, raters, ratings.user, trust, np.ones(len(ratings)),
        config.overtrust_bias, config.overtrust_scale, granted,
    )  # fmt: skip
    first = ratings.rows[users]
    openness = np.add.reduceat(ratings.privacy, first) / np.diff(ratings.rows)[users]
    each[users] = openness * np.minimum.reduceat(granted, first)
    return each
