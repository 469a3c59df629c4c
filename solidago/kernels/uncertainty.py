"""How far an entity's collective score may be from what many more raters like its own would give it."""

import math

from solidago.dataset import Floats, Indices
from solidago.engine.jit import kernel, part
from solidago.kernels.entities import gather, voters
from solidago.kernels.robust import quantile

# The uncertainty of what nobody judged, and the largest there is.
UNKNOWN = 1.0
# Two-sided 90 % of the normal law, which the sum of many pulls follows.
CONFIDENCE = 1.6448536269514722
# A few raters who agree by chance still are uncertain by what one rater in full disagreement would add.
LEAST_NOISE = 1.0
# A rater this close to the score agrees with it: it is known to about 1e-10 only.
_ROUNDING = 1e-6


@part
def _noise(v: Floats, w: Floats, lu: Floats, ru: Floats, n: int, q: float, center: float) -> float:
    """Return the standard deviation of the raters' total pull, as far as their pulls at the center show it."""
    above, below = min(1.0, q / (1.0 - q)), min(1.0, (1.0 - q) / q)
    total = LEAST_NOISE * LEAST_NOISE
    for i in range(n):
        z = center - v[i]
        eta = max(_ROUNDING, ru[i] if z > 0.0 else lu[i])
        weight = (below if z > 0.0 else above) * w[i]
        total += weight * weight * (z * z / (eta * eta + z * z))
    return math.sqrt(total)


@kernel
def uncertainties(
    first: int, last: int, entities: Indices, start: Indices, raters: Indices,
    score: Floats, left: Floats, right: Floats, voting_right: Floats, lipschitz: float, q: float,
    collective: Floats, to_left: Floats, to_right: Floats,
) -> None:  # fmt: skip
    """Write the uncertainties of the collective scores of ``entities[first:last]``.

    An interval's end is the score itself computed anew with another default.
    """
    v, w, lu, ru = voters(first, last, entities, start)
    for o in range(first, last):
        n = gather(start[entities[o]], start[entities[o] + 1], raters, score, left, right, voting_right, v, w, lu, ru)
        x = collective[o]
        reach = UNKNOWN + lipschitz * CONFIDENCE * _noise(v, w, lu, ru, n, q, x)
        low = quantile(v, w, lu, ru, n, lipschitz, x - reach, q, x)
        high = quantile(v, w, lu, ru, n, lipschitz, x + reach, q, x)
        to_left[o] = min(max(x - low, 0.0), UNKNOWN)
        to_right[o] = min(max(high - x, 0.0), UNKNOWN)
