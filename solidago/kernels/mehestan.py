"""Collaborative scaling of users against scalers (Mehestan), over the entities they share.

``ratings`` is a table with the columns below, a rating a line so that one memory access fetches it, users' lines
delimited by ``rows``; ``order`` lists each user's by the lower end of their interval, and ``places`` says where each
stands in that order (see `solidago.kernels.pairs`). Scalers are numbered by ascending user;
for each entity, ``voices[start[e]:start[e + 1]]`` are the scalers' ratings of it and ``voice_of`` their numbers.
A scalee's own number is ``own``, -1 if it is no scaler.
"""

import math

import numpy as np
from numpy.typing import NDArray

from solidago.dataset import Floats, Indices
from solidago.engine.jit import kernel, part
from solidago.kernels.pairs import (
    ABOVE_U,
    ABOVE_V,
    L_U,
    L_V,
    PLACE_ROWS,
    R_U,
    R_V,
    RANK_U,
    RANK_V,
    RATIO,
    RATIO_LEFT,
    RATIO_RIGHT,
    RATIO_WEIGHT,
    S_U,
    S_V,
    SHARED_ROWS,
    WEIGHT,
    blank_marks,
    hopeless,
    list_pairs,
    mix,
    padded,
    write_ratios,
)
from solidago.kernels.robust import deviation, mean, median, two_medians

Keys = NDArray[np.uint64]

SCORE, LEFT, RIGHT, ROOT_PRIVACY = range(4)
RATING_COLUMNS = 4
# Columns of the places of ratings among their user's: see `solidago.kernels.pairs`.
RANK, ABOVE = range(2)
PLACE_COLUMNS = 2
# Intervals are at least this long, relatively, lest equal scores without uncertainty count as apart.
_LEAST = 4e-16


@part
def _shared_most(
    first: int, last: int, users: Indices, rows: Indices, entity: Indices, start: Indices
) -> tuple[int, int]:
    """Return the most entities, and the most (entity, scaler) encounters, of a user of users[first:last]."""
    entities = meetings = 0
    for o in range(first, last):
        met = 0
        for i in range(rows[users[o]], rows[users[o] + 1]):
            met += start[entity[i] + 1] - start[entity[i]]
        meetings = max(meetings, met)
        entities = max(entities, rows[users[o] + 1] - rows[users[o]])
    return entities, meetings


@part
def _meet(
    own: Indices, entity: Indices, start: Indices, voices: Indices, voice_of: Indices,
    met: Indices, mine: Indices, theirs: Indices,
) -> None:  # fmt: skip
    """List, scaler after scaler, a user's and the scaler's ratings of what both rate, in the order of ``own``."""
    met[:] = 0
    for i in own:
        for j in range(start[entity[i]], start[entity[i] + 1]):
            met[voice_of[j] + 1] += 1
    for v in range(len(met) - 1):
        met[v + 1] += met[v]
    for i in own:
        for j in range(start[entity[i]], start[entity[i] + 1]):
            at = met[voice_of[j]]
            mine[at], theirs[at] = i, voices[j]
            met[voice_of[j]] = at + 1
    for v in range(len(met) - 1, 0, -1):
        met[v] = met[v - 1]
    met[0] = 0


@part
def _place(placed: Indices, mine: Indices, theirs: Indices, begin: int, n: int, places: Indices) -> None:
    """Fill the table of places with n meetings."""
    for i in range(n):
        a, b = mine[begin + i], theirs[begin + i]
        placed[RANK_U, i], placed[ABOVE_U, i] = places[a, RANK], places[a, ABOVE]
        placed[RANK_V, i], placed[ABOVE_V, i] = places[b, RANK], places[b, ABOVE]


