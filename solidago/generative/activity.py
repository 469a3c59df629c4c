"""Who compares what: activity by contributor, popularity by entity, distinct pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solidago.generative.recipe import Recipe

    Integers = NDArray[np.int64]

SHIFT = 10.0
"""Zipf-Mandelbrot: keeps the first ranks from taking more than a few per cent each."""
ROUNDS = 30
"""Redraws of what came out double; the little that is then still missing is given up."""


def draw_pairs(recipe: Recipe, rng: np.random.Generator) -> tuple[Integers, Integers, Integers]:
    """Draw who compares what: about 3 comparisons to an entity of a user.

    Parameters
    ----------
    recipe : Recipe
    rng : numpy.random.Generator

    Returns
    -------
    user, left, right : (C,) int64
        Sorted, ``left < right``, each pair at most once by user.
    """
    wanted = _comparisons(recipe, rng)
    owner, entity = _entities_of_users(recipe, _shortlist_sizes(wanted, recipe.entities), rng)
    sizes = np.bincount(owner, minlength=recipe.contributors)
    wanted = np.minimum(wanted, sizes * (sizes - 1) // 2)
    starts = np.cumsum(sizes) - sizes
    drawn = np.empty(0, np.int64)
    for _ in range(ROUNDS):
        missing = wanted - np.bincount(drawn // recipe.entities**2, minlength=recipe.contributors)
        user = np.repeat(np.arange(recipe.contributors), missing)
        if not len(user):
            break
        first = rng.integers(sizes[user])
        second = rng.integers(sizes[user] - 1)
        second += second >= first
        one, other = entity[starts[user] + first], entity[starts[user] + second]
        new = _pair_keys(user, np.minimum(one, other), np.maximum(one, other), recipe)
        drawn = _merged(drawn, new)
    return _pairs(drawn, recipe)


def redirect(
    pairs: tuple[Integers, Integers, Integers], chosen: NDArray[np.bool_], target: int, recipe: Recipe
) -> tuple[Integers, Integers, Integers]:
    """Let the target take the place of an entity in the chosen pairs; doubles fall away.

    Parameters
    ----------
    pairs : user, left, right, each (C,) int64
    chosen : (C,) bool
    target : int
        Number of an entity.
    recipe : Recipe

    Returns
    -------
    user, left, right : (C,) int64
        Without the pairs that became doubles.
    """
    user, left, right = pairs
    chosen = chosen & (left != target) & (right != target)
    left = np.where(chosen, target, left)
    keys = _pair_keys(user, np.minimum(left, right), np.maximum(left, right), recipe)
    return _pairs(distinct(keys), recipe)


def distinct(keys: Integers) -> Integers:
    """Return the distinct keys, ascending: `np.unique` by sorting, several times as fast as by its hash table.

    Returns
    -------
    (K,) int64
    """
    ordered = np.sort(keys, kind="stable")
    return ordered[np.append(ordered[1:] != ordered[:-1], True)] if len(ordered) else ordered


def _merged(drawn: Integers, new: Integers) -> Integers:
    """Add keys to ascending ones; the stable sort merges the two runs."""
    return distinct(np.concatenate([drawn, np.sort(new)]))


def _pair_keys(user: Integers, left: Integers, right: Integers, recipe: Recipe) -> Integers:
    return (user * recipe.entities + left) * recipe.entities + right


def _pairs(keys: Integers, recipe: Recipe) -> tuple[Integers, Integers, Integers]:
    rest, right = np.divmod(keys, recipe.entities)
    user, left = np.divmod(rest, recipe.entities)
    return user, left, right


def _zipf(ranks: int, exponent: float) -> NDArray[np.float64]:
    weights = np.power(np.arange(ranks) + SHIFT, -exponent)
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def _comparisons(recipe: Recipe, rng: np.random.Generator) -> Integers:
    """Return how many comparisons each contributor means to make."""
    if recipe.judgments is None:
        # Beyond, a contributor who knows every entity would compare each more than three times.
        most = recipe.entities * 3 // 2
        counts = rng.zipf(1.5, recipe.contributors) + rng.poisson(30, recipe.contributors)
        return counts.clip(max=most).astype(np.int64)
    shares = recipe.judgments * rng.permutation(_zipf(recipe.contributors, recipe.activity_exponent))
    # Cumulative rounding: the parts are whole and add up exactly.
    parts: Integers = np.diff(np.rint(np.cumsum(shares)).astype(np.int64), prepend=0)
    return parts


def _shortlist_sizes(comparisons: Integers, entities: int) -> Integers:
    """Return how many entities a contributor knows: two thirds of their comparisons, but enough for distinct pairs."""
    enough = np.ceil((1.0 + np.sqrt(1.0 + 8.0 * comparisons)) / 2.0)
    sizes: Integers = np.minimum(np.maximum(np.ceil(comparisons * 2.0 / 3.0), enough), entities).astype(np.int64)
    return sizes


def _entities_of_users(recipe: Recipe, sizes: Integers, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """Draw for every contributor distinct entities by popularity; return owner and entity, sorted."""
    cumulated = np.cumsum(rng.permutation(_zipf(recipe.entities, recipe.popularity_exponent)))
    drawn = np.empty(0, np.int64)
    for _ in range(ROUNDS):
        missing = sizes - np.bincount(drawn // recipe.entities, minlength=recipe.contributors)
        owner = np.repeat(np.arange(recipe.contributors), missing)
        if not len(owner):
            break
        entity = np.searchsorted(cumulated, rng.random(len(owner)) * cumulated[-1], side="right")
        drawn = _merged(drawn, owner * recipe.entities + entity)
    owner, entity = np.divmod(drawn, recipe.entities)
    return owner, entity
