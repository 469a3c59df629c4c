"""Maps applied to every rating."""

import math

from solidago.dataset import Floats, Indices
from solidago.engine.jit import inlined, kernel


@kernel
def rescale(
    first: int, last: int, user: Indices, m: Floats, tau: Floats, dm: Floats, dtau: Floats,
    score: Floats, left: Floats, right: Floats, to_score: Floats, to_left: Floats, to_right: Floats,
) -> None:  # fmt: skip
    """Write ``m s + tau`` with the uncertainties of s, m and tau, for the rows [first, last).

    An interval's end moves away from the score by up to dm times its size; towards zero by no more than to zero.
    """
    for i in range(first, last):
        u = user[i]
        shrink = min(dm[u], m[u])
        low, high = score[i] - left[i], score[i] + right[i]
        to_score[i] = m[u] * score[i] + tau[u]
        to_left[i] = m[u] * left[i] + dtau[u] + (low * shrink if low > 0.0 else -low * dm[u])
        to_right[i] = m[u] * right[i] + dtau[u] + (high * dm[u] if high > 0.0 else -high * shrink)


@inlined
def _squashed(x: float) -> float:
    return 100.0 * x / math.sqrt(1.0 + x * x)


@kernel
def squash(
    first: int, last: int, score: Floats, left: Floats, right: Floats,
    to_score: Floats, to_left: Floats, to_right: Floats,
) -> None:  # fmt: skip
    """Write the triples mapped into (-100, 100), interval end by interval end."""
    for i in range(first, last):
        center = _squashed(score[i])
        to_score[i] = center
        to_left[i] = max(0.0, center - _squashed(score[i] - left[i]))
        to_right[i] = max(0.0, _squashed(score[i] + right[i]) - center)
