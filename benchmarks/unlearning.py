"""Forgetting without training again: approximate updates of an embedding model, against the exact model.

``python -m benchmarks.unlearning`` prints for each problem how far every method ends from the model trained on what
remains, what it can prove about that distance, and what it cost. The same seeds give the same table.

The objective is that of `solidago.preference.linear_gbt`. At its optimum theta* over all judgments, the gradient over
those that remain, prior included, is minus the sum of the gradients of those to forget: what has to go is known without
a look at what remains.

- *variance-reduced*: projected stochastic gradient descent by the estimator
  ``-sum_F grad l_c(theta*) + (theta - theta*) / sigma^2 + |R|/b sum_batch [grad l_c(theta) - grad l_c(theta*)]``,
  which has no variance at theta*, in the ball around theta* that must hold the exact model.
- *plain*: the same steps by the ordinary estimator, for comparison.
- *Newton*: one step, ``theta* + H_R(theta*)^-1 sum_F grad l_c(theta*)``, by conjugate gradients.
- *exact*: training on what remains, from nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from benchmarks.report import markdown
from solidago.preference.comparisons import Comparisons
from solidago.preference.conjugate_gradients import OneBlock, conjugate_gradients
from solidago.preference.linear_gbt import LinearFit, fit, prior_from_embedding
from solidago.root_laws import RootLaw

BATCH, PASSES = 16, 4.0
"""Judgments of a stochastic step, and how often such a method goes through what remains, in all."""
EPSILON, DELTA = 1.0, 1e-5
"""Of the indistinguishability that noise is to give."""
SEEDS = 5
_TOLERANCE = 1e-3
"""Of the linear system of Newton's step: its answer is off by more than that anyway."""


@dataclass(frozen=True)
class Recipe:
    """Sizes of a problem; without features, every entity has a score of its own."""

    title: str
    entities: int
    features: int | None
    judgments: int
    forgotten: int
    sigma: float = 1.0


RECIPES = (
    Recipe("small embedding", entities=50, features=10, judgments=300, forgotten=30),
    Recipe("larger embedding", entities=2_000, features=50, judgments=10_000, forgotten=500),
    Recipe("GBT, no features", entities=60, features=None, judgments=600, forgotten=30),
)


