"""What can be checked of scores: that favours do not backfire, that few cannot do much, that forgetting is exact."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from scripts.pictures.many_people import CONFIG, CRITERION, poll, without
from scripts.pictures.style import BLUE, FAINT, GREEN, GREY, INK, ORANGE, PINK, horizon
from solidago.attacks.accounts import Attack
from solidago.attacks.simulation import simulate
from solidago.config import Config
from solidago.influence import influence_bounds
from solidago.monotonicity import GbtLoss, LinearScores, QuadraticModel, Task, train
from solidago.pipeline import run
from solidago.preference.comparisons import Comparisons
from solidago.preference.gbt import fit_one
from solidago.root_laws import RootLaw

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from solidago.dataset import Dataset, Judgments, PrivateRatings, Vouches

_SAID = ([0, 0, 1, 2, 3], [2, 3, 2, 3, 1], [0.3, -0.2, -0.4, 0.1, 0.2])
"""What else the contributor said, of four items."""


def audit(figure: Figure) -> None:
    """What becomes of a as "a rather than b" is said more and more strongly, in three models."""
    axes, favours = figure.subplots(), np.linspace(0.0, 1.0, 41)
    horizon(axes)
    for label, color, score in (
        ("GBT, as here", BLUE, _gbt),
        ("an older model: springs", PINK, _springs),
        ("one feature, a has 1 and b has 2", ORANGE, _one_feature),
    ):
        found = np.array([score(float(favour)) for favour in favours])
        axes.plot(favours, found - found[0], color=color, label=label)
    axes.set(xlabel="how strongly a is preferred to b", ylabel="change of the score of a", xlim=(0, 1))
    axes.legend(loc="upper left")


def _gbt(favour: float) -> float:
    left, right, value = _SAID
    return float(fit_one([*left, 0], [*right, 1], [*value, -favour], 4, Config(sigma=1.0)).score[0])


def _springs(favour: float) -> float:
    left, right, value = _SAID
    return float(QuadraticModel(Comparisons.of([*left, 0], [*right, 1], [*value, -favour], 4)).scores[0])


def _one_feature(favour: float) -> float:
    data, features = Comparisons.of([0], [1], [-favour], 2), LinearScores(np.array([[1.0], [2.0]]))
    return float(train(Task(features, GbtLoss(RootLaw.named("uniform")), data, np.zeros(1))).scores[0])


def influence(figure: Figure) -> None:
    """How far trusted liars could take an item, and how far they got in attacks on the whole pipeline."""
    axes, dataset = figure.subplots(), poll().dataset
    result = run(dataset, CONFIG, threads=1)
    scores = result.criteria[CRITERION].collective
    target = int(np.argsort(scores.score)[len(scores) // 2])
    sizes = (0, 1, 2, 3, 5, 8, 12, 20)
    found = [influence_bounds(dataset, CONFIG, result, newcomers=size, threads=1)[CRITERION] for size in sizes]
    low, high = (
        [float(each[target, 0]) for each in side] for side in zip(*((f.low, f.high) for f in found), strict=True)
    )
    axes.fill_between(sizes, low, high, color=BLUE, alpha=0.2, linewidth=0, label="proved bounds, scales as they are")
    axes.axhline(float(scores.score[target]), color=GREY, linewidth=1, label="score without them")
    for upward, marker, color in ((True, "^", GREEN), (False, "v", ORANGE)):
        reached = [_attacked(dataset, int(scores.entity[target]), size, upward) for size in sizes[1:]]
        told = "pushed up, everything computed anew" if upward else "pushed down"
        axes.plot(sizes[1:], reached, marker, color=color, markersize=6, label=told)
    axes.set(xlabel="trusted accounts that lie, among 60", ylabel="published score", ylim=(-100, 100))
    axes.set_xticks(sizes)
    axes.legend(loc="upper left", ncols=2, fontsize=9)


def _attacked(dataset: Dataset, entity: int, accounts: int, upward: bool) -> float:
    attack = Attack(target=dataset.entities[entity], accounts=accounts, upward=upward, trusted=True)
    after = simulate(dataset, CONFIG, attack, criterion=CRITERION, threads=1).after.score
    return float("nan") if after is None else after


def unlearning(figure: Figure) -> None:
    """Scores before and after the most active contributor is deleted, beside those of a poll they never joined.

    Twelve contributors, so that one matters.
    """
    axes, dataset = figure.subplots(), poll(12).dataset
    gone = int(np.argmax(np.bincount(dataset.judgments[CRITERION].user)))
    never = _scores(without(dataset, np.arange(len(dataset.users)) == gone))
    before, after = _scores(dataset), _scores(_deleted(dataset, gone))
    if never != after:
        raise RuntimeError("Unlearning is not exact.")
    names = list(never)
    places = [never[name] for name in names]
    axes.plot((-100, 100), (-100, 100), color=FAINT, linewidth=1, zorder=0)
    axes.plot(places, [before[name] for name in names], "o", color=ORANGE, markersize=5, label="before the deletion")
    axes.plot(places, [after[name] for name in names], "+", color=INK, markersize=9, label="after it: equal to the bit")
    limits = (min(places) - 5.0, max(places) + 5.0)
    axes.set(xlabel="score in a poll that the contributor never joined", ylabel="score", xlim=limits, ylim=limits)
    axes.legend(loc="upper left")


def _scores(dataset: Dataset) -> dict[str, float]:
    found = run(dataset, CONFIG, threads=1).criteria[CRITERION].collective
    return dict(zip(dataset.entities[found.entity], found.score.tolist(), strict=True))


def _deleted(dataset: Dataset, user: int) -> Dataset:
    """Drop a user's rows, as the platform's database does; their number stays, with nothing to it."""
    vouches = dataset.vouches
    return dataclasses.replace(
        dataset,
        judgments={name: _rows(rows, rows.user != user) for name, rows in dataset.judgments.items()},
        vouches=_rows(vouches, (vouches.voucher != user) & (vouches.vouchee != user)),
        private=_rows(dataset.private, dataset.private.user != user),
    )


def _rows(table: Judgments | Vouches | PrivateRatings, kept: np.ndarray) -> Any:
    return type(table)(*(getattr(table, spec.name)[kept] for spec in dataclasses.fields(table)))
