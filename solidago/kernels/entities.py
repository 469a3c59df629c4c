"""What is computed for each entity from its raters: voting rights, collective score, polarisation.

``start`` (E + 1) delimits each entity's list of ``raters``, which are indices of ratings.
"""

import numpy as np

from solidago.dataset import Floats, Indices
from solidago.engine.jit import kernel, part
from solidago.kernels.robust import deviation, median, quantile


@part
def least_right(trust: Floats, weight: Floats, n: int, bias: float, scale: float) -> float:
    """Return w_min in [0, 1]: the root of ``over(w) = sum weight max(w - trust, 0) = bias + scale * sum weight trust``.

    Trust ascends. over is then the largest of the lines of its first n voters, so its root is the least of theirs.
    """
    allowed = bias
    for i in range(n):
        allowed += scale * weight[i] * trust[i]
    floor, slope, total = 1.0, 0.0, 0.0
    for i in range(n):
        slope += weight[i]
        total += weight[i] * trust[i]
        floor = min(floor, (allowed + total) / slope)
    return floor


@kernel
def rights(
    start: Indices, raters: Indices, user: Indices, user_trust: Floats, private: Floats, bias: float, scale: float,
    right: Floats,
) -> None:  # fmt: skip
    """Write the voting right of every rating; each entity's raters come by ascending trust."""
    most = 0
    for e in range(len(start) - 1):
        most = max(most, start[e + 1] - start[e])
    trust, weight = np.empty(most), np.empty(most)
    for e in range(len(start) - 1):
        n = start[e + 1] - start[e]
        for i in range(n):
            rating = raters[start[e] + i]
            trust[i], weight[i] = user_trust[user[rating]], private[rating]
        floor = least_right(trust, weight, n, bias, scale)
        for i in range(n):
            right[raters[start[e] + i]] = weight[i] * max(trust[i], floor)


@part
def voters(first: int, last: int, entities: Indices, start: Indices) -> tuple[Floats, Floats, Floats, Floats]:
    """Return room for the values, rights, left and right uncertainties of any entity's raters."""
    most = 0
    for o in range(first, last):
        most = max(most, start[entities[o] + 1] - start[entities[o]])
    return np.empty(most), np.empty(most), np.empty(most), np.empty(most)


@part
def gather(
    begin: int, end: int, raters: Indices, score: Floats, left: Floats, right: Floats, voting_right: Floats,
    v: Floats, w: Floats, lu: Floats, ru: Floats,
) -> int:  # fmt: skip
    """Copy what the raters from ``begin`` to ``end`` say side by side; return how many they are."""
    for i in range(end - begin):
        rating = raters[begin + i]
        v[i], w[i], lu[i], ru[i] = score[rating], voting_right[rating], left[rating], right[rating]
    return end - begin


@kernel
def aggregate(
    first: int, last: int, entities: Indices, start: Indices, raters: Indices,
    score: Floats, left: Floats, right: Floats, voting_right: Floats, lipschitz: float, q: float,
    collective: Floats, polarisation: Floats, total: Floats,
) -> None:  # fmt: skip
    """Write the collective score, polarisation and total voting right of ``entities[first:last]``."""
    v, w, lu, ru = voters(first, last, entities, start)
    buffer = np.empty((3, len(v)))
    for o in range(first, last):
        n = gather(start[entities[o]], start[entities[o] + 1], raters, score, left, right, voting_right, v, w, lu, ru)
        total[o] = 0.0
        for i in range(n):
            total[o] += w[i]
        center = median(v, w, lu, ru, n, lipschitz, 0.0, 0.0)
        collective[o] = center if q == 0.5 else quantile(v, w, lu, ru, n, lipschitz, 0.0, q, center)
        polarisation[o] = deviation(v, w, lu, ru, n, lipschitz, center, 1.0, 0.5, buffer)
