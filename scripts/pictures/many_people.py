"""From many people's scores to published ones."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from scripts.pictures.style import BLUE, GREEN, GREY, INK, ORANGE, PINK, horizon
from solidago import trust as lipschitrust
from solidago.config import Config
from solidago.dataset import Dataset
from solidago.generative.poll import SyntheticPoll, generate
from solidago.generative.recipe import Recipe
from solidago.pipeline import run
from solidago.post_process import squashed
from solidago.primitives import qr_median

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from solidago.results import CriterionResult

CONFIG = Config(root_law="k-nary:21")
CRITERION = "largely_recommended"
_LINES = (BLUE, GREEN, ORANGE, PINK)
_EXAGGERATING = Recipe(
    contributors=120,
    entities=24,
    judgments=120 * 150,
    activity_exponent=0.0,
    multiplier_shape=1.0,
    share_pretrusted=1.0,
)
"""Busy contributors, some of whom use the whole slider and some next to nothing of it."""


@cache
def poll(contributors: int = 60) -> SyntheticPoll:
    """Return an honest poll whose contributors exaggerate more or less."""
    return generate(Recipe(contributors=contributors, entities=30, multiplier_shape=1.5, share_pretrusted=0.5), seed=4)


@cache
def outcome(contributors: int = 60) -> CriterionResult:
    """Return its run."""
    return run(poll(contributors).dataset, CONFIG, threads=1).criteria[CRITERION]


def trust(figure: Figure) -> None:
    """What a ring of fake accounts gets by vouching for each other, with and without an honest vouch."""
    axes, sizes = figure.subplots(), (1, 2, 3, 5, 8, 12, 20, 35, 60, 100)
    for vouches, color in zip((0, 1, 2, 4), (INK, BLUE, GREEN, ORANGE), strict=True):
        totals = [_trust_of_ring(size, vouches) for size in sizes]
        told = {0: "no honest vouch", 1: "one honest vouch"}.get(vouches, f"{vouches} honest vouches")
        axes.plot(sizes, totals, "o-", color=color, markersize=4, label=told)
    axes.set(xscale="log", xlabel="fake accounts that all vouch for each other", ylabel="trust of all of them together")
    axes.set_xticks((1, 3, 10, 30, 100), ("1", "3", "10", "30", "100"))
    axes.set_ylim(-0.05, 2.05)
    axes.legend(loc="upper left")


def _trust_of_ring(size: int, honest_vouches: int) -> float:
    honest, fakes = [f"honest{i}" for i in range(4)], [f"fake{i:03}" for i in range(size)]
    vouches = [(honest[i], fakes[0]) for i in range(honest_vouches)]
    vouches += [(u, v) for u in fakes for v in fakes if u != v]
    names = honest + fakes
    dataset = Dataset.from_columns(
        {"user": ["honest0"], "left": ["a"], "right": ["b"], "criterion": ["good"], "value": [0.0]},
        users={"user": names, "pretrusted": [name in honest for name in names]},
        vouches=pl.DataFrame(vouches, schema={"voucher": pl.String, "vouchee": pl.String}, orient="row"),
    )
    found = lipschitrust.compute(dataset)
    return float(found[[name.startswith("fake") for name in dataset.users]].sum())


def voting_rights(figure: Figure) -> None:
    """What unknown accounts may say together about an item that so many trusted ones have judged."""
    axes, sizes = figure.subplots(), (1, 2, 3, 5, 8, 12, 20, 35, 60, 100, 200)
    for trusted, color in zip((0, 10, 30, 100), (INK, BLUE, GREEN, ORANGE), strict=True):
        totals = [_right_of_crowd(size, trusted) for size in sizes]
        axes.plot(sizes, totals, "o-", color=color, markersize=4, label=f"{trusted} trusted contributors")
    axes.set(xscale="log", xlabel="accounts without any trust", ylabel="their voting right together")
    axes.set_xticks((1, 3, 10, 30, 100, 200), ("1", "3", "10", "30", "100", "200"))
    axes.set_ylim(0.0, None)
    axes.legend(loc="upper left")


def _right_of_crowd(crowd: int, trusted: int) -> float:
    names = [f"user{i:03}" for i in range(crowd + trusted)]
    pair = {"left": ["a"] * len(names), "right": ["b"] * len(names)}
    dataset = Dataset.from_columns(
        {"user": names, **pair, "criterion": ["good"] * len(names), "value": [0.5] * len(names)},
        users={"user": names, "trust": [0.0] * crowd + [1.0] * trusted},
    )
    scores = run(dataset, CONFIG, threads=1).criteria["good"].individual
    return float(scores.voting_right[(scores.entity == 0) & (scores.user < crowd)].sum())


def median(figure: Figure) -> None:
    """Where ten people's common score lies, by what the tenth of them says."""
    axes = figure.subplots()
    others, said = np.array([-0.6, -0.1, 0.2, 0.4, 0.5, 0.7, 0.9, 1.1, 1.6]), np.linspace(-12.0, 12.0, 97)
    voters = [np.append(others, value) for value in said]
    axes.plot(said, [values.mean() for values in voters], color=ORANGE, label="mean")
    axes.plot(said, [np.median(values) for values in voters], color=GREY, linestyle="--", label="plain median")
    for lipschitz, color in zip((10.0, 1.0, 0.1), (PINK, BLUE, GREEN), strict=True):
        found = [qr_median(values, lipschitz=lipschitz, left=0.3, right=0.3) for values in voters]
        axes.plot(said, found, color=color, label=f"resilient median, L = {lipschitz:g}")
    axes.plot(others, np.full(9, -0.85), "|", color=INK, markersize=9)
    axes.annotate("the other nine", (1.8, -0.89), fontsize=9)
    axes.set(xlabel="what the tenth contributor says", ylabel="common score", ylim=(-1, 2), xlim=(-12, 12))
    axes.legend(loc="upper left", ncols=2)


