"""A synthetic poll: a dataset together with the truth behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from solidago.dataset import Dataset
from solidago.errors import InvalidConfig
from solidago.generative.activity import distinct, draw_pairs, redirect
from solidago.generative.answers import draw_answers
from solidago.generative.people import People, draw_people, draw_vouches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from solidago.dataset import Flags, Floats
    from solidago.generative.recipe import Recipe

    Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticPoll:
    """A dataset and its ground truth, aligned with the dataset's entities, users and criteria.

    Attributes
    ----------
    dataset : Dataset
    quality : mapping criterion -> (E,) float64
        What honest contributors agree on: one coordinate of the entity for each criterion.
    hostile, minority : (U,) bool
    target : str
        The entity that boosters praise; nobody does when the behaviour is ``negate``.
    """

    dataset: Dataset
    quality: dict[str, Floats]
    hostile: Flags
    minority: Flags
    target: str


def generate(recipe: Recipe, seed: int, *, entities: Sequence[str] | None = None) -> SyntheticPoll:
    """Draw a poll; the same recipe, seed and names give the same poll.

    Parameters
    ----------
    recipe : Recipe
    seed : int
    entities : sequence of str, optional
        Names, as many as the recipe has entities.

    Raises
    ------
    InvalidConfig
        Another number of names than of entities.
    """
    names = _names("entity", recipe.entities) if entities is None else list(entities)
    if len(set(names)) != recipe.entities:
        raise InvalidConfig("entities", f"must match the names given: {len(set(names))} different ones")
    rng = np.random.default_rng(seed)
    people = draw_people(recipe, rng)
    vectors = rng.standard_normal((recipe.entities, recipe.dimension))
    target = int(rng.integers(recipe.entities))
    pairs = draw_pairs(recipe, rng)
    if recipe.hostile_behaviour == "boost":
        pairs = redirect(pairs, people.hostile[pairs[0]] & (rng.random(len(pairs[0])) < 0.5), target, recipe)
    dataset = _dataset(recipe, people, vectors, pairs, target, names, rng)
    position = {name: i for i, name in enumerate(names)}
    rows = [position[name] for name in dataset.entities]
    quality = {criterion: vectors[rows, i] for i, criterion in enumerate(recipe.criteria)}
    return SyntheticPoll(dataset, quality, people.hostile, people.minority, names[target])


def _dataset(
    recipe: Recipe,
    people: People,
    vectors: Floats,
    pairs: Pairs,
    target: int,
    names: list[str],
    rng: np.random.Generator,
) -> Dataset:
    contributor, entity = pl.Series(_names("contributor", recipe.contributors)), pl.Series(names)
    judgments = []
    for i, criterion in enumerate(recipe.criteria):
        answered = slice(None) if i == 0 else rng.random(len(pairs[0])) < recipe.secondary_share
        user, left, right = (column[answered] for column in pairs)
        value = _answers(recipe, people, i, vectors, (user, left, right), target, rng)
        columns = {"user": contributor[user], "left": entity[left], "right": entity[right], "value": value}
        judgments.append(pl.DataFrame(columns).with_columns(criterion=pl.lit(criterion)))
    voucher, vouchee, weight = draw_vouches(people, recipe.vouches, rng)
    owner, hidden = _private(recipe, pairs, rng)
    return Dataset.from_columns(
        pl.concat(judgments).with_columns(maximum=pl.lit((recipe.answers - 1) / 2.0)),
        users={"user": contributor, "pretrusted": people.pretrusted},
        vouches={"voucher": contributor[voucher], "vouchee": contributor[vouchee], "weight": weight},
        private={"user": contributor[owner], "entity": entity[hidden]},
    )


def _answers(
    recipe: Recipe, people: People, i: int, vectors: Floats, pairs: Pairs, target: int, rng: np.random.Generator
) -> Floats:
    """Draw the answers on the i-th criterion from the preference <taste, entity> / dimension."""
    user, left, right = pairs
    difference = np.einsum("cd,cd->c", people.tastes[i, user], vectors[right] - vectors[left]) / recipe.dimension
    answers = draw_answers(difference, recipe.answers, rng)
    if recipe.hostile_behaviour == "boost":
        most = (recipe.answers - 1) / 2.0
        praised = people.hostile[user] & ((left == target) | (right == target))
        answers = np.where(praised, np.where(right == target, most, -most), answers)
    return answers


def _private(recipe: Recipe, pairs: Pairs, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the contributor and the entity of each rating that is kept private."""
    user, left, right = pairs
    rated = distinct(np.concatenate([user * recipe.entities + left, user * recipe.entities + right]))
    kept = rated[rng.random(len(rated)) < recipe.share_private]
    return kept // recipe.entities, kept % recipe.entities


def _names(kind: str, count: int) -> list[str]:
    """Return numbered names of equal length, so that they sort by number."""
    width = len(str(count - 1))
    return [f"{kind}-{i:0{width}}" for i in range(count)]
