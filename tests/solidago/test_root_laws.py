import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidago.errors import InvalidConfig, InvalidInput
from solidago.root_laws import RootLaw
from tests.solidago.naive import laws as naive
from tests.solidago.strategies import LAWS, few, floats, some

LINE = [0.0, 1e-300, 1e-8, 1e-3, 0.3, 0.4999999, 0.5, 0.5000001, 2.0, 9.9, 10.1, 35.0, 300.0]
every_law = pytest.mark.parametrize("law", [*LAWS, "k-nary:2", "k-nary:3", "k-nary:201"])


@every_law
@pytest.mark.parametrize("x", LINE)
def test_phi_is_the_log_of_the_mean_exponential(law, x):
    phi, slope, curvature = RootLaw.named(law).cumulants(x)
    mean, variance = naive.moments(law, x)
    assert phi == pytest.approx(naive.phi(law, x), rel=1e-12, abs=1e-13)
    assert slope == pytest.approx(mean, rel=1e-11, abs=1e-14)
    assert curvature == pytest.approx(variance, rel=1e-9, abs=1e-14)


@every_law
@given(x=floats(-1e6, 1e6))
@some
def test_phi_is_even_convex_and_has_slopes_within_the_judgments(law, x):
    phi, slope, curvature = RootLaw.named(law).cumulants([x, -x])
    assert phi[0] == phi[1] >= 0
    assert slope[0] == -slope[1]
    assert (curvature >= 0).all()
    if law != "gaussian":
        assert abs(slope[0]) <= 1


@every_law
@given(x=floats(-50, 50))
@some
def test_slope_and_curvature_are_derivatives(law, x):
    h = 1e-4
    phi, slope, curvature = RootLaw.named(law).cumulants([x - h, x, x + h])
    assert slope[1] == pytest.approx((phi[2] - phi[0]) / (2 * h), abs=1e-7)
    assert curvature[1] == pytest.approx((slope[2] - slope[0]) / (2 * h), abs=1e-7)


@every_law
def test_phi_is_zero_at_zero(law):
    assert RootLaw.named(law).cumulants(0.0)[:2] == (0.0, 0.0)


def test_curvature_stays_positive_where_it_is_exponentially_small():
    curvature = RootLaw.named("k-nary:21").cumulants([100.0, 400.0, 1000.0])[2]
    exact = [1 / 400 / np.sinh(x / 20) ** 2 for x in (100.0, 400.0, 1000.0)]
    np.testing.assert_allclose(curvature, exact, rtol=1e-12)


def test_two_values_are_bernoulli():
    x = np.linspace(-30, 30, 101)
    for two, bernoulli in zip(
        RootLaw.named("k-nary:2").cumulants(x), RootLaw.named("bernoulli").cumulants(x), strict=True
    ):
        np.testing.assert_allclose(two, bernoulli, rtol=1e-11, atol=1e-14)


def test_many_values_tend_to_the_uniform_law():
    x = np.linspace(-5, 5, 11)
    np.testing.assert_allclose(
        RootLaw.named("k-nary:99999").cumulants(x)[0], RootLaw.named("uniform").cumulants(x)[0], atol=1e-4
    )


@every_law
@pytest.mark.parametrize("x", [-30.0, -2.0, 0.0, 0.1, 5.0])
def test_samples_have_the_moments_of_the_law(law, x):
    n = 20_000
    drawn = RootLaw.named(law).sample(np.full(n, x), np.random.default_rng(1))
    mean, variance = naive.moments(law, x)
    assert drawn.mean() == pytest.approx(mean, abs=5 * np.sqrt(variance / n) + 1e-12)
    assert drawn.var() == pytest.approx(variance, rel=0.05, abs=10 * np.sqrt(variance / n) + 1e-12)


@given(x=floats(-1e4, 1e4), seed=st.integers(0, 1000))
@few
def test_samples_are_possible_judgments(x, seed):
    rng = np.random.default_rng(seed)
    assert (np.abs(RootLaw.named("uniform").sample(np.full(50, x), rng)) <= 1).all()
    steps = 10 * RootLaw.named("k-nary:21").sample(np.full(50, x), rng)
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-12)
    assert (np.abs(steps) <= 10 + 1e-12).all()


@pytest.mark.parametrize("name", ["", "Uniform", "k-nary", "k-nary:1", "k-nary:0", "k-nary:-3", "k-nary:2.5", "normal"])
def test_unknown_laws_are_named_in_the_error(name):
    with pytest.raises(InvalidConfig, match="root_law"):
        RootLaw.named(name)


@pytest.mark.parametrize("x", [np.nan, np.inf, [0.0, -np.inf]])
def test_differences_that_are_no_numbers_are_refused(x):
    with pytest.raises(InvalidInput, match="finite"):
        RootLaw.named("uniform").cumulants(x)
