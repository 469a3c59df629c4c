"""Certificates: what is proven safe is, and what is disproved comes with comparisons that show it."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solidago.errors import InvalidInput
from solidago.preference import embeddings
from solidago.preference.embeddings import Counterexample, Kind, certify, is_diffusion, one_hot, tree

seeds = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def moves(gram: np.ndarray, laplacian: np.ndarray) -> np.ndarray:
    """Return M = (I + G Y)^-1 G: how scores answer to judgments."""
    return np.linalg.solve(np.eye(len(gram)) + gram @ laplacian, gram)


def laplacian_of(weights: np.ndarray) -> np.ndarray:
    weights = np.triu(weights, 1)
    weights = weights + weights.T
    return np.diag(weights.sum(axis=1)) - weights


def loss_shown(gram: np.ndarray, found: Counterexample) -> float:
    """Compare the blocks' members with each other very often; return how much the preferred entity then loses."""
    weights = np.zeros_like(gram)
    for block in found.blocks:
        for i, j in itertools.combinations(sorted(block), 2):
            weights[i, j] = 1e7
    moved = moves(gram, laplacian_of(weights))
    return float(moved[found.preferred, found.other] - moved[found.preferred, found.preferred])


def worst_by_pseudo_inverse(gram: np.ndarray) -> float:
    """Go through all set partitions by the formula M = G - G B (B' G B)^+ B' G."""
    n = len(gram)
    worst = -np.inf
    for labels in itertools.product(range(n), repeat=n):
        pairs = [(i, j) for i, j in itertools.combinations(range(n), 2) if labels[i] == labels[j]]
        differences = np.array([np.eye(n)[i] - np.eye(n)[j] for i, j in pairs]).reshape(-1, n).T
        inner = np.linalg.pinv(differences.T @ gram @ differences, rcond=1e-10, hermitian=True)
        moved = gram - gram @ differences @ inner @ differences.T @ gram
        worst = max(worst, float((moved - moved.diagonal()[:, None]).max()))
    return worst


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_trees_of_categories_are_diffusions_by_structure_and_by_matrix(rng: np.random.Generator) -> None:
    parents = [int(rng.integers(-1, k)) if k else -1 for k in range(5)]
    features = tree(rng.integers(5, size=8), parents, own=rng.uniform(0.1, 3.0))
    assert certify(features).kind is Kind.DIFFUSION
    assert is_diffusion((features @ features.T).toarray())


def test_one_hot_categories_are_diffusions_at_any_size() -> None:
    assert certify(one_hot(np.arange(50_000) % 300)).kind is Kind.DIFFUSION


def test_a_diffusion_may_be_singular() -> None:
    categories_alone = np.repeat(np.eye(2), 3, axis=0)
    assert is_diffusion(categories_alone @ categories_alone.T)


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_any_similarity_graph_makes_a_diffusion(rng: np.random.Generator) -> None:
    precision = np.eye(7) / 4 + laplacian_of(rng.exponential(size=(7, 7)) * (rng.random((7, 7)) < 0.4))
    embedding = np.linalg.cholesky(np.linalg.inv(precision))
    assert certify(embedding).kind is Kind.DIFFUSION


def test_features_one_and_two_are_refuted() -> None:
    certificate = certify([[1.0], [2.0]])
    assert not certificate.safe
    assert certificate.counterexample == Counterexample(preferred=0, other=1, blocks=(), shortfall=0.25)


@settings(max_examples=40, deadline=None)
@given(seeds, st.integers(3, 7))
def test_what_is_good_never_loses_and_what_is_refuted_does(rng: np.random.Generator, n_entities: int) -> None:
    embedding = np.hstack((np.eye(n_entities), rng.random((n_entities, 3)) < 0.4))
    gram, certificate = embedding @ embedding.T, certify(embedding)
    if certificate.counterexample:
        shown = loss_shown(gram, certificate.counterexample)
        assert shown == pytest.approx(certificate.counterexample.shortfall * gram.diagonal().max(), abs=1e-4)
    else:
        weights = np.exp(rng.normal(0, 4, size=gram.shape)) * (rng.random(gram.shape) < 0.5)
        moved = moves(gram, laplacian_of(weights))
        assert certificate.safe
        assert (moved <= moved.diagonal()[:, None] + 1e-7).all()


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_gluing_one_by_one_equals_the_formula_over_partitions(rng: np.random.Generator) -> None:
    embedding = rng.normal(size=(4, int(rng.integers(2, 6))))
    gram = embedding @ embedding.T
    worst = worst_by_pseudo_inverse(gram)
    found = certify(embedding).counterexample
    assert (found.shortfall if found else 0.0) == pytest.approx(max(worst, 0.0) / gram.diagonal().max(), abs=1e-6)


def test_some_embeddings_are_good_without_being_diffusions() -> None:
    kinds = set()
    for seed in range(40):
        rng = np.random.default_rng(seed)
        kinds.add(certify(np.hstack((np.eye(4), rng.random((4, 3)) < 0.4))).kind)
    assert kinds == {Kind.DIFFUSION, Kind.GOOD, Kind.UNPROVEN}


def test_overlapping_tags_lose_the_guarantee_and_the_search_shows_how() -> None:
    rng = np.random.default_rng(0)
    embedding = np.hstack((np.eye(30), rng.random((30, 5)) < 0.4))
    certificate = certify(embedding)
    assert certificate.kind is Kind.UNPROVEN
    assert certificate.counterexample is not None
    assert loss_shown(embedding @ embedding.T, certificate.counterexample) > 1e-3


def test_the_same_embedding_gets_the_same_answer() -> None:
    embedding = np.hstack((np.eye(20), np.random.default_rng(1).normal(size=(20, 2))))
    assert certify(embedding) == certify(embedding)


def test_too_many_entities_to_test_are_unproven_without_a_verdict() -> None:
    features = np.random.default_rng(0).normal(size=(embeddings.MOST_ENTITIES_DENSE + 1, 1))
    certificate = certify(features)
    assert certificate.kind is Kind.UNPROVEN
    assert certificate.counterexample is None


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: tree([0], [0]), "smaller number"),
        (lambda: tree([1], [-1]), "between 0 and 0"),
        (lambda: one_hot([0.5]), "whole numbers"),
        (lambda: one_hot([0, 1], own=0.0), "positive"),
        (lambda: certify([[np.nan]]), "finite"),
    ],
)
def test_bad_input_says_what_is_wrong(build, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        build()
