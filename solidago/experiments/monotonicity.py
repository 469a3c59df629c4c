"""How often does preferring an item lower it? By model, loss and stimulus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solidago.experiments.report import Section, Table
from solidago.monotonicity import (
    GbtLoss,
    LinearScores,
    NetworkScores,
    PolicyScores,
    PreferenceLoss,
    QuadraticModel,
    Stimulus,
    Task,
    audit,
    train,
)
from solidago.monotonicity.scores import log_softmax
from solidago.preference.comparisons import Comparisons
from solidago.preference.embeddings import one_hot
from solidago.root_laws import RootLaw

if TYPE_CHECKING:
    from collections.abc import Callable

    from solidago.dataset import Floats
    from solidago.monotonicity import Model
    from solidago.monotonicity.losses import Shape

_SEEDS = 10
_ENTITIES, _COMPARISONS = 12, 30
_QUESTIONS, _ANSWERS, _FEATURES, _WIDTH = 15, 4, 5, 4


def run() -> Section:
    """Audit many trained models of each kind."""
    return Section(
        "monotonicity",
        "Monotonicity: how often preferring an item lowers it",
        [
            f"Share of ordered pairs (a, b) for which preferring a a little more to b violates a check, over {_SEEDS} "
            "random data sets; *pairwise*: a gains on b; *score*: a rises and b falls; *probability*: their shares of "
            "a softmax do. Then the score check for one gradient step instead of retraining.",
            f"Entities: {_ENTITIES} of them, {_COMPARISONS} comparisons, uniform root law.",
            Table(["model", "pairwise", "score", "probability", "score, one step"], _rows(_ENTITY_MODELS)),
            f"Policies: {_QUESTIONS} questions with {_ANSWERS} answers each, {_FEATURES} features, one comparison a "
            "question; scores are log-likelihood ratios to the reference policy.",
            Table(["model", "pairwise", "score", "probability", "score, one step"], _rows(_POLICIES)),
        ],
    )


def _rows(models: dict[str, Callable[[np.random.Generator], Model]]) -> list[list[str]]:
    return [[name, *_shares(draw)] for name, draw in models.items()]


def _shares(draw: Callable[[np.random.Generator], Model]) -> list[str]:
    found = []
    for seed in range(_SEEDS):
        model = draw(np.random.default_rng(seed))
        retrained = audit(model)
        shares = [retrained.pairwise.violated, retrained.score.violated, retrained.probability.violated]
        if not isinstance(model, QuadraticModel):  # it has no gradient steps
            shares.append(audit(model, stimulus=Stimulus.ONE_STEP).score.violated)
        found.append(shares)
    cells = [f"{share:.1%}" for share in np.mean(found, axis=0)]
    return cells + ["-"] * (4 - len(cells))


def _comparisons(rng: np.random.Generator, n_entities: int = _ENTITIES) -> Comparisons:
    left = rng.integers(n_entities, size=_COMPARISONS)
    right = (left + rng.integers(1, n_entities, size=_COMPARISONS)) % n_entities
    return Comparisons.of(left, right, rng.uniform(-1, 1, _COMPARISONS), n_entities)


def _linear(rng: np.random.Generator, embedding: Floats) -> Model:
    data, loss = _comparisons(rng, len(embedding)), GbtLoss(RootLaw.named("uniform"))
    return train(Task(LinearScores(embedding), loss, data, np.zeros(embedding.shape[1]), sigma=7.0))


def _gbt(rng: np.random.Generator) -> Model:
    return _linear(rng, np.eye(_ENTITIES))


def _categories(rng: np.random.Generator) -> Model:
    return _linear(rng, one_hot(rng.integers(3, size=_ENTITIES)).toarray())


def _tags(rng: np.random.Generator) -> Model:
    return _linear(rng, np.hstack((0.3 * np.eye(_ENTITIES), rng.random((_ENTITIES, 4)) < 0.4)))


def _line(rng: np.random.Generator) -> Model:
    return _linear(rng, np.array([[1.0], [2.0]]))


def _quadratic(rng: np.random.Generator) -> Model:
    return QuadraticModel(_comparisons(rng))


def _policy(shape: Shape, *, network: bool) -> Callable[[np.random.Generator], Model]:
    def draw(rng: np.random.Generator) -> Model:
        asked = np.repeat(np.arange(_QUESTIONS), _ANSWERS)
        inputs = rng.normal(size=(len(asked), _FEATURES))
        logits = NetworkScores(inputs, _WIDTH) if network else LinearScores(inputs)
        start = 0.5 * rng.normal(size=logits.n_parameters)
        scores = PolicyScores(logits, asked, log_softmax(logits.scores(start), asked))
        first = np.arange(0, len(asked), _ANSWERS)
        data = Comparisons.of(first, first + 1, -np.ones(_QUESTIONS), len(asked))
        return train(Task(scores, PreferenceLoss(shape), data, start, sigma=2.0))

    return draw


_ENTITY_MODELS: dict[str, Callable[[np.random.Generator], Model]] = {
    "GBT": _gbt,
    "one-hot categories": _categories,
    "overlapping tags": _tags,
    "x = (1, 2)": _line,
    "older quadratic model": _quadratic,
}
_POLICIES: dict[str, Callable[[np.random.Generator], Model]] = {
    "DPO (log-sigmoid), linear": _policy("log-sigmoid", network=False),
    "DPO (log-sigmoid), network": _policy("log-sigmoid", network=True),
    "hinge, linear": _policy("hinge", network=False),
    "hinge, network": _policy("hinge", network=True),
    "squared, linear": _policy("squared", network=False),
    "squared, network": _policy("squared", network=True),
}
