"""How often the interval of a collective score holds the score that very many honest contributors give."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from solidago import trust
from solidago.config import Config
from solidago.dataset import Dataset
from solidago.experiments.report import Section, Table
from solidago.generative import Recipe, SyntheticPoll, generate
from solidago.pipeline import run as run_pipeline

if TYPE_CHECKING:
    from solidago.dataset import Floats

_POPULATION, _ENTITIES, _SHARE_HOSTILE = 4_000, 50, 0.2
_CRITERION = "good"
_SEEDS, _DRAWS = 4, 3
_SIZES = (10, 30, 100, 300, 1_000)
_CONSTANTS = {
    "tournesol": Config.preset("tournesol"),
    "tournesol, L = 1": Config.from_mapping({"preset": "tournesol", "lipschitz": 1.0}),
    "jury": Config.preset("jury"),
    "community": Config.preset("community"),
    "internet": Config.preset("internet"),
}

Users = NDArray[np.intp]
# By column: score, left, right, polarisation, contributors, voting right; NaN where nobody judged the entity.
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """A large poll to draw small ones from, with everybody's trust in it."""

    poll: SyntheticPoll
    trust: Floats

    @classmethod
    def draw(cls, seed: int, *, size: int = _POPULATION, all_trusted: bool = False) -> Population:
        """Draw people, a fifth of them hostile: they say the opposite of what they think."""
        recipe = Recipe(
            contributors=size,
            entities=_ENTITIES,
            criteria=(_CRITERION,),
            share_hostile=_SHARE_HOSTILE,
            share_private=0.0,
        )
        poll = generate(recipe, seed)
        return cls(poll, np.ones(size) if all_trusted else np.array(trust.compute(poll.dataset), np.float64))

    def members(self, *, hostile: bool) -> Users:
        """Return everybody, or the honest only."""
        return np.flatnonzero(~self.poll.hostile | hostile)

    def scores(self, users: Users, config: Config) -> Scores:
        """Return the collective scores, row by row of the entities, of a poll in which only these users took part."""
        dataset = self._only(users)
        found = run_pipeline(dataset, config).criteria[_CRITERION].collective
        table = np.full((len(self.poll.dataset.entities), 6), np.nan)
        table[np.searchsorted(self.poll.dataset.entities, dataset.entities[found.entity])] = np.column_stack(
            [
                found.scaled_score, found.scaled_left, found.scaled_right, found.polarisation, found.contributors,
                found.voting_right,
            ]
        )  # fmt: skip
        return table

    def _only(self, users: Users) -> Dataset:
        whole = self.poll.dataset
        judgments = whole.judgments[_CRITERION]
        kept = np.isin(judgments.user, users)
        columns = {
            "user": whole.users[judgments.user[kept]],
            "left": whole.entities[judgments.left[kept]],
            "right": whole.entities[judgments.right[kept]],
            "criterion": np.full(np.count_nonzero(kept), _CRITERION),
            "value": judgments.value[kept],
        }
        return Dataset.from_columns(columns, users={"user": whole.users[users], "trust": self.trust[users]})


def sample(
    population: Population, size: int, config: Config, rng: np.random.Generator, *, hostile: bool, draws: int
) -> tuple[Scores, Floats]:
    """Return the scores of small polls drawn from a population, and beside each row the truth.

    The truth is the score that the same pipeline, with the same constants, gives with all honest members.
    """
    pool = population.members(hostile=hostile)
    polls = [population.scores(np.sort(rng.choice(pool, size, replace=False)), config) for _ in range(draws)]
    truth = np.tile(_truth(population, config), draws)
    scores = np.concatenate(polls)
    judged = ~np.isnan(scores[:, 0]) & ~np.isnan(truth)
    return scores[judged], truth[judged]


@cache
def _truth(population: Population, config: Config) -> Floats:
    return population.scores(population.members(hostile=False), config)[:, 0]


def covered(scores: Scores, truth: Floats) -> NDArray[np.bool_]:
    """Tell which intervals hold the truth."""
    score, left, right = scores[:, 0], scores[:, 1], scores[:, 2]
    return (score - left <= truth) & (truth <= score + right)


def run() -> Section:
    """Measure coverage and width, for the presets and three kinds of company."""
    trusted = {flag: [Population.draw(seed, all_trusted=flag) for seed in range(_SEEDS)] for flag in (False, True)}
    cases = (
        ("none", trusted[False], False),
        ("20 %, not trusted", trusted[False], True),
        ("20 %, trusted", trusted[True], True),
    )
    rows = [
        [name, hostile, *_row(populations, size, config, hostile=joined)]
        for name, config in _CONSTANTS.items()
        for hostile, populations, joined in cases
        for size in _SIZES
    ]
    return Section(
        "uncertainty",
        "Intervals of collective scores",
        [
            f"Polls of N contributors drawn from {_SEEDS} populations of {_POPULATION:,}; {_ENTITIES} entities, k-nary "
            "answers, about 20 entities judged by each; the hostile say the opposite of what they think.",
            "Covered: share of intervals that hold the truth, the score that the same pipeline gives with all "
            "honest members of the population. Reachable: share of scores less than 1, the largest uncertainty, "
            "from it. Raters and voting rights by entity, and widths (left + right before squashing), are "
            "medians; in brackets the width of an interval with the deviation on both sides.",
            Table(["constants", "hostile", "N", "raters", "rights", "covered", "reachable", "width"], rows),
        ],
    )


def _row(populations: list[Population], size: int, config: Config, *, hostile: bool) -> list[object]:
    rng = np.random.default_rng(size)
    parts = [sample(each, size, config, rng, hostile=hostile, draws=_DRAWS) for each in populations]
    scores, truth = (np.concatenate(column) for column in zip(*parts, strict=True))
    width, deviation = np.median(scores[:, 1] + scores[:, 2]), np.median(2.0 * scores[:, 3])
    reachable = np.abs(truth - scores[:, 0]) < 1.0
    return [
        size, float(np.median(scores[:, 4])), float(np.median(scores[:, 5])), float(np.mean(covered(scores, truth))),
        float(np.mean(reachable)), f"{width:.2f} ({deviation:.2f})",
    ]  # fmt: skip