@dataclass(frozen=True, eq=False)
class Problem:
    """A trained model, and which of its judgments it is to forget.

    Attributes
    ----------
    embedding : (A, D) float64
    comparisons : Comparisons of C judgments
    forgotten : (C,) bool
    law : RootLaw
    sigma : float
    """

    embedding: np.ndarray
    comparisons: Comparisons
    forgotten: np.ndarray
    law: RootLaw
    sigma: float

    @cached_property
    def trained(self) -> LinearFit:
        """The model of all judgments."""
        return self._fitted(np.ones(len(self.comparisons), bool))

    @cached_property
    def exact(self) -> LinearFit:
        """The model that never saw what is to be forgotten."""
        return self._fitted(~self.forgotten)

    def _fitted(self, rows: np.ndarray) -> LinearFit:
        data = self.comparisons
        kept = Comparisons.of(data.left[rows], data.right[rows], data.value[rows], data.n_entities)
        return fit(kept, prior_from_embedding(self.embedding, self.sigma), self.law)

    @cached_property
    def differences(self) -> np.ndarray:
        """Features of the left entity minus those of the right one, (C, D)."""
        return self.embedding[self.comparisons.left] - self.embedding[self.comparisons.right]

    @cached_property
    def retained(self) -> np.ndarray:
        """Numbers of the judgments that remain."""
        return np.flatnonzero(~self.forgotten)

    def slope(self, beta: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return the sum of the gradients of some judgments."""
        _, slope, _ = self.law.cumulants(self.differences[rows] @ beta)
        return (slope + self.comparisons.value[rows]) @ self.differences[rows]

    def retained_gradient(self, beta: np.ndarray) -> np.ndarray:
        """Return the gradient of the objective without what is to be forgotten."""
        return self.slope(beta, self.retained) + beta / self.sigma**2

    @cached_property
    def push(self) -> np.ndarray:
        """Sum of the gradients of what is to be forgotten, at the trained model."""
        return self.slope(self.trained.beta, np.flatnonzero(self.forgotten))

    @property
    def radius(self) -> float:
        """Of a ball around the trained model that holds the exact one: strong convexity is 1 / sigma^2."""
        return float(np.linalg.norm(self.push)) * self.sigma**2

    def bound(self, beta: np.ndarray) -> float:
        """Return what is proved of the distance to the exact model, at the price of one more pass."""
        return float(np.linalg.norm(self.retained_gradient(beta))) * self.sigma**2


@dataclass(frozen=True)
class Update:
    """What a method found, and how often it went through the judgments that remain."""

    beta: np.ndarray
    passes: float


def draw(recipe: Recipe, seed: int) -> Problem:
    """Draw features, true scores and honest judgments of random pairs, some of which are to be forgotten."""
    rng, count = np.random.default_rng([12, seed]), recipe.entities
    if recipe.features is None:
        embedding = np.eye(count)
    else:
        embedding = rng.normal(size=(count, recipe.features)) / np.sqrt(recipe.features)
    truth = embedding @ rng.normal(0.0, recipe.sigma, embedding.shape[1])
    left = rng.integers(count, size=recipe.judgments)
    right = (left + rng.integers(1, count, size=recipe.judgments)) % count
    law = RootLaw.named("uniform")
    value = law.sample(truth[right] - truth[left], rng)
    forgotten = np.zeros(recipe.judgments, bool)
    forgotten[rng.choice(recipe.judgments, recipe.forgotten, replace=False)] = True
    return Problem(embedding, Comparisons.of(left, right, value, count), forgotten, law, recipe.sigma)


# ---------------------------------------------------------------- methods
def nothing(problem: Problem) -> Update:
    """Leave the trained model as it is."""
    return Update(problem.trained.beta, 0.0)


def retraining(problem: Problem) -> Update:
    """Train on what remains: each step takes a gradient, and a pass for each product with the Hessian."""
    return Update(problem.exact.beta, float(problem.exact.newton_steps + problem.exact.conjugate_steps))


def newton(problem: Problem) -> Update:
    """Take one Newton step, whose gradient is known."""
    kept, prior = problem.differences[problem.retained], 1.0 / problem.sigma**2
    _, _, weight = problem.law.cumulants(kept @ problem.trained.beta)
    step, passes = conjugate_gradients(
        lambda direction: kept.T @ (weight * (kept @ direction)) + prior * direction,
        (kept**2).T @ weight + prior,
        problem.push,
        np.array([_TOLERANCE * np.linalg.norm(problem.push)]),
        OneBlock(),
    )
    return Update(problem.trained.beta + step, float(passes))


def variance_reduced(problem: Problem, seed: int = 0) -> Update:
    """Descend by the estimator whose variance shrinks with the distance to the trained model; two gradients each."""
    start = problem.trained.beta

    def estimate(beta: np.ndarray, rows: np.ndarray, scale: float) -> np.ndarray:
        change = problem.slope(beta, rows) - problem.slope(start, rows)
        return -problem.push + (beta - start) / problem.sigma**2 + scale * change

    return _descend(problem, estimate, 2, seed)


def plain(problem: Problem, seed: int = 0) -> Update:
    """Descend by the ordinary estimator; one gradient each, hence twice the steps."""

    def estimate(beta: np.ndarray, rows: np.ndarray, scale: float) -> np.ndarray:
        return beta / problem.sigma**2 + scale * problem.slope(beta, rows)

    return _descend(problem, estimate, 1, seed)


Estimate = Callable[[np.ndarray, np.ndarray, float], np.ndarray]


def _descend(problem: Problem, estimate: Estimate, gradients: int, seed: int) -> Update:
    """Take projected steps; the answer is the mean of the second half of them."""
    rng, start, kept = np.random.default_rng(seed), problem.trained.beta, problem.retained
    steps, rate = int(PASSES * len(kept) / (gradients * BATCH)), _rate(problem)
    beta, mean, scale = start, np.zeros_like(start), len(kept) / BATCH
    for step in range(steps):
        moved = beta - rate * estimate(beta, rng.choice(kept, BATCH), scale) - start
        beta = start + moved * min(1.0, problem.radius / max(float(np.linalg.norm(moved)), 1e-300))
        if step >= steps // 2:
            mean += beta / (steps - steps // 2)
    return Update(mean, PASSES)


def _rate(problem: Problem) -> float:
    """Return half of one over the expected smoothness: curvature of the sum, and of one judgment scaled up."""
    kept = problem.differences[problem.retained]
    curvature = 1.0 / 3.0  # the largest of the uniform law, at 0
    together = curvature * float(np.linalg.norm(kept, 2)) ** 2
    alone = curvature * len(kept) / BATCH * float((kept**2).sum(axis=1).max())
    return 0.5 / (1.0 / problem.sigma**2 + together + alone)


METHODS: dict[str, Callable[[Problem], Update]] = {
    "nothing done": nothing,
    "plain stochastic descent": plain,
    "variance-reduced descent": variance_reduced,
    "one Newton step": newton,
    "exact: trained again": retraining,
}


# ---------------------------------------------------------------- what is printed
def noise(bound: float) -> float:
    """Return the deviation of the Gaussian noise on each coordinate that hides a distance up to the bound."""
    return bound * np.sqrt(2.0 * np.log(1.25 / DELTA)) / EPSILON


def rows(recipe: Recipe) -> list[list[str]]:
    """Return a row for each method: means over the seeds."""
    problems = [draw(recipe, seed) for seed in range(SEEDS)]
    return [[name, *_cells(problems, [method(problem) for problem in problems])] for name, method in METHODS.items()]


def _cells(problems: list[Problem], updates: list[Update]) -> list[str]:
    pairs = list(zip(problems, updates, strict=True))
    error = np.mean([np.linalg.norm(update.beta - problem.exact.beta) for problem, update in pairs])
    bound = np.mean([problem.bound(update.beta) for problem, update in pairs])
    passes = np.mean([update.passes for update in updates])
    return [f"{error:.2g}", f"{bound:.2g}", f"{noise(float(bound)):.2g}", f"{passes:.0f}"]


def main() -> None:
    """Print a table for each problem."""
    for recipe in RECIPES:
        features = "no features" if recipe.features is None else f"{recipe.features} features"
        print(
            f"{recipe.title}: {recipe.entities:,} entities, {features}, {recipe.judgments:,} judgments, "
            f"{recipe.forgotten:,} of them to forget\n"
        )
        heading = ["", "error", "proved bound", "noise", "passes"]
        print(markdown([heading, *rows(recipe)]))


if __name__ == "__main__":
    main()