def scale(figure: Figure) -> None:
    """How far apart four contributors put the same items, before and after scaling."""
    drawn = generate(_EXAGGERATING, seed=1)
    result = run(drawn.dataset, CONFIG, threads=1).criteria[CRITERION]
    scores, scalings = result.individual, result.scalings
    chosen = scalings.user[np.argsort(scalings.multiplier)[[2, 40, 80, -3]]]
    panels = figure.subplots(1, 2, sharey=True)
    named = (("raw: everybody's own scale", "raw_score"), ("scaled: one for all", "scaled_score"))
    for axes, (title, column) in zip(panels, named, strict=True):
        horizon(axes)
        for user, color in zip(chosen, _LINES, strict=True):
            own = np.sort(getattr(scores, column)[scores.user == user])
            axes.plot(np.arange(1, len(own) + 1), own, "o-", color=color, markersize=3)
        axes.set(title=title, xlabel="items, each contributor's own worst to best")
    panels[0].set_ylabel("score")


def interval(figure: Figure) -> None:
    """How scores and their intervals settle as people join."""
    axes, sizes = figure.subplots(), (3, 10, 30, 100, 300)
    everybody = poll(sizes[-1])
    order = np.argsort(everybody.quality[CRITERION])
    for item, name, color, shift in (
        (order[-1], "best", GREEN, 0.93),
        (order[len(order) // 2], "middling", BLUE, 1.0),
        (order[0], "worst", ORANGE, 1.07),
    ):
        told = [_triple(everybody, size, everybody.dataset.entities[item]) for size in sizes]
        score, left, right = np.array(told).T
        at = np.array(sizes) * shift
        axes.errorbar(at, score, (left, right), fmt="o-", capsize=3, color=color, label=f"{name} item")
    horizon(axes)
    axes.set(xscale="log", xlabel="contributors", ylabel="published score", ylim=(-100, 100))
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.set_xticks([], minor=True)
    axes.legend(loc="upper right", ncols=3)


def _triple(everybody: SyntheticPoll, size: int, entity: str) -> tuple[float, float, float]:
    """Return the score and uncertainties of an item after so many people; nothing is known of an unjudged one."""
    dataset = without(everybody.dataset, np.arange(len(everybody.dataset.users)) >= size)
    found = run(dataset, CONFIG, threads=1).criteria[CRITERION].collective
    row = np.flatnonzero(dataset.entities[found.entity] == entity)
    if not len(row):
        nothing = float(squashed(np.ones(1))[0])
        return 0.0, nothing, nothing
    return float(found.score[row[0]]), float(found.left[row[0]]), float(found.right[row[0]])


def without(dataset: Dataset, gone: np.ndarray) -> Dataset:
    """Return the poll as if some of its users, given as flags, had never been there."""
    users, entities, rows = dataset.users, dataset.entities, dataset.judgments[CRITERION]
    said, vouches, private = ~gone[rows.user], dataset.vouches, dataset.private
    among = ~gone[vouches.voucher] & ~gone[vouches.vouchee]
    hidden = ~gone[private.user]
    return Dataset.from_columns(
        {
            "user": users[rows.user[said]].tolist(),
            "left": entities[rows.left[said]].tolist(),
            "right": entities[rows.right[said]].tolist(),
            "criterion": [CRITERION] * int(said.sum()),
            "value": rows.value[said],
        },
        users={"user": users[~gone].tolist(), "pretrusted": dataset.pretrusted[~gone]},
        vouches={
            "voucher": _texts(users[vouches.voucher[among]]),
            "vouchee": _texts(users[vouches.vouchee[among]]),
            "weight": vouches.weight[among],
        },
        private={"user": _texts(users[private.user[hidden]]), "entity": _texts(entities[private.entity[hidden]])},
    )


def _texts(names: np.ndarray) -> pl.Series:
    return pl.Series(names.tolist(), dtype=pl.String)


def squash(figure: Figure) -> None:
    """How scaled scores become published ones, and where those of a poll lie."""
    axes, scores = figure.subplots(), outcome().collective
    scaled = np.linspace(-4.0, 4.0, 81)
    horizon(axes)
    axes.plot(scaled, squashed(scaled), color=INK)
    for at, color in ((-1.0, ORANGE), (0.1, BLUE), (1.0, GREEN)):
        row = int(np.argmin(np.abs(scores.scaled_score - at)))
        ends = scores.scaled_score[row] + np.linspace(-scores.scaled_left[row], scores.scaled_right[row], 9)
        axes.plot(ends, squashed(ends), color=color, linewidth=7, alpha=0.6, solid_capstyle="butt")
    axes.plot(scores.scaled_score, scores.score, "o", color=PINK, markersize=4, label="the 30 items of a poll")
    axes.plot([], [], color=GREY, linewidth=7, alpha=0.6, label="intervals of three of them")
    axes.set(xlabel="scaled score", ylabel="published score", ylim=(-100, 100), xlim=(-4, 4))
    axes.legend(loc="upper left")
