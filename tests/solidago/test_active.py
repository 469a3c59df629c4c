"""Which pair next: the belief, what an answer would tell, and the choice, against their formulas written out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solidago.active.belief import Belief
from solidago.active.choice import RANDOM_SHARE, best_pairs, random_share
from solidago.active.information import information
from solidago.config import Config
from solidago.errors import InvalidInput
from solidago.preference.comparisons import Comparisons
from solidago.root_laws import RootLaw
from tests.solidago.naive import gbt as naive

LAWS = ("uniform", "bernoulli", "k-nary:21")
seeds = st.integers(0, 2**32 - 1).map(np.random.default_rng)
laws = st.sampled_from((*LAWS, "gaussian"))


def comparisons(rng: np.random.Generator, n_entities: int = 12, count: int = 20) -> Comparisons:
    left = rng.integers(n_entities, size=count)
    right = (left + rng.integers(1, n_entities, size=count)) % n_entities
    return Comparisons.of(left, right, rng.uniform(-1, 1, count), n_entities)


def dense(data: Comparisons, law: str, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the scores and the whole inverse Hessian, from the formulas."""
    theta = naive.scores(data.left, data.right, data.value, data.n_entities, law, sigma)
    hessian = np.eye(data.n_entities) / sigma**2
    for a, b in zip(data.left, data.right, strict=True):
        direction = np.zeros(data.n_entities)
        direction[a], direction[b] = 1, -1
        hessian += naive.derivatives(law, np.array([theta[a] - theta[b]]))[1] * np.outer(direction, direction)
    return theta, np.linalg.inv(hessian)


def by_definition(law: str, mean: float, variance: float) -> float:
    """Return E_x E_r|x log(p(r|x) / p(r)) on fine grids."""
    z = np.linspace(-9, 9, 4001)
    density = np.exp(-(z**2) / 2)
    x = mean + np.sqrt(variance) * z
    if law == "uniform":
        r, f = np.polynomial.legendre.leggauss(200)
        f = f / 2
    else:
        count = 2 if law == "bernoulli" else int(law.split(":")[1])
        r, f = np.linspace(-1, 1, count), np.full(count, 1 / count)
    given_x = np.exp(np.outer(x, r) - naive.phi(law, x)[:, None])
    weights = density / density.sum()
    return float(weights @ (given_x * np.log(given_x / (weights @ given_x))) @ f)


@given(seeds, laws, st.sampled_from((0.7, 3.0, 7.0)))
@settings(max_examples=20, deadline=None)
def test_the_belief_is_the_dense_inverse(rng, law, sigma):
    data = comparisons(rng)
    wanted = rng.permutation(12)[:5]
    belief = Belief.of(data, wanted, Config(root_law=law, sigma=sigma))
    theta, covariance = dense(data, law, sigma)
    np.testing.assert_allclose(belief.mean, theta[wanted], atol=1e-6)
    np.testing.assert_allclose(belief.covariance, covariance[np.ix_(wanted, wanted)], atol=1e-4 * sigma**2)


def test_entities_never_compared_have_the_prior():
    belief = Belief.of(Comparisons.of([0], [1], [0.3], 4), [3, 0, 2], Config(sigma=2.0))
    assert belief.mean[[0, 2]].tolist() == [0, 0]
    assert belief.covariance[[0, 2]].tolist() == [[4, 0, 0], [0, 0, 4]]
    nothing = Belief.of(Comparisons.of(np.array([], int), np.array([], int), [], 2), [0, 1], Config(sigma=7.0))
    assert nothing.covariance.tolist() == [[49, 0], [0, 49]]


@given(seeds, laws)
@settings(max_examples=15, deadline=None)
def test_a_judged_pair_shrinks_the_belief_as_one_more_term_of_the_hessian(rng, law):
    data = comparisons(rng)
    belief = Belief.of(data, np.arange(12), Config(root_law=law, sigma=2.0))
    a, b = rng.permutation(12)[:2]
    direction = np.zeros(12)
    direction[a], direction[b] = 1, -1
    weight = belief.law.cumulants(belief.mean[a] - belief.mean[b])[2]
    expected = np.linalg.inv(np.linalg.inv(belief.covariance) + weight * np.outer(direction, direction))
    np.testing.assert_allclose(belief.after(int(a), int(b)).covariance, expected, atol=1e-6)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("variance", [0.05, 0.5, 3.0, 20.0, 98.0])
def test_information_is_that_of_the_definition(law, variance):
    means = np.array([0.0, 1.0, 4.0])
    found = information(RootLaw.named(law), means, np.full(3, variance))
    expected = [by_definition(law, mean, variance) for mean in means]
    tolerance = {"uniform": 0.02, "k-nary:21": 0.02, "bernoulli": 0.2}[law]
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=1e-3)


