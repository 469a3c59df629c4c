"""Index of a criterion: which user rates which entity (a *rating* is such a pair), and where to find it."""

import numpy as np

from solidago.dataset import Indices
from solidago.engine.jit import kernel


@kernel
def count_ratings(
    first: int, last: int, comparisons: Indices, left: Indices, right: Indices, n_entities: int, counts: Indices
) -> None:
    """Write the number of distinct entities that each user of [first, last) compares."""
    seen_by = np.full(n_entities, -1, np.int32)
    for u in range(first, last):
        count = 0
        for c in range(comparisons[u], comparisons[u + 1]):
            if seen_by[left[c]] != u:
                seen_by[left[c]] = u
                count += 1
            if seen_by[right[c]] != u:
                seen_by[right[c]] = u
                count += 1
        counts[u] = count


@kernel
def fill_ratings(
    first: int, last: int, comparisons: Indices, left: Indices, right: Indices, n_entities: int, rows: Indices,
    user: Indices, entity: Indices, a: Indices, b: Indices,
) -> None:  # fmt: skip
    """Write users' ratings, entities ascending, and each comparison's two entities as indices local to its user."""
    local = np.full(n_entities, -1, np.int32)
    for u in range(first, last):
        start, end = rows[u], rows[u + 1]
        own = entity[start:end]
        count = 0
        for c in range(comparisons[u], comparisons[u + 1]):
            for e in (left[c], right[c]):
                if local[e] < 0:
                    local[e] = 0
                    own[count] = e
                    count += 1
        own.sort()
        for i in range(end - start):
            local[own[i]] = i
            user[start + i] = u
        for c in range(comparisons[u], comparisons[u + 1]):
            a[c], b[c] = local[left[c]], local[right[c]]
        for i in range(end - start):
            local[own[i]] = -1


@kernel
def group(key: Indices, order: Indices, start: Indices, grouped: Indices) -> None:
    """List items by key, within a key in the given order, by a counting sort; ``start`` delimits the lists."""
    start[:] = 0
    for i in range(len(key)):
        start[key[i] + 1] += 1
    for e in range(len(start) - 1):
        start[e + 1] += start[e]
    position = start[:-1].copy()
    for i in order:
        grouped[position[key[i]]] = i
        position[key[i]] += 1
