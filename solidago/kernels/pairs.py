"""Ratios of two users' score differences, the scalee u's and the scaler v's, over pairs of entities that both rate.

A pair of entities is usable if the interval [s - 2 l, s + 2 r] of one is entirely above that of the other, for both
users. Each user's ratings are ranked by the lower ends of their intervals once, before any meeting: a rating's
interval is above another's if its rank is at least the first rank above that one (``places``). So pairs are found by
comparing small integers, 32 at a time: a word of ``marks`` tells which of 32 entities are usable with one. They are
then listed, as columns (LOWER, UPPER) for u, and turned into ratios all at once from the ``shared`` table.
Both tables have the rows below and one column an entity, by ascending RANK_U.
"""

from typing import Any

import numpy as np
from numba.cpython.unsafe import numbers
from numpy.typing import NDArray

from solidago.dataset import Floats, Indices
from solidago.engine.jit import inlined, part

Marks = NDArray[np.uint32]

# Rows of the table of places: the rank of a rating's lower end among its user's, the first rank above its upper end.
RANK_U, ABOVE_U, RANK_V, ABOVE_V = range(4)
PLACE_ROWS = 4
# Rows of the shared table: u's triple, v's triple, root of the product of both privacies.
S_U, L_U, R_U, S_V, L_V, R_V, WEIGHT = range(7)
SHARED_ROWS = 7
# Rows of a list of pairs, and of the table of ratios.
LOWER, UPPER = range(2)
RATIO, RATIO_WEIGHT, RATIO_LEFT, RATIO_RIGHT = range(4)

# Beyond so many shared entities, trying all pairs costs more than sorting.
_TRIED = 1500
# Bits of a word of marks.
_BITS = 32
_trailing_zeros: Any = numbers.trailing_zeros  # numba's types do not tell how compiled code calls it
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@part
def padded(n: int) -> int:
    """Return the columns of a table of places of n entities: whole words."""
    return (n + _BITS - 1) // _BITS * _BITS


