"""Ratios of two users' score differences, the scalee u's and the scaler v's, over pairs of entities that both rate.

A ``shared`` table (rows below, one column an entity, by ascending LOW_U) holds what both say of it. A pair of
entities is usable if the interval [s - 2 l, s + 2 r] of one is entirely above that of the other, for both users.
Pairs are first listed, as columns (LOWER, UPPER) for u, then turned into ratios all at once.
"""

import math

import numpy as np

from solidago.dataset import Floats, Indices
from solidago.engine.jit import part

# Rows of the shared table: u's triple and interval, v's triple and interval, root of the product of both privacies.
S_U, L_U, R_U, LOW_U, HIGH_U, S_V, L_V, R_V, LOW_V, HIGH_V, WEIGHT = range(11)
SHARED_ROWS = 11
# Rows of a list of pairs, and of the table of ratios.
LOWER, UPPER = range(2)
RATIO, RATIO_WEIGHT, RATIO_LEFT, RATIO_RIGHT = range(4)

# Beyond so many shared entities, trying all pairs costs more than sorting.
_TRIED = 1500
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@part
def mix(x: np.uint64) -> np.uint64:
    """Scramble 64 bits (the finaliser of SplitMix64, Steele, Lea and Flood 2014)."""
    x = (x ^ (x >> np.uint64(30))) * _MIX_1
    x = (x ^ (x >> np.uint64(27))) * _MIX_2
    return x ^ (x >> np.uint64(31))


@part
def _draw(key: np.uint64, i: int, drawn: int, total: int) -> int:
    """Return the i-th of ``drawn`` ranks below ``total``: one in each of as many equal strata, hence ascending."""
    first, end = i * total // drawn, (i + 1) * total // drawn
    return first + int(np.int64(mix(key + np.uint64(i) * _GOLDEN) % np.uint64(end - first)))


@part
def _hopeless(shared: Floats, n: int) -> bool:
    """Tell whether one of the users has no two entities apart."""
    top_u, bottom_u, top_v, bottom_v = -math.inf, math.inf, -math.inf, math.inf
    for i in range(n):
        top_u, bottom_u = max(top_u, shared[LOW_U, i]), min(bottom_u, shared[HIGH_U, i])
        top_v, bottom_v = max(top_v, shared[LOW_V, i]), min(bottom_v, shared[HIGH_V, i])
    return top_u < bottom_u or top_v < bottom_v


@part
def _write_ratios(
    shared: Floats, pairs: Indices, count: int, multiplier: float, uncertainty: float, ratios: Floats
) -> None:
    """Write the ratios of v's to u's differences, times v's multiplier, with their uncertainties and weights."""
    for at in range(count):
        i, j = pairs[LOWER, at], pairs[UPPER, at]
        d_u = shared[S_U, j] - shared[S_U, i]
        l_u, r_u = shared[L_U, j] + shared[R_U, i], shared[R_U, j] + shared[L_U, i]
        difference = shared[S_V, j] - shared[S_V, i]
        up_l, up_r = shared[L_V, j] + shared[R_V, i], shared[R_V, j] + shared[L_V, i]
        # If v orders the two the other way, their uncertainties change roles.
        d_v = abs(difference)
        l_v = up_l if difference > 0.0 else up_r
        r_v = up_r if difference > 0.0 else up_l
        ratio = d_v / d_u
        ratios[RATIO, at] = multiplier * ratio
        ratios[RATIO_WEIGHT, at] = shared[WEIGHT, i] * shared[WEIGHT, j]
        ratios[RATIO_LEFT, at] = multiplier * (ratio - (d_v - l_v) / (d_u + r_u)) + uncertainty * ratio
        ratios[RATIO_RIGHT, at] = multiplier * ((d_v + r_v) / (d_u - l_u) - ratio) + uncertainty * ratio


@part
def _first_above(shared: Floats, n: int, i: int) -> int:
    """Return from where on, by ascending LOW_U, entities are above i for u."""
    return i + int(np.searchsorted(shared[LOW_U, i:n], shared[HIGH_U, i]))


@part
def _count_usable(shared: Floats, n: int) -> int:
    total = 0
    for i in range(n):
        low, high = shared[LOW_V, i], shared[HIGH_V, i]
        for j in range(_first_above(shared, n, i), n):
            total += (shared[LOW_V, j] >= high) | (shared[HIGH_V, j] <= low)
    return total