@part
def _load(shared: Floats, mine: Indices, theirs: Indices, begin: int, n: int, ratings: Floats) -> None:
    """Fill the shared table with n meetings."""
    for i in range(n):
        a, b = mine[begin + i], theirs[begin + i]
        shared[S_U, i], shared[L_U, i], shared[R_U, i] = ratings[a, SCORE], ratings[a, LEFT], ratings[a, RIGHT]
        shared[S_V, i], shared[L_V, i], shared[R_V, i] = ratings[b, SCORE], ratings[b, LEFT], ratings[b, RIGHT]
        shared[WEIGHT, i] = ratings[a, ROOT_PRIVACY] * ratings[b, ROOT_PRIVACY]


@kernel
def prepare(
    first: int, last: int, rows: Indices, score: Floats, left: Floats, right: Floats, privacy: Floats,
    ratings: Floats, order: Indices, places: Indices,
) -> None:  # fmt: skip
    """Write the table of ratings, their order by lower end s - 2 l and their places in it, for users [first, last)."""
    for u in range(first, last):
        start, end = rows[u], rows[u + 1]
        for i in range(start, end):
            ratings[i, SCORE], ratings[i, LEFT], ratings[i, RIGHT] = score[i], left[i], right[i]
            ratings[i, ROOT_PRIVACY] = math.sqrt(privacy[i])
        low = score[start:end] - 2.0 * left[start:end]
        by_low = np.argsort(low, kind="mergesort")
        order[start:end] = start + by_low
        low = low[by_low]
        for rank in range(end - start):
            i = start + by_low[rank]
            high = score[i] + max(2.0 * right[i], _LEAST * (abs(score[i]) + 1e-280))
            places[i, RANK], places[i, ABOVE] = rank, np.searchsorted(low, high)


@kernel
def multipliers(
    first: int, last: int, users: Indices, own: Indices, rows: Indices, entity: Indices,
    ratings: Floats, order: Indices, places: Indices,
    start: Indices, voices: Indices, voice_of: Indices, trust: Floats,
    scaler_multiplier: Floats, scaler_uncertainty: Floats,
    lipschitz: float, pair_lipschitz: float, default_deviation: float, most: int, seed: np.uint64, ids: Keys,
    scaler_ids: Keys, multiplier: Floats, uncertainty: Floats,
) -> None:  # fmt: skip
    """Write the multipliers of ``users[first:last]`` and their uncertainties."""
    n_scalers = len(trust)
    entities, meetings = _shared_most(first, last, users, rows, entity, start)
    met = np.empty(n_scalers + 1, np.int32)
    mine, theirs = np.empty(meetings, np.int32), np.empty(meetings, np.int32)
    placed, marks = np.empty((PLACE_ROWS, padded(entities)), np.int32), blank_marks(entities)
    shared, ratios = np.empty((SHARED_ROWS, entities)), np.empty((4, most))
    pairs = np.empty((2, most), np.int32)
    votes, buffer = np.empty((4, n_scalers)), np.empty((3, max(most, n_scalers)))
    for o in range(first, last):
        u = users[o]
        _meet(order[rows[u] : rows[u + 1]], entity, start, voices, voice_of, met, mine, theirs)
        voters = 0
        for v in range(n_scalers):
            if v == own[o]:
                votes[0, voters], votes[1, voters], votes[2, voters] = 1.0, trust[v], 0.0
                voters += 1
                continue
            n = met[v + 1] - met[v]
            if n < 2:
                continue
            _place(placed, mine, theirs, met[v], n, places)
            if hopeless(placed, n):
                continue
            key = mix(mix(seed ^ ids[u]) ^ scaler_ids[v])
            count = list_pairs(placed, n, most, key, pairs, marks)
            if count == 0:
                continue
            _load(shared, mine, theirs, met[v], n, ratings)
            write_ratios(shared, pairs, count, scaler_multiplier[v], scaler_uncertainty[v], ratios)
            x, w, lu, ru = ratios[RATIO], ratios[RATIO_WEIGHT], ratios[RATIO_LEFT], ratios[RATIO_RIGHT]
            ratio, center = two_medians(x, w, lu, ru, count, pair_lipschitz, 1.0, 0.0)
            votes[0, voters], votes[1, voters] = ratio, trust[v]
            votes[2, voters] = deviation(x, w, lu, ru, count, pair_lipschitz, center, 1.0, 0.5, buffer)
            voters += 1
        resilience = lipschitz / (1e-9 + _norm(rows[u], rows[u + 1], ratings))
        x, w, around = votes[0], votes[1], votes[2]
        multiplier[u] = median(x, w, around, around, voters, resilience, 1.0, 1.0)
        uncertainty[u] = deviation(
            x, w, around, around, voters, resilience, multiplier[u], default_deviation, 0.5, buffer
        )


