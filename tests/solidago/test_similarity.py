"""Which entities are alike: what contributors think of them, and what they are labelled with."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solidago.errors import InvalidInput
from solidago.preference import similarity
from solidago.preference.similarity import Opinions, co_scored, similarity_graph

seeds = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def opinions(rng: np.random.Generator, users: int = 6, entities: int = 12, share: float = 0.6) -> Opinions:
    user, entity = np.nonzero(rng.random((users, entities)) < share)
    difference, right = rng.normal(size=len(user)), rng.uniform(0.1, 1.0, len(user))
    return Opinions.of(user, entity, difference, right, entities)


def naive_weight(found: Opinions, e: int, f: int) -> float:
    """Evaluate the formula as it stands."""
    total, gap = similarity.DOUBT, similarity.DOUBT * found.usual_gap
    for i in np.flatnonzero(found.entity == e):
        for j in np.flatnonzero((found.entity == f) & (found.user == found.user[i])):
            v = np.sqrt(found.right[i] * found.right[j])
            total, gap = total + v, gap + v * (found.difference[i] - found.difference[j]) ** 2
    return float(total / gap) / similarity.NEIGHBOURS


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_weights_are_those_of_the_formula(rng: np.random.Generator) -> None:
    found = opinions(rng)
    for e, f, weight in zip(*co_scored(found), strict=True):
        assert weight == pytest.approx(naive_weight(found, e, f), rel=1e-9)


def test_those_scored_alike_are_tied_and_opposites_are_not_preferred(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similarity, "NEIGHBOURS", 1)
    taste = np.array([1.0, 1.0, -1.0, -1.0])
    user, entity = np.repeat(np.arange(8), 4), np.tile(np.arange(4), 8)
    found = Opinions.of(user, entity, np.where(user % 2, 1, -1) * taste[entity], np.ones(32), 4)
    first, second, weight = co_scored(found)
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == [(0, 1), (2, 3)]
    assert (weight > 1.0 / found.usual_gap).all()


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_does_not_matter(rng: np.random.Generator) -> None:
    found = opinions(rng, users=40, share=0.9)  # more raters than are looked at
    order = rng.permutation(len(found))
    again = Opinions.of(found.user[order], found.entity[order], found.difference[order], found.right[order], 12)
    for column, same in zip(co_scored(found), co_scored(again), strict=True):
        np.testing.assert_array_equal(column, same)


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_an_entity_chooses_a_bounded_number(rng: np.random.Generator) -> None:
    first, second, _ = co_scored(opinions(rng, entities=60))
    assert len(first) <= 60 * similarity.NEIGHBOURS
    assert (first < second).all()


def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    found = opinions(np.random.default_rng(3), entities=30)
    whole = co_scored(found)[2]
    monkeypatch.setattr(similarity, "_BATCH", 7)
    np.testing.assert_array_equal(co_scored(found)[2], whole)


def test_a_popular_label_costs_an_edge_for_each_bearer() -> None:
    nobody = Opinions.of([], [], [], [], 1000)
    graph = similarity_graph(nobody, [(np.arange(1000), np.zeros(1000, int))])
    assert graph.n_nodes == 1001
    assert graph.laplacian.nnz <= 3 * 1001 + 1000
    np.testing.assert_allclose(graph.laplacian.sum(axis=1), 0.0, atol=1e-9)


def test_an_entity_divides_a_unit_among_its_labels() -> None:
    nobody = Opinions.of([], [], [], [], 2)
    graph = similarity_graph(nobody, [([0, 0, 1], [0, 1, 1])])
    np.testing.assert_allclose(graph.laplacian.diagonal()[:2], 1.0 / nobody.usual_gap)


def test_without_opinions_and_labels_nothing_is_alike() -> None:
    assert similarity_graph(Opinions.of([], [], [], [], 3)).laplacian.nnz == 0


@pytest.mark.parametrize(
    ("user", "entity", "difference", "right"),
    [
        ([0], [3], [0.0], [1.0]),
        ([0], [0], [np.nan], [1.0]),
        ([0], [0], [0.0], [-1.0]),
        ([0, 0], [1, 1], [0.0, 1.0], [1.0, 1.0]),
        ([0], [0, 1], [0.0], [1.0]),
    ],
)
def test_bad_opinions_are_refused(
    user: list[int], entity: list[int], difference: list[float], right: list[float]
) -> None:
    with pytest.raises(InvalidInput):
        Opinions.of(user, entity, difference, right, 3)


def test_bad_labels_are_refused() -> None:
    nobody = Opinions.of([], [], [], [], 3)
    for labels in (([3], [0]), ([0], [-1]), ([0], [0, 1])):
        with pytest.raises(InvalidInput):
            similarity_graph(nobody, [labels])
