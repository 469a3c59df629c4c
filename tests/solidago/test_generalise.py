"""A contributor's scores of everything: one optimum, monotone, and explained by what they judged."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solidago.config import Config
from solidago.errors import InvalidInput
from solidago.preference import gbt
from solidago.preference.comparisons import Comparisons
from solidago.preference.generalise import Generalised, explain, generalise
from solidago.preference.similarity import Opinions, SimilarityGraph, similarity_graph
from solidago.root_laws import RootLaw

UNIFORM = RootLaw.named("uniform")
N = 9
seeds = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def graph(rng: np.random.Generator) -> SimilarityGraph:
    user, entity = np.nonzero(rng.random((5, N)) < 0.6)
    opinions = Opinions.of(user, entity, rng.normal(size=len(user)), rng.random(len(user)), N)
    return similarity_graph(opinions, [(np.arange(N), rng.integers(3, size=N))])


def fitted(
    rng: np.random.Generator, count: int = 6, intensified: float = 0.0, judged: int = 5
) -> tuple[Generalised, Comparisons]:
    left = rng.integers(judged, size=count)
    right = (left + rng.integers(1, judged, size=count)) % judged
    value = rng.uniform(-0.9, 0.9, count)
    value[0] += intensified
    said = Comparisons.of(left, right, value, N)
    return generalise(said, graph(rng), UNIFORM, expected=rng.normal(size=N), sigma=3.0, multiplier=0.8), said


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_shares_add_up_to_what_the_judgments_changed(rng: np.random.Generator) -> None:
    found, _ = fitted(rng)
    explanation = explain(found, np.arange(N))
    np.testing.assert_allclose(explanation.share.sum(axis=1), found.score - found.expected[:N], atol=1e-3)
    assert found.force.sum() == pytest.approx(0.0, abs=1e-9)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_a_push_up_never_pulls_down_what_is_alike(rng: np.random.Generator) -> None:
    found, _ = fitted(rng)
    share = explain(found, np.arange(N)).share
    assert (share * np.sign(found.force) >= -1e-4).all()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_intensifying_a_judgment_raises_the_preferred_most_of_all(seed: int) -> None:
    before, said = fitted(np.random.default_rng(seed))
    after, _ = fitted(np.random.default_rng(seed), intensified=0.1)
    change = after.score - before.score
    preferred, other = said.right[0], said.left[0]
    assert change[preferred] >= -1e-8
    assert change[other] <= 1e-8
    assert change[preferred] >= change.max() - 1e-8


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_deviations_are_those_of_the_hessian(rng: np.random.Generator) -> None:
    found, _ = fitted(rng)
    exact = np.sqrt(np.diag(np.linalg.inv(found.curved.toarray())))[:N]
    np.testing.assert_allclose(explain(found, np.arange(N)).deviation, exact, rtol=1e-3)


def test_judging_makes_surer() -> None:
    found, said = fitted(np.random.default_rng(1), count=40)
    deviation = explain(found, np.arange(N)).deviation
    assert deviation[np.unique(said.left)].mean() < deviation[5:].mean() < 3.0


def test_nothing_judged_is_what_is_expected() -> None:
    expected = np.arange(N, dtype=float)
    found = generalise(Comparisons.of([], [], [], N), graph(np.random.default_rng(0)), UNIFORM, expected=expected)
    np.testing.assert_array_equal(found.score, expected)
    assert explain(found, [0, 1]).share.shape == (2, 0)


def test_where_nothing_is_alike_and_nothing_expected_it_is_gbt() -> None:
    said = Comparisons.of([0, 1, 2], [1, 2, 0], [0.5, 0.2, 0.9], N)
    alone = similarity_graph(Opinions.of([], [], [], [], N))
    found = generalise(said, alone, UNIFORM, expected=np.zeros(N))
    plain = gbt.fit_one(said.left, said.right, said.value, N, Config(root_law="uniform", sigma=7.0))
    np.testing.assert_allclose(found.score, plain.score, atol=1e-7)


def test_bad_input_is_refused() -> None:
    said, alike = Comparisons.of([0], [1], [1.0], N), graph(np.random.default_rng(0))
    with pytest.raises(InvalidInput, match="same number"):
        generalise(Comparisons.of([0], [1], [1.0], N + 1), alike, UNIFORM, expected=np.zeros(N + 1))
    for expected in (np.full(N, np.nan), np.zeros(N - 1), 0.0):
        with pytest.raises(InvalidInput, match="expected"):
            generalise(said, alike, UNIFORM, expected=expected)
    with pytest.raises(InvalidInput, match="multiplier"):
        generalise(said, alike, UNIFORM, expected=np.zeros(N), multiplier=0.0)
    with pytest.raises(InvalidInput, match="entities"):
        explain(generalise(said, alike, UNIFORM, expected=np.zeros(N)), [N])