@part
def _norm(row: int, end: int, ratings: Floats) -> float:
    """Return the size of a user's scores, (sum p s^4 / sum p)^(1/4)."""
    total, power = 0.0, 0.0
    for i in range(row, end):
        privacy = ratings[i, ROOT_PRIVACY] ** 2
        total += privacy
        power += privacy * ratings[i, SCORE] ** 4
    return math.sqrt(math.sqrt(power / total))


@kernel
def translations(
    first: int, last: int, users: Indices, own: Indices, rows: Indices, entity: Indices,
    ratings: Floats, order: Indices,
    start: Indices, voices: Indices, voice_of: Indices, trust: Floats, scaling: Floats,
    multiplier: Floats, multiplier_uncertainty: Floats,
    lipschitz: float, pair_lipschitz: float, default_deviation: float,
    translation: Floats, uncertainty: Floats,
) -> None:  # fmt: skip
    """Write the translations of ``users[first:last]`` and their uncertainties.

    ``scaling`` (4, scalers): the scalers' multipliers, their uncertainties, translations and theirs.
    """
    n_scalers = len(trust)
    entities, meetings = _shared_most(first, last, users, rows, entity, start)
    met = np.empty(n_scalers + 1, np.int32)
    mine, theirs = np.empty(meetings, np.int32), np.empty(meetings, np.int32)
    gaps, votes = np.empty((4, entities)), np.empty((3, n_scalers))
    buffer = np.empty((3, max(entities, n_scalers)))
    for o in range(first, last):
        u = users[o]
        m_u, dm_u = multiplier[u], multiplier_uncertainty[u]
        _meet(order[rows[u] : rows[u + 1]], entity, start, voices, voice_of, met, mine, theirs)
        voters = 0
        for v in range(n_scalers):
            n = met[v + 1] - met[v]
            if v == own[o]:
                votes[0, voters], votes[1, voters], votes[2, voters] = 0.0, trust[v], 0.0
                voters += 1
            elif n > 0:
                m_v, dm_v, t_v, dt_v = scaling[0, v], scaling[1, v], scaling[2, v], scaling[3, v]
                for i in range(n):
                    a, b = mine[met[v] + i], theirs[met[v] + i]
                    spread = dm_u * abs(ratings[a, SCORE]) + dm_v * abs(ratings[b, SCORE])
                    gaps[0, i] = m_v * ratings[b, SCORE] + t_v - m_u * ratings[a, SCORE]
                    gaps[1, i] = ratings[a, ROOT_PRIVACY] * ratings[b, ROOT_PRIVACY]
                    gaps[2, i] = m_v * ratings[b, LEFT] + m_u * ratings[a, RIGHT] + spread
                    gaps[3, i] = m_v * ratings[b, RIGHT] + m_u * ratings[a, LEFT] + spread
                center = median(gaps[0], gaps[1], gaps[2], gaps[3], n, pair_lipschitz, 0.0, 0.0)
                around = deviation(gaps[0], gaps[1], gaps[2], gaps[3], n, pair_lipschitz, center, 1.0, 0.5, buffer)
                votes[0, voters], votes[1, voters], votes[2, voters] = center, trust[v], around + dt_v
                voters += 1
        x, w, around_ = votes[0], votes[1], votes[2]
        translation[u] = mean(x, w, around_, around_, voters, lipschitz, 0.0)
        center = median(x, w, around_, around_, voters, lipschitz, 0.0, translation[u])
        uncertainty[u] = deviation(x, w, around_, around_, voters, lipschitz, center, default_deviation, 0.5, buffer)
