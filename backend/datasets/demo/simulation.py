"""Simulated contributors of the demo poll.

Honest ones see the items' merit, each by their own taste; hostile ones see it too and say the opposite.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backend.datasets.loading import Rows
from solidago.generative.activity import distinct, draw_pairs
from solidago.generative.answers import draw_answers
from solidago.generative.people import People, draw_people, draw_vouches
from solidago.generative.recipe import Recipe

SEED = 1
CONTRIBUTORS = 220
COMPARISONS = 10_000
MAXIMUM = 10.0

Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def simulate(merit: Mapping[str, Mapping[str, float]], criteria: Sequence[str]) -> Rows:
    """Draw what the contributors say of items whose ``merit`` (by uid, then criterion) is known; always the same."""
    recipe = Recipe(
        contributors=CONTRIBUTORS,
        entities=len(merit),
        criteria=tuple(criteria),
        judgments=COMPARISONS,
        dimension=len(criteria),
        popularity_exponent=0.5,
        share_hostile=0.2,
        share_pretrusted=0.4,
    )
    rng = np.random.default_rng(SEED)
    people = draw_people(recipe, rng)
    pairs = draw_pairs(recipe, rng)
    uids = pl.Series(list(merit))
    names = pl.Series([f"simulated-{number + 1:03}" for number in range(CONTRIBUTORS)])
    vectors = np.array([[scores[criterion] for criterion in criteria] for scores in merit.values()])
    voucher, vouchee, weight = draw_vouches(people, recipe.vouches, rng)
    owner, entity = _private(recipe, pairs, rng)
    return Rows(
        judgments=pl.concat(_judgments(recipe, people, pairs, vectors, names, uids, rng)),
        users=pl.DataFrame(
            {"user": names, "trust": [None] * CONTRIBUTORS, "pretrusted": people.pretrusted},
            schema_overrides={"trust": pl.Float64},
        ),
        vouches=pl.DataFrame({"voucher": names[voucher], "vouchee": names[vouchee], "weight": weight}),
        private=pl.DataFrame({"user": names[owner], "entity": uids[entity]}),
    )


def _judgments(
    recipe: Recipe,
    people: People,
    pairs: Pairs,
    vectors: NDArray[np.float64],
    names: pl.Series,
    uids: pl.Series,
    rng: np.random.Generator,
) -> list[pl.DataFrame]:
    """Answer every pair on the first criterion and a share of them on each other one."""
    frames = []
    for number, criterion in enumerate(recipe.criteria):
        chosen = slice(None) if number == 0 else rng.random(len(pairs[0])) < recipe.secondary_share
        user, left, right = (column[chosen] for column in pairs)
        taste = people.tastes[number, user]
        difference = np.sum(taste * (vectors[right] - vectors[left]), axis=1) / recipe.dimension
        answers = draw_answers(difference, recipe.answers, rng)
        frame = pl.DataFrame({"user": names[user], "left": uids[left], "right": uids[right], "value": answers})
        frames.append(frame.select("user", "left", "right", pl.lit(criterion).alias("criterion"), "value"))
    return [frame.with_columns(maximum=pl.lit(MAXIMUM)) for frame in frames]


def _private(recipe: Recipe, pairs: Pairs, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the contributor and the entity of each opinion that is kept private."""
    user, left, right = pairs
    rated = distinct(np.concatenate([user * recipe.entities + left, user * recipe.entities + right]))
    kept = rated[rng.random(len(rated)) < recipe.share_private]
    return kept // recipe.entities, kept % recipe.entities