@part
def _try_pairs(shared: Floats, n: int, most: int, key: np.uint64, pairs: Indices, found: Indices) -> int:
    """List all usable pairs, or ``most`` drawn ones, trying every pair. ``found`` (>= n) is overwritten."""
    total = _count_usable(shared, n) if n * (n - 1) // 2 > most else 0
    seen, listed = 0, 0
    for i in range(n):
        low, high = shared[LOW_V, i], shared[HIGH_V, i]
        usable = 0
        for j in range(_first_above(shared, n, i), n):
            # Written in any case, kept if usable: a branch would be mispredicted too often.
            found[usable] = j
            usable += (shared[LOW_V, j] >= high) | (shared[HIGH_V, j] <= low)
        wanted = usable if total <= most else most - listed
        for w in range(wanted):
            rank = w if total <= most else _draw(key, listed, most, total) - seen
            if rank >= usable:
                break
            pairs[LOWER, listed], pairs[UPPER, listed] = i, found[rank]
            listed += 1
        seen += usable
    return listed


@part
def _add(tree: Indices, position: int) -> None:
    """Insert an element at a position of a Fenwick tree of counts."""
    position += 1
    while position < len(tree):
        tree[position] += 1
        position += position & -position


@part
def _below(tree: Indices, position: int) -> int:
    """Return the number of elements inserted at smaller positions."""
    count = 0
    while position > 0:
        count += tree[position]
        position -= position & -position
    return count


@part
def _select(tree: Indices, rank: int) -> int:
    """Return the position of the inserted element of that rank, from 0."""
    position, stride = 0, 1
    while 2 * stride < len(tree):
        stride *= 2
    while stride > 0:
        if position + stride < len(tree) and tree[position + stride] <= rank:
            position += stride
            rank -= tree[position]
        stride //= 2
    return position


@part
def _draw_pairs(shared: Floats, n: int, most: int, key: np.uint64, pairs: Indices) -> int:
    """List all usable pairs, or ``most`` drawn ones, without trying every pair.

    Entities enter by ascending HIGH_U, so that at f, in the table's order, those present are below f for u. Two
    trees, ordered by v's interval ends, count and find among them those below and above f for v:
    O((n + most) log n). A first sweep counts; a second one visits the pairs of the drawn ranks.
    """
    by_high_u = np.argsort(shared[HIGH_U, :n], kind="mergesort")
    by_high_v = np.argsort(shared[HIGH_V, :n], kind="mergesort")
    by_low_v = np.argsort(shared[LOW_V, :n], kind="mergesort")
    high_v, low_v = shared[HIGH_V, :n][by_high_v], shared[LOW_V, :n][by_low_v]
    rank_high, rank_low = np.empty(n, np.int32), np.empty(n, np.int32)
    for i in range(n):
        rank_high[by_high_v[i]], rank_low[by_low_v[i]] = i, i
    under = np.searchsorted(high_v, shared[LOW_V, :n], side="right")
    over = np.searchsorted(low_v, shared[HIGH_V, :n], side="left")
    highs, lows = np.zeros(n + 1, np.int32), np.zeros(n + 1, np.int32)
    total = drawn = 0
    for counting in (True, False):
        highs[:], lows[:] = 0, 0
        present, seen, listed = 0, 0, 0
        for f in range(n):
            while present < n and shared[HIGH_U, by_high_u[present]] <= shared[LOW_U, f]:
                _add(highs, rank_high[by_high_u[present]])
                _add(lows, rank_low[by_high_u[present]])
                present += 1
            lower = _below(highs, under[f])
            not_higher = _below(lows, over[f])
            usable = lower + present - not_higher
            while not counting and listed < drawn:
                rank = _draw(key, listed, drawn, total) - seen
                if rank >= usable:
                    break
                if rank < lower:
                    e = by_high_v[_select(highs, rank)]
                else:
                    e = by_low_v[_select(lows, not_higher + rank - lower)]
                pairs[LOWER, listed], pairs[UPPER, listed] = e, f
                listed += 1
            seen += usable
        if counting:
            total = seen
            drawn = min(total, most)
    return drawn


@part
def collect_ratios(
    shared: Floats, n: int, multiplier: float, uncertainty: float, most: int, key: np.uint64, pairs: Indices,
    found: Indices, ratios: Floats,
) -> int:  # fmt: skip
    """Write at most ``most`` ratios of usable pairs, all if there are no more; return their number.

    ``pairs`` (2, most) and ``found`` (>= n) are overwritten.
    """
    if _hopeless(shared, n):
        return 0
    few = n <= _TRIED
    count = _try_pairs(shared, n, most, key, pairs, found) if few else _draw_pairs(shared, n, most, key, pairs)
    _write_ratios(shared, pairs, count, multiplier, uncertainty, ratios)
    return count