@part
def blank_marks(n: int) -> Marks:
    """Return room for the marks of up to n entities, as far as pairs are tried."""
    tried = min(n, _TRIED)
    return np.empty((tried, padded(tried) // _BITS), np.uint32)


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
def hopeless(places: Indices, n: int) -> bool:
    """Tell whether one of the users has no two entities apart."""
    top_v, bottom_u, bottom_v = places[RANK_V, 0], places[ABOVE_U, 0], places[ABOVE_V, 0]
    for i in range(n):
        top_v = max(top_v, places[RANK_V, i])
        bottom_u = min(bottom_u, places[ABOVE_U, i])
        bottom_v = min(bottom_v, places[ABOVE_V, i])
    return bool(places[RANK_U, n - 1] < bottom_u or top_v < bottom_v)


@part
def write_ratios(
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


@inlined
def _word(places: Indices, i: int, begin: int) -> np.uint32:
    """Return which of the 32 entities from ``begin`` on are above i for u and apart from it for v."""
    above_u, rank_v, above_v = places[ABOVE_U, i], places[RANK_V, i], places[ABOVE_V, i]
    word = np.uint32(0)
    for bit in range(_BITS):
        # Unsigned, lest a check for negative indices keeps the loop from vector units; so do words beyond 32 bits.
        j = np.uint64(begin + bit)
        apart = (places[RANK_V, j] >= above_v) | (places[ABOVE_V, j] <= rank_v)
        usable = (places[RANK_U, j] >= above_u) & apart
        word = np.uint32(word | (np.uint32(usable) << np.uint32(bit)))
    return word


@part
def _size(word: np.uint32) -> int:
    """Return how many bits are set."""
    word = word - ((word >> np.uint32(1)) & np.uint32(0x55555555))
    word = (word & np.uint32(0x33333333)) + ((word >> np.uint32(2)) & np.uint32(0x33333333))
    word = (word + (word >> np.uint32(4))) & np.uint32(0x0F0F0F0F)
    return int(np.uint32(word * np.uint32(0x01010101)) >> np.uint32(24))


@part
def _mark(places: Indices, n: int, marks: Marks) -> int:
    """Mark, in row i, the entities that are usable with i and above it for u; return their number."""
    words = padded(n) // _BITS
    # Padding is above nobody.
    places[RANK_U, n : words * _BITS] = -1
    total = 0
    for i in range(n):
        # A search pays if it may spare many words.
        above = i if words < 4 else np.searchsorted(places[RANK_U, :n], places[ABOVE_U, i])
        first = min(above // _BITS, words)
        marks[i, :first] = 0
        for w in range(first, words):
            marks[i, w] = _word(places, i, w * _BITS)
            total += _size(marks[i, w])
    return total


@part
def _list_marked(marks: Marks, n: int, words: int, pairs: Indices) -> int:
    """List all marked pairs; return their number."""
    listed = 0
    for i in range(n):
        for w in range(words):
            word = marks[i, w]
            while word:
                pairs[LOWER, listed], pairs[UPPER, listed] = i, w * _BITS + _trailing_zeros(word)
                word &= word - np.uint32(1)
                listed += 1
    return listed


@part
def _bit(word: np.uint32, rank: int) -> int:
    """Return the position of the set bit of that rank, from 0."""
    for _ in range(rank):
        word &= word - np.uint32(1)
    return int(_trailing_zeros(word))


@part
def _draw_marked(marks: Marks, n: int, words: int, total: int, drawn: int, key: np.uint64, pairs: Indices) -> int:
    """List ``drawn`` of the ``total`` marked pairs."""
    seen, listed = 0, 0
    rank = _draw(key, 0, drawn, total)
    for i in range(n):
        for w in range(words):
            end = seen + _size(marks[i, w])
            while listed < drawn and rank < end:
                pairs[LOWER, listed], pairs[UPPER, listed] = i, w * _BITS + _bit(marks[i, w], rank - seen)
                listed += 1
                rank = _draw(key, listed, drawn, total)
            seen = end
    return listed


@part
def _try_pairs(places: Indices, n: int, most: int, key: np.uint64, pairs: Indices, marks: Marks) -> int:
    """List all usable pairs, or ``most`` drawn ones, trying every pair."""
    total, words = _mark(places, n, marks), padded(n) // _BITS
    if total == 0:
        return 0
    if total <= most:
        return _list_marked(marks, n, words, pairs)
    return _draw_marked(marks, n, words, total, most, key, pairs)


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
def _draw_pairs(places: Indices, n: int, most: int, key: np.uint64, pairs: Indices) -> int:
    """List all usable pairs, or ``most`` drawn ones, without trying every pair.

    Entities enter by ascending ABOVE_U, so that at f, in the table's order, those present are below f for u. Two
    trees, ordered by v's interval ends, count and find among them those below and above f for v:
    O((n + most) log n). A first sweep counts; a second one visits the pairs of the drawn ranks.
    """
    by_above_u = np.argsort(places[ABOVE_U, :n], kind="mergesort")
    by_above_v = np.argsort(places[ABOVE_V, :n], kind="mergesort")
    by_rank_v = np.argsort(places[RANK_V, :n], kind="mergesort")
    above_v, rank_v = places[ABOVE_V, :n][by_above_v], places[RANK_V, :n][by_rank_v]
    rank_high, rank_low = np.empty(n, np.int32), np.empty(n, np.int32)
    for i in range(n):
        rank_high[by_above_v[i]], rank_low[by_rank_v[i]] = i, i
    under = np.searchsorted(above_v, places[RANK_V, :n], side="right")
    over = np.searchsorted(rank_v, places[ABOVE_V, :n], side="left")
    highs, lows = np.zeros(n + 1, np.int32), np.zeros(n + 1, np.int32)
    total = drawn = 0
    for counting in (True, False):
        highs[:], lows[:] = 0, 0
        present, seen, listed = 0, 0, 0
        for f in range(n):
            while present < n and places[ABOVE_U, by_above_u[present]] <= places[RANK_U, f]:
                _add(highs, rank_high[by_above_u[present]])
                _add(lows, rank_low[by_above_u[present]])
                present += 1
            lower = _below(highs, under[f])
            not_higher = _below(lows, over[f])
            usable = lower + present - not_higher
            while not counting and listed < drawn:
                rank = _draw(key, listed, drawn, total) - seen
                if rank >= usable:
                    break
                if rank < lower:
                    e = by_above_v[_select(highs, rank)]
                else:
                    e = by_rank_v[_select(lows, not_higher + rank - lower)]
                pairs[LOWER, listed], pairs[UPPER, listed] = e, f
                listed += 1
            seen += usable
        if counting:
            total = seen
            drawn = min(total, most)
    return drawn


@part
def list_pairs(places: Indices, n: int, most: int, key: np.uint64, pairs: Indices, marks: Marks) -> int:
    """List at most ``most`` usable pairs, all if there are no more; return their number.

    ``marks`` (see `blank_marks`) and the padding of ``places`` are overwritten.
    """
    if n <= _TRIED:
        return _try_pairs(places, n, most, key, pairs, marks)
    return _draw_pairs(places, n, most, key, pairs)
