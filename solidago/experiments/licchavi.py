"""How far lies move the common model, against the bounds, and what they are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solidago.dataset import Judgments
from solidago.errors import InvalidInput
from solidago.experiments.report import Section, Table
from solidago.preference.licchavi import Coupling, fit
from solidago.preference.skewness import strategic_gain
from solidago.root_laws import RootLaw

if TYPE_CHECKING:
    from solidago.dataset import Floats

_CONTRIBUTORS, _ENTITIES, _EACH = 20, 10, 20
_TRIES = 40
_PUBLISHED_SKEWNESS = {30: 0.015, 300: 0.0036, 3000: 0.0014}


def run() -> Section:
    """Search for reports that move the common model the most."""
    rng = np.random.default_rng(0)
    judgments = _poll(rng)
    rows = [_search(judgments, Coupling(force, inertia), rng) for force in (0.3, 1.0, 3.0) for inertia in (0.5, 5.0)]
    return Section(
        "licchavi",
        "Licchavi: how far one contributor moves the common model",
        [
            f"{_CONTRIBUTORS} contributors, {_ENTITIES} entities, {_EACH} judgments each. Largest Euclidean distance "
            f"between common models with and without, or with two versions of, one participant of weight 1, over "
            f"{_TRIES} random lies of each kind; the bounds are lambda / lambda_0 and 2 lambda / lambda_0.",
            Table(
                ["lambda", "lambda_0", "joins, vector of 1 to 1e9", "bound", "own judgments replaced", "bound"],
                rows,
            ),
        ],
    )


def _poll(rng: np.random.Generator) -> Judgments:
    scores = 2.0 * rng.normal(size=_ENTITIES) + 0.5 * rng.normal(size=(_CONTRIBUTORS, _ENTITIES))
    user = np.repeat(np.arange(_CONTRIBUTORS, dtype=np.int32), _EACH)
    one = rng.integers(_ENTITIES, size=len(user))
    two = (one + rng.integers(1, _ENTITIES, size=len(user))) % _ENTITIES
    left, right = np.minimum(one, two).astype(np.int32), np.maximum(one, two).astype(np.int32)
    value = RootLaw.named("uniform").sample(scores[user, right] - scores[user, left], rng)
    return Judgments(user, left, right, value)


def _search(judgments: Judgments, coupling: Coupling, rng: np.random.Generator) -> list[object]:
    weights = np.ones(_CONTRIBUTORS)
    honest = fit(judgments, _ENTITIES, weights, coupling).collective
    joined = max(_moved(honest, judgments, coupling, report) for report in _reports(rng))
    replaced = max(
        float(np.linalg.norm(fit(_lie(judgments, rng), _ENTITIES, weights, coupling).collective - honest))
        for _ in range(_TRIES)
    )
    bounds = coupling.joining_influence(1.0), coupling.influence(1.0)
    return [coupling.force, coupling.inertia, joined, bounds[0], replaced, bounds[1]]


def _reports(rng: np.random.Generator) -> Floats:
    directions = rng.normal(size=(_TRIES, _ENTITIES))
    sizes = 10.0 ** rng.uniform(0, 9, size=(_TRIES, 1))
    reports: Floats = sizes * directions / np.linalg.norm(directions, axis=1, keepdims=True)
    return reports


def _moved(honest: Floats, judgments: Judgments, coupling: Coupling, report: Floats) -> float:
    joined = fit(judgments, _ENTITIES, np.ones(_CONTRIBUTORS), coupling, reports=report[None])
    return float(np.linalg.norm(joined.collective - honest))


def _lie(judgments: Judgments, rng: np.random.Generator) -> Judgments:
    """Replace the judgments of the first contributor by extreme ones."""
    lies = np.where(judgments.user == 0, rng.choice([-1.0, 1.0], len(judgments)), judgments.value)
    return Judgments(judgments.user, judgments.left, judgments.right, lies)


def run_skewness() -> Section:
    """Measure the bound on strategic gain for clouds of voters."""
    rows = [
        (n, *(_mean_skewness(n, dimensions) for dimensions in (2, 3, 5, 10)), published)
        for n, published in _PUBLISHED_SKEWNESS.items()
    ]
    cross = strategic_gain([[1, 0], [-1, 0], [0, 3], [0, -3]]).skewness
    return Section(
        "skewness",
        "Strategic gain against the geometric median",
        [
            "Among many voters, a strategic one gets at most 1 + SKEW times closer to what they wish than by telling "
            f"the truth. Four voters at (1, 0), (-1, 0), (0, 3), (0, -3): {cross:.4f}, exactly 2/sqrt(3) - 1.",
            "N voters drawn from an isotropic Gaussian in D dimensions, mean over 10 seeds without those where the "
            "median is one of the voters. It falls like 1/N. The published figures, of unstated D, fall more slowly:",
            Table(["N", "D = 2", "D = 3", "D = 5", "D = 10", "published"], rows),
        ],
    )


def _mean_skewness(voters: int, dimensions: int) -> float:
    found = []
    for seed in range(10):
        try:
            found.append(strategic_gain(np.random.default_rng(seed).normal(size=(voters, dimensions))).skewness)
        except InvalidInput:
            continue  # the median is one of the voters
    return float(np.mean(found))
