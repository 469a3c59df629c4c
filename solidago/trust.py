"""LipschiTrust: trust flows from verified people to those they vouch for, and fades on the way.

A contributor whose e-mail is verified at a trusted domain starts with trust; everybody shares a part of theirs
among the people they vouch for. An attacker's accounts, however many, gain together no more than what honest
people vouch to them.

References
----------
L.-N. Hoang and others, "Solidago: a modular collaborative scoring pipeline", 2022 (arXiv:2211.01179).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solidago.errors import NotConverged

if TYPE_CHECKING:
    from solidago.dataset import Dataset, Floats

# Constants of LipschiTrust (Solidago, arXiv:2211.01179).
PRETRUST = 0.8
DECAY = 0.8
SINK = 5.0
"""Vouches that everybody gives to nobody: one's first vouch does not pass on all of one's trust."""
TOLERANCE = 1e-8
"""L1 change at which iterating stops; the fixed point is then within ``DECAY / (1 - DECAY) = 4`` times it."""
MOST_ROUNDS = 500
"""Each round shrinks the change by DECAY: enough for 1e30 contributors."""


def compute(dataset: Dataset) -> Floats:
    r"""Return the trust of every user.

    Trust that the dataset gives is kept as it is. All other users get the fixed point of

    .. math:: t_v = \min(1, p_v + 0.8 \sum_u \frac{w_{uv}}{n_u + 5} t_u),

    with p = 0.8 for pretrusted users and else 0, w_uv the weight of u's vouch for v, n_u the number of vouches
    that u gives. Given trust flows on like any other.

    Parameters
    ----------
    dataset : Dataset

    Returns
    -------
    (U,) float64
        In [0, 1], at least 0.8 for pretrusted users without a given trust.

    Raises
    ------
    NotConverged
        Never for data in range: the map is a contraction with factor 0.8 in L1.
    """
    given = ~np.isnan(dataset.trust)
    vouches, n_users = dataset.vouches, len(dataset.users)
    start = np.where(given, dataset.trust, PRETRUST * dataset.pretrusted)
    handed_out = np.bincount(vouches.voucher, minlength=n_users)
    share = DECAY * vouches.weight / (handed_out[vouches.voucher] + SINK)
    trust = start
    for _ in range(MOST_ROUNDS):
        received = np.bincount(vouches.vouchee, weights=share * trust[vouches.voucher], minlength=n_users)
        updated = np.where(given, start, np.minimum(1.0, start + received))
        change = np.abs(updated - trust).sum()
        trust = updated
        if change < TOLERANCE:
            return trust
    raise NotConverged(f"Trust still changes by {change} after {MOST_ROUNDS} rounds.")
