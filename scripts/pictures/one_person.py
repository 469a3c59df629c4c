"""From judgments to one person's scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scripts.pictures.style import BLUE, FAINT, GREEN, INK, ORANGE, PINK, horizon
from solidago.config import Config
from solidago.preference.gbt import fit_one
from solidago.root_laws import RootLaw

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LAW = RootLaw.named("uniform")
ITEMS, JUDGMENTS = 9, 26


def judgment(figure: Figure) -> None:
    """How likely each answer on a slider is, by how much better b is."""
    axes = figure.subplots()
    answers = np.linspace(-1.0, 1.0, 81)
    for difference, color in zip((0.0, 1.0, 3.0, 8.0), (INK, GREEN, BLUE, ORANGE), strict=True):
        phi, mean, _ = (float(cumulant) for cumulant in LAW.cumulants(difference))
        density = 0.5 * np.exp(answers * difference - phi)
        axes.plot(answers, density, color=color, label=f"b better by {difference:g}: mean answer {abs(mean):.2f}")
    axes.set(xlabel="answer: −1 all for a, +1 all for b", ylabel="how likely", ylim=(0, 4), xlim=(-1, 1))
    axes.legend(loc="upper left")


def raw_scores(figure: Figure) -> None:
    """One contributor's model of their own judgments, beside what they think."""
    axes, rng = figure.subplots(), np.random.default_rng(5)
    opinions = np.sort(rng.normal(0.0, 2.0, ITEMS))
    opinions -= opinions.mean()
    left = rng.integers(ITEMS, size=JUDGMENTS)
    right = (left + rng.integers(1, ITEMS, size=JUDGMENTS)) % ITEMS
    answers = LAW.sample(opinions[right] - opinions[left], rng)
    fitted = fit_one(left, right, answers, ITEMS, Config())
    counts = np.bincount(np.concatenate((left, right)), minlength=ITEMS)
    places = np.arange(ITEMS)
    reach = np.minimum((fitted.left, fitted.right), 6.0)
    horizon(axes)
    axes.errorbar(places, fitted.score, reach, fmt="o", color=BLUE, ecolor=BLUE, label="score and its uncertainties")
    axes.plot(places, opinions, "_", color=PINK, markersize=16, markeredgewidth=2, label="what they think")
    axes.set_xticks(places, [f"item {i + 1}\n{count} judg." for i, count in enumerate(counts)])
    axes.set(ylabel="score", xlabel=f"{JUDGMENTS} judgments of one contributor")
    axes.tick_params(axis="x", color=FAINT)
    axes.legend(loc="upper left")
