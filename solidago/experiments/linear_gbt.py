"""What features are worth when they are only part of the truth, and which embeddings are safe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solidago.experiments.report import Section, Table
from solidago.preference.comparisons import Comparisons
from solidago.preference.embeddings import Kind, certify, one_hot
from solidago.preference.linear_gbt import fit, prior_from_embedding
from solidago.root_laws import RootLaw

if TYPE_CHECKING:
    from collections.abc import Callable

    from solidago.dataset import Floats

_UNIFORM = RootLaw.named("uniform")
_SEEDS = 60
_BY_FEATURES = {2: (0.050, 0.080, 0.39), 8: (0.027, 0.102, 0.125), 20: (0.018, 0.20, 0.027)}
_BY_COMPARISONS = {1: (0.934, 0.983), 71: (0.113, 0.454), 141: (0.064, 0.29), 291: (0.030, 0.182)}


def run() -> Section:
    """Compare models with both own scores and features, with own scores alone, and with features alone."""
    features = [(d, *_pair(published, _errors(25, d, 500))) for d, published in _BY_FEATURES.items()]
    counts = [(n, *_pair(published, _errors(20, 10, n)[:2])) for n, published in _BY_COMPARISONS.items()]
    return Section(
        "linear-gbt",
        "Linear GBT: features and own scores",
        [
            f"Truth: scores [I, x] beta, beta and Gaussian features x drawn from N(0, 1); judgments between random "
            f"pairs, uniform root law, sigma 1. Sum of squared errors of centred scores divided by that of the true "
            f"ones, mean over {_SEEDS} seeds; in brackets what was published.",
            "25 entities, 500 comparisons, D features:",
            Table(["D", "[I, x]", "I alone", "x alone"], features),
            "20 entities, 10 features, N comparisons:",
            Table(["N", "[I, x]", "I alone"], counts),
        ],
    )


def _pair(published: tuple[float, ...], found: Floats) -> list[str]:
    return [f"{ours:.3f} ({theirs:g})" for ours, theirs in zip(found, published, strict=True)]


def _errors(n_entities: int, n_features: int, n_comparisons: int) -> Floats:
    """Return the mean error of each of the three models."""
    found = [_error(np.random.default_rng(s), n_entities, n_features, n_comparisons) for s in range(_SEEDS)]
    mean: Floats = np.mean(found, axis=0)
    return mean


def _error(rng: np.random.Generator, n_entities: int, n_features: int, n_comparisons: int) -> list[float]:
    x, own = rng.normal(size=(n_entities, n_features)), np.eye(n_entities)
    both = np.hstack((own, x))
    truth = both @ rng.normal(size=both.shape[1])
    left = rng.integers(n_entities, size=n_comparisons)
    right = (left + rng.integers(1, n_entities, size=n_comparisons)) % n_entities
    value = _UNIFORM.sample(truth[right] - truth[left], rng)
    data, aim = Comparisons.of(left, right, value, n_entities), truth - truth.mean()
    errors = []
    for embedding in (both, own, x):
        theta = fit(data, prior_from_embedding(embedding, 1.0), _UNIFORM).theta
        errors.append(float(((theta - theta.mean() - aim) ** 2).sum() / (aim**2).sum()))
    return errors


def run_certificates() -> Section:
    """Count what can be proven of random embeddings."""
    rows = [
        (name, n_entities, *_verdicts(draw, n_entities))
        for name, draw in _EMBEDDINGS.items()
        for n_entities in (6, 9, 30)
    ]
    return Section(
        "embeddings",
        "Which embeddings are safe",
        [
            "Share of 40 random embeddings of each kind that are diffusions, good without being diffusions, refuted by "
            "a counterexample, and neither. Each has own scores (the identity) beside its features.",
            Table(["features", "entities", "diffusion", "good", "refuted", "open"], rows),
        ],
    )


def _tags(rng: np.random.Generator, n_entities: int) -> Floats:
    tags: Floats = np.hstack((np.eye(n_entities), rng.random((n_entities, 3)) < 0.4))
    return tags


def _gaussian(rng: np.random.Generator, n_entities: int) -> Floats:
    return np.hstack((np.eye(n_entities), rng.normal(size=(n_entities, 3))))


def _categories(rng: np.random.Generator, n_entities: int) -> Floats:
    categories: Floats = one_hot(rng.integers(3, size=n_entities)).toarray()
    return categories


_EMBEDDINGS: dict[str, Callable[[np.random.Generator, int], Floats]] = {
    "one of three categories": _categories,
    "three overlapping tags": _tags,
    "three Gaussian features": _gaussian,
}


def _verdicts(draw: Callable[[np.random.Generator, int], Floats], n_entities: int) -> list[str]:
    found = [certify(draw(np.random.default_rng(seed), n_entities)) for seed in range(40)]
    counts = [
        sum(c.kind is Kind.DIFFUSION for c in found),
        sum(c.kind is Kind.GOOD for c in found),
        sum(c.counterexample is not None for c in found),
        sum(c.kind is Kind.UNPROVEN and c.counterexample is None for c in found),
    ]
    return [f"{count / len(found):.0%}" for count in counts]
