import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from solidago.errors import InvalidInput, NotConverged
from solidago.kernels import gbt as kernels
from solidago.preference import gbt
from solidago.preference.gbt import fit_one
from solidago.root_laws import RootLaw
from solidago.triples import Triples
from tests.solidago.constants import tournesol
from tests.solidago.naive import gbt as naive
from tests.solidago.strategies import LAWS, Comparisons, comparisons, few, floats, some

every_law = pytest.mark.parametrize("law", LAWS)
# The certificate bounds the distance to the optimum by sigma^2 * 1e-9 in L2; twice that between two fits.
ERROR = 2 * 49 * 1e-9


def fit(c, law="uniform", **constants):
    return fit_one(c.a, c.b, c.r, c.n, tournesol(root_law=law, **constants))


def intensified(c, i, by):
    """The same with judgment i moved towards its entity a by ``by``, within its range."""
    r = c.r.copy()
    r[i] = max(-1.0, r[i] - by)
    return Comparisons(c.a, c.b, r, c.n), c.r[i] - r[i]


def appended(c, a, b, r):
    return Comparisons(np.append(c.a, a), np.append(c.b, b), np.append(c.r, r), c.n)


@every_law
@given(c=comparisons(), sigma=st.sampled_from([0.5, 2.0, 7.0, 30.0]))
@some
def test_scores_are_the_unique_optimum(law, c, sigma):
    fitted = fit(c, law, sigma=sigma)
    np.testing.assert_allclose(fitted.score, naive.scores(c.a, c.b, c.r, c.n, law, sigma), atol=2e-9 * sigma**2 + 1e-9)


@every_law
@given(c=comparisons())
@some
def test_gradient_vanishes_to_the_certificate(law, c):
    theta = fit(c, law).score
    pull = RootLaw.named(law).cumulants(theta[c.a] - theta[c.b])[1] + c.r
    gradient = theta / 49
    np.add.at(gradient, c.a, pull)
    np.add.at(gradient, c.b, -pull)
    assert np.linalg.norm(gradient) <= 1e-9


