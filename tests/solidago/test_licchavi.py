"""Licchavi: one optimum, certified; nobody moves the common model by more than their bound."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from solidago.config import Config
from solidago.dataset import Judgments
from solidago.errors import InvalidInput
from solidago.preference import gbt, licchavi
from solidago.preference.licchavi import Coupling
from solidago.preference.profiles import Anchored, GbtProfiles
from solidago.preference.skewness import geometric_median, strategic_gain
from solidago.root_laws import RootLaw

UNIFORM = RootLaw.named("uniform")
seeds = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def columns(user, left, right, value) -> Judgments:
    """Bring judgments into canonical order."""
    user, left, right, value = (np.asarray(column) for column in (user, left, right, value))
    low, high = np.minimum(left, right), np.maximum(left, right)
    value = np.where(left <= right, value, -value).astype(float)
    order = np.lexsort((value, high, low, user))
    ints = (column[order].astype(np.int32) for column in (user, low, high))
    return Judgments(*ints, value[order])


def poll(rng: np.random.Generator, contributors: int, n_entities: int, each: int, taste: float = 0.5) -> Judgments:
    """Simulate contributors who share most of their preferences."""
    scores = rng.normal(size=n_entities) * 2 + taste * rng.normal(size=(contributors, n_entities))
    user = np.repeat(np.arange(contributors), each)
    left = rng.integers(n_entities, size=len(user))
    right = (left + rng.integers(1, n_entities, size=len(user))) % n_entities
    return columns(user, left, right, UNIFORM.sample(scores[user, right] - scores[user, left], rng))


def objective(
    data: Judgments, models: np.ndarray, coupling: Coupling, weights: np.ndarray, blunt: float = 0.0
) -> float:
    """Compute the formula as it stands; models are rho, then every theta_n."""
    rho, personal = models[0], models[1:]
    x = personal[data.user, data.left] - personal[data.user, data.right]
    losses = UNIFORM.cumulants(x)[0].sum() + data.value @ x + (personal**2).sum() / (2 * coupling.sigma**2)
    distances = np.sqrt(((rho - personal) ** 2).sum(axis=1) + blunt**2)
    return float(losses + coupling.force * weights @ distances + coupling.inertia / 2 * rho @ rho)


def stacked(fitted: licchavi.LicchaviFit, contributors: int) -> np.ndarray:
    return np.array([fitted.collective, *(fitted.personal_scores(n) for n in range(contributors))])


def test_agrees_with_a_naive_minimiser() -> None:
    data, weights, coupling = poll(np.random.default_rng(0), 4, 5, 6), np.array([1.0, 0.5, 2.0, 1.0]), Coupling(0.7)
    fitted = stacked(licchavi.fit(data, 5, weights, coupling), 4)
    naive = minimize(
        lambda z: objective(data, z.reshape(5, 5), coupling, weights, blunt=1e-6), np.zeros(25), method="BFGS"
    )
    np.testing.assert_allclose(fitted.ravel(), naive.x, atol=1e-3)
    assert objective(data, fitted, coupling, weights) <= naive.fun + 1e-9


@settings(max_examples=15, deadline=None)
@given(seeds, st.sampled_from([0.02, 0.3, 2.0, 20.0]))
def test_no_other_models_are_better(rng: np.random.Generator, force: float) -> None:
    data, weights, coupling = poll(rng, 4, 6, 5), rng.uniform(0.2, 2.0, 4), Coupling(force, 0.5)
    fitted = licchavi.fit(data, 6, weights, coupling)
    best = stacked(fitted, 4)
    least = objective(data, best, coupling, weights)
    assert fitted.residual <= 1e-9
    for size in (1e-4, 1e-2, 1.0):
        other = best + size * rng.normal(size=best.shape)
        assert objective(data, other, coupling, weights) > least
    # The objective is strongly convex: what is this close in value is as close as the certificate says.
    assert fitted.error_bound <= 1e-9 / min(0.5, 1 / 49) + 1e-15


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_profiles_have_the_gradient_and_hessian_that_they_claim(rng: np.random.Generator) -> None:
    people = GbtProfiles(poll(rng, 6, 8, 4), rng.uniform(0.1, 3.0, 6), 8, 3.0, UNIFORM)
    rho, along = rng.normal(size=8), rng.normal(size=8)
    here = people.at(rho)
    gradient, curved = here.gradient, here.curve(along)
    ahead, behind = people.at(rho + 1e-5 * along), people.at(rho - 1e-5 * along)
    assert (ahead.value - behind.value) / 2e-5 == pytest.approx(gradient @ along, rel=1e-5, abs=1e-6)
    np.testing.assert_allclose((ahead.gradient - behind.gradient) / 2e-5, curved, rtol=1e-3, atol=1e-4)


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_nobody_pulls_with_more_than_their_force(rng: np.random.Generator) -> None:
    data = poll(rng, 1, 6, 20)
    fitted = licchavi.fit(data, 6, [0.3], Coupling(2.0, 0.01))
    assert 0.01 * np.linalg.norm(fitted.collective) <= 0.6 + 1e-9


def test_a_strong_force_makes_everybody_agree_and_a_weak_one_nobody() -> None:
    data = poll(np.random.default_rng(3), 10, 6, 8)
    strong = licchavi.fit(data, 6, np.ones(10), Coupling(50.0))
    assert strong.agrees.all()
    np.testing.assert_allclose(strong.personal_scores(3), strong.collective, atol=1e-9)
    weak = licchavi.fit(data, 6, np.ones(10), Coupling(1e-6, 1e-6))
    assert not weak.agrees.any()
    mine = data.user == 3
    alone = gbt.fit_one(data.left[mine], data.right[mine], data.value[mine], 6, Config(sigma=7.0))
    np.testing.assert_allclose(weak.personal_scores(3), alone.score, atol=1e-4)


def test_the_order_and_numbers_of_contributors_do_not_matter() -> None:
    rng = np.random.default_rng(4)
    data, weights, new = poll(rng, 8, 6, 6), rng.uniform(0.5, 1.5, 8), rng.permutation(8)
    renamed = columns(new[data.user], data.left, data.right, data.value)
    moved = np.empty(8)
    moved[new] = weights
    before, after = licchavi.fit(data, 6, weights), licchavi.fit(renamed, 6, moved)
    np.testing.assert_allclose(before.collective, after.collective, atol=1e-8)
    np.testing.assert_allclose(before.personal_scores(2), after.personal_scores(int(new[2])), atol=1e-8)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_changing_all_of_ones_judgments_moves_the_common_model_within_the_bound(rng: np.random.Generator) -> None:
    data, weights, coupling = poll(rng, 6, 6, 5), rng.uniform(0.2, 2.0, 6), Coupling(1.0, 2.0)
    lies = np.where(data.user == 0, rng.choice([-1.0, 1.0], len(data)), data.value)
    before = licchavi.fit(data, 6, weights, coupling).collective
    after = licchavi.fit(columns(data.user, data.left, data.right, lies), 6, weights, coupling).collective
    assert np.linalg.norm(after - before) <= coupling.influence(weights[0]) + 1e-9


@pytest.mark.parametrize("size", [1.0, 1e3, 1e9])
def test_reporting_any_vector_moves_the_common_model_within_the_bound(size: float) -> None:
    rng, coupling = np.random.default_rng(5), Coupling(1.0, 2.0)
    data, weights = poll(rng, 8, 6, 6), np.ones(8)
    without = licchavi.fit(data, 6, weights, coupling).collective
    direction = rng.normal(size=6)
    here = size * direction / np.linalg.norm(direction)
    joined = licchavi.fit(data, 6, weights, coupling, reports=[here]).collective
    opposite = licchavi.fit(data, 6, weights, coupling, reports=[-here]).collective
    assert np.linalg.norm(joined - without) <= coupling.joining_influence(1.0) + 1e-9
    assert np.linalg.norm(joined - opposite) <= coupling.influence(1.0) + 1e-9


def test_the_bound_is_reached_where_nobody_else_is() -> None:
    coupling = Coupling(1.0, 2.0)
    nobody = columns(np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0))
    for sign in (-1.0, 1.0):
        alone = licchavi.fit(nobody, 2, [], coupling, reports=[[sign * 1e9, 0.0]]).collective
        assert alone[0] == pytest.approx(sign * coupling.joining_influence(1.0), abs=1e-8)


def test_an_attacker_at_1e9_cannot_turn_the_ranking_of_twenty() -> None:
    rng = np.random.default_rng(6)
    data = poll(rng, 20, 8, 20, taste=0.2)
    honest = licchavi.fit(data, 8, np.ones(20)).collective
    attacked = licchavi.fit(data, 8, np.ones(20), reports=[-1e9 * honest]).collective
    assert np.corrcoef(honest, attacked)[0, 1] > 0.99


def test_huber_profiles_have_the_gradient_and_hessian_that_they_claim() -> None:
    rng = np.random.default_rng(7)
    reports = Anchored(rng.normal(size=(5, 4)), rng.uniform(0.5, 2.0, 5))
    rho, along = rng.normal(size=4), rng.normal(size=4)
    here, ahead, behind = (reports.at(rho + step * along) for step in (0.0, 1e-6, -1e-6))
    assert (ahead.value - behind.value) / 2e-6 == pytest.approx(here.gradient @ along, rel=1e-6)
    np.testing.assert_allclose((ahead.gradient - behind.gradient) / 2e-6, here.curve(along), rtol=1e-5, atol=1e-7)


def test_skewness_of_a_cross_with_arms_one_and_three() -> None:
    """Eigenvalues in ratio 3: 2/sqrt(3) - 1."""
    gain = strategic_gain([[1, 0], [-1, 0], [0, 3], [0, -3]])
    assert gain.skewness == pytest.approx(2 / np.sqrt(3) - 1, abs=1e-9)


def test_skewness_vanishes_for_many_isotropic_voters() -> None:
    means = [
        np.mean([strategic_gain(np.random.default_rng(seed).normal(size=(n, 5))).skewness for seed in range(5)])
        for n in (30, 300, 2000)
    ]
    assert means[0] == pytest.approx(0.011, abs=0.006)
    assert means[1] < means[0] / 5
    assert means[2] < means[1] / 3


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_the_geometric_median_is_a_minimum_and_moves_with_the_vectors(rng: np.random.Generator) -> None:
    vectors, weights = rng.normal(size=(9, 3)), rng.uniform(0.5, 1.0, 9)
    try:
        median = geometric_median(vectors, weights)
    except InvalidInput:
        return  # it sits on a vector, where there is no gain to speak of
    distance = (weights / weights.sum()) @ np.linalg.norm(vectors - median.point, axis=1)
    for _ in range(20):
        other = median.point + rng.normal(scale=0.1, size=3)
        assert (weights / weights.sum()) @ np.linalg.norm(vectors - other, axis=1) >= distance
    shifted = geometric_median(3.0 * vectors + 5.0, weights)
    np.testing.assert_allclose(shifted.point, 3.0 * median.point + 5.0, atol=1e-6)


def test_a_liar_gains_as_much_as_the_skewness_says_and_no_more() -> None:
    """Reports far away in all directions trace what one voter can reach.

    Whoever tells the truth about a wish beyond reach pulls from the outcome straight toward the wish.
    """
    honest, weights = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 3.0], [0.0, -3.0]]), [200.0] * 4
    angles = np.linspace(0, 2 * np.pi, 361)
    pull = np.stack((np.cos(angles), np.sin(angles)), axis=1)
    outcome = np.array([geometric_median(np.vstack((honest, 1e7 * way)), [*weights, 1.0]).point for way in pull])
    fine = np.linspace(0, 2 * np.pi, 20_000)
    reach = np.stack([np.interp(fine, angles, outcome[:, axis]) for axis in (0, 1)], axis=1)
    wishes = outcome + 0.02 * np.linalg.norm(outcome - outcome.mean(axis=0), axis=1)[:, None] * pull
    told = np.linalg.norm(outcome - wishes, axis=1)
    lied = np.array([np.linalg.norm(reach - wish, axis=1).min() for wish in wishes])
    gain, bound = (told / lied).max() - 1, strategic_gain(honest).skewness
    assert gain == pytest.approx(bound, rel=0.06)


def test_strategic_gain_of_a_large_poll_is_an_upper_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    data = poll(np.random.default_rng(9), 15, 30, 40)
    dense = licchavi.strategic_gain(data, 30, np.ones(15))
    monkeypatch.setattr(licchavi, "_DENSE", 3)
    lanczos = licchavi.strategic_gain(data, 30, np.ones(15))
    assert dense.skewness > 0.0
    assert lanczos.steepest == pytest.approx(dense.steepest, rel=0.02)
    assert lanczos.flattest == 1.0 <= dense.flattest
    assert dense.skewness < lanczos.skewness < 2.0 * dense.skewness


EMPTY = columns([], [], [], [])


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: Coupling(force=0.0), "force must be a positive number"),
        (lambda: Coupling(inertia=float("nan")), "inertia must be a positive number"),
        (lambda: Coupling(root_law="normal"), "root_law"),
        (lambda: licchavi.fit(EMPTY, 2, [0.0]), "Weights must be positive"),
        (lambda: licchavi.fit(EMPTY, 2, [np.nan]), "Weights must be positive"),
        (lambda: licchavi.fit(columns([1], [0], [1], [0.5]), 2, [1.0]), "one weight per contributor"),
        (lambda: licchavi.fit(EMPTY, 2, [1.0], reports=[[1.0]]), "rows of 2 finite numbers"),
        (lambda: licchavi.fit(EMPTY, 2, [1.0], reports=[[1.0, np.inf]]), "rows of 2 finite numbers"),
        (lambda: licchavi.fit(EMPTY, 2, [1.0], reports=[[1.0, 1.0]], report_weights=[1.0, 1.0]), "weight per report"),
        (lambda: licchavi.fit(EMPTY, 2, [1.0]).personal_scores(1), "numbered from 0 to 0"),
        (lambda: strategic_gain([[1.0, 2.0]]), "on one line"),
        (lambda: strategic_gain([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]), "on one line"),
        (lambda: strategic_gain([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.1, 0.1], [0.1, 0.1]]), "vector number 3"),
        (lambda: strategic_gain([[0.0, np.nan], [1.0, 0.0]]), "finite"),
        (lambda: strategic_gain([[1, 0], [0, 1], [1, 1]], [1.0, 0.0, 1.0]), "positive weight"),
    ],
)
def test_bad_input_says_what_is_wrong(build, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        build()


@pytest.mark.slow
def test_a_thousand_contributors_and_entities_take_a_handful_of_steps() -> None:
    data = poll(np.random.default_rng(10), 1000, 1000, 100)
    fitted = licchavi.fit(data, 1000, np.ones(1000))
    assert fitted.newton_steps < 20
    assert fitted.residual <= 1e-9
