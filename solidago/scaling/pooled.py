"""All scaled scores of a criterion as one population in which every contributor has the weight of their rights."""

import numpy as np

from solidago.dataset import Floats
from solidago.ratings import Ratings


def pooled_weights(ratings: Ratings, rights: Floats) -> Floats:
    """Return each rating's voting right divided by its user's number of ratings.

    A contributor's total weight is then their mean voting right, at most 1: neither many ratings nor many accounts
    without trust buy influence over the poll's scale and zero.

    Parameters
    ----------
    ratings : Ratings of S ratings
    rights : (S,) float64 in [0, 1]

    Returns
    -------
    (S,) float64 in [0, 1]
    """
    return rights / np.diff(ratings.rows)[ratings.user]