@every_law
@given(c=comparisons(max_size=8), k=st.sampled_from([0.25, 1.0]))
@few
def test_uncertainties_are_where_the_likelihood_has_lost_k(law, c, k):
    fitted = fit(c, law, k=k)
    left, right = naive.uncertainties(fitted.score, c.a, c.b, c.r, law, k)
    np.testing.assert_allclose(fitted.left, left, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(fitted.right, right, rtol=1e-6, atol=1e-6)


def test_gaussian_scores_solve_a_linear_system():
    a, b, r = np.array([0, 1, 0]), np.array([1, 2, 2]), np.array([0.5, -0.2, 1.0])
    laplacian = np.array([[2, -1, -1], [-1, 2, -1], [-1, -1, 2]]) + np.eye(3) / 49
    exact = np.linalg.solve(laplacian, -np.array([1.5, -0.7, -0.8]))
    np.testing.assert_allclose(fit_one(a, b, r, 3, tournesol(root_law="gaussian")).score, exact, atol=1e-7)


@pytest.mark.parametrize(("sigma", "score"), [(7.0, 4.9497), (10.0, 10 / np.sqrt(2))])
def test_one_extreme_judgment_gives_sigma_over_root_two(sigma, score):
    fitted = fit_one([0], [1], [1.0], 2, tournesol(sigma=sigma))
    np.testing.assert_allclose(fitted.score, [-score, score], atol=5e-5)
    # The winner may rise, and the loser fall, without any loss of likelihood.
    assert fitted.right[1] == fitted.left[0] == 1000.0
    assert fitted.left[1] == pytest.approx(fitted.right[0])


@pytest.mark.parametrize(("times", "uncertainty"), [(1, 2.6858), (2, 1.8172)])
def test_uncertainty_of_equal_judgments(times, uncertainty):
    fitted = fit_one([0] * times, [1] * times, [0.0] * times, 2, tournesol(k=1.0))
    np.testing.assert_allclose([fitted.left, fitted.right], uncertainty, atol=5e-5)


@every_law
@given(c=comparisons())
@few
def test_swapping_sides_changes_nothing(law, c):
    there, back = fit(c, law), fit(Comparisons(c.b, c.a, -c.r, c.n), law)
    np.testing.assert_allclose(there.score, back.score, atol=ERROR)


@every_law
@given(c=comparisons())
@few
def test_opposite_judgments_give_opposite_scores_and_uncertainties(law, c):
    there, mirrored = fit(c, law), fit(Comparisons(c.a, c.b, -c.r, c.n), law)
    np.testing.assert_allclose(there.score, -mirrored.score, atol=ERROR)
    np.testing.assert_allclose(there.left, mirrored.right, rtol=1e-5, atol=1e-5)


@given(c=comparisons(), order=st.randoms(use_true_random=False))
@few
def test_names_of_entities_and_order_of_judgments_do_not_matter(c, order):
    names, rows = list(range(c.n)), list(range(len(c.r)))
    order.shuffle(names)
    order.shuffle(rows)
    names = np.array(names)
    renamed = fit(Comparisons(names[c.a][rows], names[c.b][rows], c.r[rows], c.n))
    np.testing.assert_allclose(renamed.score[names], fit(c).score, atol=ERROR)


@every_law
@given(c=comparisons(), d=comparisons())
@few
def test_components_are_fitted_independently_and_centred(law, c, d):
    both = Comparisons(
        np.concatenate([c.a, d.a + c.n]), np.concatenate([c.b, d.b + c.n]), np.concatenate([c.r, d.r]), c.n + d.n
    )
    together = fit(both, law)
    np.testing.assert_allclose(together.score[: c.n], fit(c, law).score, atol=ERROR)
    np.testing.assert_allclose(together.score[c.n :], fit(d, law).score, atol=ERROR)
    assert abs(together.score[: c.n].sum()) < 1e-6


def test_what_was_never_compared_scores_zero_and_is_unknown():
    fitted = fit_one([0], [1], [0.3], 3, tournesol())
    assert (fitted.score[2], fitted.left[2], fitted.right[2]) == (0.0, 1000.0, 1000.0)
    assert len(fit_one([], [], [], 0, tournesol())) == 0


@every_law
@given(c=comparisons(), by=floats(0.05, 1.0), data=st.data())
@some
def test_intensifying_a_judgment_helps_its_entity_and_harms_the_other(law, c, by, data):
    i = data.draw(st.integers(0, len(c.r) - 1))
    after, moved = intensified(c, i, by)
    change = fit(after, law).score - fit(c, law).score
    a, b = c.a[i], c.b[i]
    assert change[a] >= -ERROR
    assert change[b] <= ERROR
    # Nobody gains more than the favoured one, nobody loses more than the other; no more than sigma^2 a unit.
    assert change.max() <= change[a] + ERROR
    assert change.min() >= change[b] - ERROR
    assert np.abs(change).max() <= 49 * moved + ERROR
    assert np.linalg.norm(change) <= np.sqrt(2) * 49 * moved + ERROR


@every_law
@given(c=comparisons(), data=st.data())
@few
def test_one_judgment_more_moves_scores_by_a_bounded_amount(law, c, data):
    a = data.draw(st.integers(0, c.n - 1))
    b = (a + data.draw(st.integers(1, c.n - 1))) % c.n
    change = fit(appended(c, a, b, data.draw(floats(-1, 1))), law).score - fit(c, law).score
    if law != "gaussian":  # whose slopes have no bound
        assert np.abs(change).max() <= 2 * 49 + ERROR
        assert np.linalg.norm(change) <= 2 * np.sqrt(2) * 49 + ERROR


@pytest.mark.parametrize("law", ["uniform", "k-nary:21", "bernoulli"])
@given(c=comparisons(), data=st.data())
@some
def test_appending_an_unequivocal_preference_is_monotone(law, c, data):
    a = data.draw(st.integers(0, c.n - 1))
    b = (a + data.draw(st.integers(1, c.n - 1))) % c.n
    change = fit(appended(c, a, b, -1.0), law).score - fit(c, law).score
    assert change[a] >= -ERROR
    assert change[b] <= ERROR


def test_appending_a_weak_preference_for_a_clear_favourite_lowers_it():
    clear = Comparisons(np.array([0]), np.array([1]), np.array([-1.0]), 2)
    assert fit(appended(clear, 0, 1, -0.1)).score[0] < fit(clear).score[0] - 1


def quadratic_scores(c):
    """The older quadratic model, whose weights depend on the judgments: theta of a linear system."""
    r = -10 * c.r / 11
    matrix, pull = np.eye(c.n) * 0.02, np.zeros(c.n)
    for a, b, x in zip(c.a, c.b, r, strict=True):
        weight = 1 - x * x
        matrix[[a, b], [a, b]] += weight
        matrix[[a, b], [b, a]] -= weight
        pull[a] += x * np.sqrt(weight)
        pull[b] -= x * np.sqrt(weight)
    return np.linalg.solve(matrix, pull)


def test_the_check_of_monotonicity_catches_a_model_that_lacks_it():
    rng = np.random.default_rng(0)
    worst = {"older": 0, "gbt": 0}
    for _ in range(200):
        a = rng.integers(0, 6, 10)
        c = Comparisons(a, (a + rng.integers(1, 6, 10)) % 6, rng.integers(-10, 11, 10) / 10, 6)
        after, _ = intensified(c, 0, 0.1)
        for name, model in (("older", quadratic_scores), ("gbt", lambda c: fit(c).score)):
            worst[name] += bool(model(after)[c.a[0]] < model(c)[c.a[0]] - 1e-7)
    assert worst["gbt"] == 0
    assert worst["older"] > 20


@pytest.mark.parametrize("sigma", [0.01, 100.0])
@every_law
def test_hard_cases_keep_their_certificate(law, sigma):
    rng = np.random.default_rng(3)
    a = rng.integers(0, 300, 3000)
    b = (a + rng.zipf(1.3, 3000) % 299 + 1) % 300
    fit_one(a, b, rng.choice([-1.0, 1.0, 0.3], 3000), 300, tournesol(root_law=law, sigma=sigma))


@pytest.mark.parametrize("gradient", [2e-9, np.nan, np.inf])
def test_a_model_without_certificate_is_never_returned(gradient):
    with pytest.raises(NotConverged, match="number 1"):
        gbt._certify(Triples.empty(0), np.array([0.0, gradient]), np.zeros(2, np.int32), 7.0, 2)


@pytest.mark.parametrize(
    ("left", "right", "value", "problem"),
    [
        ([0], [0], [0.5], "itself"),
        ([0], [2], [0.5], "between 0 and 1"),
        ([-1], [1], [0.5], "between 0 and 1"),
        ([0.0], [1], [0.5], "whole numbers"),
        ([[0]], [1], [0.5], "whole numbers"),
        ([0], [1], [0.5, 0.5], "same length"),
        ([0], [1], [[0.5]], "same length"),
        ([0], [1], [1.1], "between -1 and 1"),
        ([0], [1], [np.nan], "between -1 and 1"),
    ],
)
def test_wrong_comparisons_are_refused(left, right, value, problem):
    with pytest.raises(InvalidInput, match=problem):
        fit_one(left, right, value, 2, tournesol())


def test_judgments_that_cannot_be_written_compile_nothing_new():
    fit_one([0], [1], [0.5], 2, tournesol())
    frozen = [np.array([0]), np.array([1]), np.array([0.5])]
    for column in frozen:
        column.flags.writeable = False
    compiled = len(kernels.fit.signatures)
    fit_one(*frozen, 2, tournesol())
    assert len(kernels.fit.signatures) == compiled == 1


@given(c=comparisons())
@few
def test_the_error_bound_of_the_certificate_holds(c):
    assume(len(c.r) > 0)
    exact = naive.scores(c.a, c.b, c.r, c.n)
    assert np.linalg.norm(fit(c).score - exact) <= 49 * 1e-9 + 1e-9
