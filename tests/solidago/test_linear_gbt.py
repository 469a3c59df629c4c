"""Linear GBT: one optimum, certified, and likenesses that carry scores over."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from solidago.config import Config
from solidago.errors import InvalidInput
from solidago.preference import gbt
from solidago.preference.comparisons import Comparisons
from solidago.preference.embeddings import one_hot, tree
from solidago.preference.linear_gbt import (
    Prior,
    fit,
    prior_from_embedding,
    prior_from_graph,
    similarity_laplacian,
)
from solidago.root_laws import RootLaw

UNIFORM = RootLaw.named("uniform")
seeds = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def comparisons(rng: np.random.Generator, n_entities: int, count: int) -> Comparisons:
    left = rng.integers(n_entities, size=count)
    right = (left + rng.integers(1, n_entities, size=count)) % n_entities
    return Comparisons.of(left, right, rng.uniform(-1, 1, count), n_entities)


def graph_prior(rng: np.random.Generator, n_entities: int, edges: int, sigma: float = 3.0) -> Prior:
    first = rng.integers(n_entities, size=edges)
    second = (first + rng.integers(1, n_entities, size=edges)) % n_entities
    return prior_from_graph(similarity_laplacian(first, second, rng.exponential(size=edges), n_entities), sigma)


def naive(data: Comparisons, precision: np.ndarray, law: RootLaw) -> np.ndarray:
    """Minimise the formula as it stands, from values alone."""

    def objective(theta: np.ndarray) -> float:
        x = theta[data.left] - theta[data.right]
        return float(0.5 * theta @ precision @ theta + law.cumulants(x)[0].sum() + data.value @ x)

    return minimize(objective, np.zeros(len(precision)), method="BFGS", options={"gtol": 1e-7}).x


@pytest.mark.parametrize("law", ["uniform", "k-nary:21", "bernoulli", "gaussian"])
def test_agrees_with_a_naive_minimiser(law: str) -> None:
    rng = np.random.default_rng(1)
    data, prior = comparisons(rng, 6, 10), graph_prior(rng, 6, 8)
    expected = naive(data, prior.precision.toarray(), RootLaw.named(law))
    np.testing.assert_allclose(fit(data, prior, RootLaw.named(law)).theta, expected, atol=1e-4)


def test_without_similarities_it_is_plain_gbt() -> None:
    data = comparisons(np.random.default_rng(2), 10, 25)
    empty = similarity_laplacian(np.zeros(0, int), np.zeros(0, int), [], 10)
    plain = gbt.fit_one(data.left, data.right, data.value, 10, Config(sigma=7.0))
    np.testing.assert_allclose(fit(data, prior_from_graph(empty, 7.0), UNIFORM).theta, plain.score, atol=1e-7)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_the_certificate_bounds_the_error(rng: np.random.Generator) -> None:
    data, prior = comparisons(rng, 8, 12), graph_prior(rng, 8, 10)
    fitted = fit(data, prior, UNIFORM)
    assert fitted.gradient_norm <= 1e-9
    assert fitted.error_bound == pytest.approx(prior.sigma**2 * fitted.gradient_norm)
    x = fitted.theta[data.left] - fitted.theta[data.right]
    force = data.incidence().T @ (UNIFORM.cumulants(x)[1] + data.value)
    assert np.linalg.norm(prior.precision @ fitted.theta + force) <= 1.1e-9


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_swapping_sides_and_signs_and_order_changes_nothing(rng: np.random.Generator) -> None:
    data, prior = comparisons(rng, 7, 10), graph_prior(rng, 7, 6)
    order = rng.permutation(len(data))
    turned = Comparisons.of(data.right[order], data.left[order], -data.value[order], 7)
    np.testing.assert_allclose(fit(data, prior, UNIFORM).theta, fit(turned, prior, UNIFORM).theta, atol=1e-7)


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_any_similarity_graph_is_monotone(rng: np.random.Generator) -> None:
    """Intensifying a judgment toward the left entity raises it, and most of all; the right one falls the most."""
    data, prior = comparisons(rng, 8, 12), graph_prior(rng, 8, 14)
    value = data.value.copy()
    value[0] = max(-1.0, value[0] - rng.uniform(0.05, 1.0))
    after = Comparisons.of(data.left, data.right, value, 8)
    change = fit(after, prior, UNIFORM).theta - fit(data, prior, UNIFORM).theta
    assert change[data.left[0]] >= change.max() - 1e-7
    assert change[data.right[0]] <= change.min() + 1e-7
    assert change[data.left[0]] >= -1e-7


def test_scores_carry_over_to_entities_never_compared() -> None:
    chain = similarity_laplacian([1, 2], [2, 3], [1.0, 1.0], 5)
    theta = fit(Comparisons.of([0], [1], [1.0], 5), prior_from_graph(chain, 2.0), UNIFORM).theta
    assert theta[1] > theta[2] > theta[3] > theta[4] == 0.0


@pytest.mark.parametrize("embedding", [one_hot([0, 1, 1]), tree([0, 1, 2], [-1, 0, 0])])
def test_scores_carry_over_within_categories(embedding) -> None:
    theta = fit(Comparisons.of([0], [1], [1.0], 3), prior_from_embedding(embedding, 2.0), UNIFORM).theta
    assert theta[1] > theta[2] > theta[0]


def test_the_shipped_counterexample_lowers_what_it_prefers() -> None:
    """x_a = 1, x_b = 2: preferring a moves its score from 0 to -0.757."""
    prior = prior_from_embedding([[1.0], [2.0]], sigma=1.0)
    theta = fit(Comparisons.of([0], [1], [-1.0], 2), prior, UNIFORM).theta
    assert theta[0] == pytest.approx(-0.757, abs=5e-4)


def test_a_hundred_thousand_entities_are_fitted_sparsely() -> None:
    rng = np.random.default_rng(5)
    fitted = fit(comparisons(rng, 100_000, 100_000), graph_prior(rng, 100_000, 200_000), UNIFORM)
    assert fitted.gradient_norm <= 1e-9
    assert fitted.theta.shape == (100_000,)


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: similarity_laplacian([0], [0], [1.0], 2), "similar to itself"),
        (lambda: similarity_laplacian([0], [1], [-1.0], 2), "at least 0"),
        (lambda: similarity_laplacian([0], [1], [np.nan], 2), "at least 0"),
        (lambda: similarity_laplacian([0], [2], [1.0], 2), "between 0 and 1"),
        (lambda: similarity_laplacian([0], [1], [1.0, 2.0], 2), "same length"),
        (lambda: prior_from_embedding([[np.inf]]), "finite"),
        (lambda: prior_from_embedding([1.0]), "matrix"),
        (lambda: prior_from_embedding([[1.0]], sigma=0.0), "positive"),
        (lambda: prior_from_embedding(np.eye(3), 1.0, similarity_laplacian([0], [1], [1.0], 2)), "as many entities"),
        (lambda: Comparisons.of([0], [0], [0.0], 2), "with itself"),
        (lambda: Comparisons.of([0], [1], [1.5], 2), "between -1 and 1"),
        (lambda: Comparisons.of([0], [1], [np.nan], 2), "between -1 and 1"),
        (lambda: Comparisons.of([0.5], [1], [0.0], 2), "whole numbers"),
        (lambda: Comparisons.of([0], [1], [0.0, 0.0], 2), "same length"),
        (lambda: Comparisons.of([], [], [], 0), "at least one entity"),
        (lambda: fit(Comparisons.of([0], [1], [0.0], 2), prior_from_embedding(np.eye(3)), UNIFORM), "same number"),
    ],
)
def test_bad_input_says_what_is_wrong(build, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        build()
