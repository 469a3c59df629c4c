"""Who takes part: tastes, kinds, and who vouches for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solidago.generative.activity import distinct

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solidago.dataset import Flags, Floats
    from solidago.generative.recipe import Recipe

    Integers = NDArray[np.int64]

CONSENSUS = 3.0
"""How far honest tastes lean together toward the true quality, in standard deviations of their differences."""


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Tastes, and who is of which kind.

    Attributes
    ----------
    tastes : (criteria, contributors, dimension) float64
    hostile, minority, pretrusted : (contributors,) bool
    circles : (contributors,) bool
        Vouches are given within a circle: the hostile have their own unless they have bought trust.
    """

    tastes: Floats
    hostile: Flags
    minority: Flags
    circles: Flags
    pretrusted: Flags


def draw_people(recipe: Recipe, rng: np.random.Generator) -> People:
    """Draw contributors: taste N(3 e_i, I) on the i-th criterion, a share of them hostile."""
    tastes = rng.standard_normal((len(recipe.criteria), recipe.contributors, recipe.dimension))
    for i in range(len(recipe.criteria)):
        tastes[i, :, i] += CONSENSUS
    hostile = rng.random(recipe.contributors) < recipe.share_hostile
    if recipe.hostile_behaviour == "negate":
        tastes[:, hostile] *= -1.0
    if recipe.multiplier_shape is not None:
        shape = recipe.multiplier_shape
        tastes *= rng.gamma(shape, 1.0 / shape, recipe.contributors)[:, None]
    circles = hostile & (not recipe.hostile_trusted)
    pretrusted = ~circles & (rng.random(recipe.contributors) < recipe.share_pretrusted)
    return People(tastes, hostile, _turn_minority(tastes, hostile, recipe, rng), circles, pretrusted)


def _turn_minority(tastes: Floats, hostile: Flags, recipe: Recipe, rng: np.random.Generator) -> Flags:
    """Draw the minority and turn their tastes to the contrary, or to the last coordinate, which no criterion uses."""
    if not recipe.share_minority:
        return np.zeros_like(hostile)
    minority: Flags = ~hostile & (rng.random(recipe.contributors) < recipe.share_minority)
    if recipe.minority_opposes:
        tastes[:, minority] *= -1.0
    else:
        for i in range(len(recipe.criteria)):
            turned = tastes[i, minority]
            turned[:, [i, -1]] = turned[:, [-1, i]]
            tastes[i, minority] = turned
    return minority


def draw_vouches(people: People, mean: float, rng: np.random.Generator) -> tuple[Integers, Integers, Floats]:
    """Return voucher, vouchee and weight: Poisson many for each contributor, within their circle, of weight 1 - U^2.

    Parameters
    ----------
    people : People
    mean : float
        Vouches that a contributor gives, before doubles fall away.
    rng : numpy.random.Generator

    Returns
    -------
    voucher, vouchee : (V,) int64
        Without doubles, nobody for themselves.
    weight : (V,) float64 in [0, 1]
    """
    size, keys = len(people.circles), [np.empty(0, np.int64)]
    for kind in (True, False):
        members = np.flatnonzero(people.circles == kind)
        given = np.repeat(members, rng.poisson(mean, len(members)))
        if len(given):
            keys.append(given * size + rng.choice(members, len(given)))
    voucher, vouchee = np.divmod(distinct(np.concatenate(keys)), size)
    others = voucher != vouchee
    return voucher[others], vouchee[others], 1.0 - rng.random(np.count_nonzero(others)) ** 2