def test_for_the_gaussian_law_the_formula_is_exact():
    law = RootLaw.named("gaussian")
    np.testing.assert_allclose(information(law, [5.0, 0.0], [0.3, 80.0]), 0.5 * np.log1p([0.3, 80.0]))


def test_a_law_of_very_many_values_counts_as_uniform():
    means, variances = [0.0, 3.0], [30.0, 30.0]
    many = information(RootLaw.named("k-nary:2001"), means, variances)
    np.testing.assert_allclose(many, information(RootLaw.named("uniform"), means, variances), rtol=1e-9)


@given(seeds, laws)
@settings(max_examples=40, deadline=None)
def test_information_is_never_negative_even_and_bounded_by_what_an_answer_can_say(rng, law):
    mean, variance = rng.normal(0, 20, 20), rng.exponential(30, 20)
    found = information(RootLaw.named(law), mean, variance)
    assert (found >= 0).all()
    np.testing.assert_allclose(found, information(RootLaw.named(law), -mean, variance))
    if law == "bernoulli":
        assert (found <= np.log(2) + 1e-9).all()


@given(seeds, laws)
@settings(max_examples=15, deadline=None)
def test_repeating_a_pair_tells_less_each_time(rng, law):
    belief = Belief.of(comparisons(rng), np.arange(12), Config(root_law=law))
    a, b = (int(i) for i in rng.permutation(12)[:2])
    told = []
    for _ in range(6):
        told.append(float(information(belief.law, *belief.differences(np.array([a]), np.array([b])))[0]))
        belief = belief.after(a, b)
    steps = np.diff(told)
    assert (steps <= 1e-9 + (0.02 * told[0] if law == "bernoulli" else 0.0)).all()
    assert told[-1] < told[0]


def test_the_best_pair_is_the_one_with_the_largest_worth():
    belief = Belief.of(comparisons(np.random.default_rng(3)), np.arange(12), Config())
    left, right = np.triu_indices(12, 1)
    gain = information(belief.law, *belief.differences(left, right))
    assert best_pairs(belief, left, right, 1) == [int(np.argmax(gain))]
    weight = np.where(np.arange(len(left)) == 17, 1e3, 1.0)
    assert best_pairs(belief, left, right, 1, weight=weight) == [17]


def test_a_batch_does_not_ask_the_same_twice():
    # 0 and 1 are known alike, 2 and 3 are new: after (0, 2), the pair (1, 2) would tell little more.
    data = Comparisons.of([0] * 30, [1] * 30, [0.0] * 30, 4)
    belief = Belief.of(data, np.arange(4), Config())
    left, right = [0, 1, 0, 1], [2, 2, 3, 3]
    first, second, third, fourth = best_pairs(belief, left, right, 9)
    assert right[first] != right[second]
    assert {first, second, third, fourth} == {0, 1, 2, 3}


def test_the_same_question_gives_the_same_choice():
    belief = Belief.of(comparisons(np.random.default_rng(3)), np.arange(12), Config())
    left, right = np.triu_indices(12, 1)
    assert best_pairs(belief, left, right, 10) == best_pairs(belief, left, right, 10)


@given(st.integers(0, 60), st.integers(1, 400))
def test_of_any_number_of_questions_a_quarter_or_more_is_expected_to_be_blind(items, asked):
    shares = [random_share(before, items) for before in range(asked)]
    assert sum(shares) >= RANDOM_SHARE * asked - 1e-9


@pytest.mark.parametrize(
    ("mean", "variance"),
    [([0.0], [-1.0]), ([np.nan], [1.0]), ([0.0], [np.inf]), ([0.0, 1.0], [1.0]), ([[0.0]], [[1.0]])],
)
def test_what_cannot_be_a_belief_is_refused(mean, variance):
    with pytest.raises(InvalidInput):
        information(RootLaw.named("uniform"), mean, variance)


@pytest.mark.parametrize("entities", [[0, 0], [12], [-1], [0.5]])
def test_unknown_entities_are_refused(entities):
    with pytest.raises(InvalidInput):
        Belief.of(comparisons(np.random.default_rng(0)), entities, Config())


@pytest.mark.parametrize(
    ("left", "right", "weight"),
    [([0], [1, 2], None), ([0], [9], None), ([-1], [0], None), ([0], [1], [0.0]), ([0], [1], [np.nan])],
)
def test_pairs_that_are_none_are_refused(left, right, weight):
    belief = Belief.of(comparisons(np.random.default_rng(0)), [0, 1, 2], Config())
    with pytest.raises(InvalidInput):
        best_pairs(belief, left, right, 1, weight=weight)
