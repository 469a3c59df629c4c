"""Approximate unlearning: what its estimators promise, and how close they come to the model trained again."""

import numpy as np
import pytest

from benchmarks.unlearning import (
    RECIPES,
    Recipe,
    draw,
    newton,
    noise,
    nothing,
    plain,
    retraining,
    variance_reduced,
)

SMALL = [recipe for recipe in RECIPES if recipe.judgments < 1_000]


@pytest.fixture(params=SMALL, ids=lambda recipe: recipe.title)
def problem(request):
    return draw(request.param, seed=1)


def error(problem, update):
    return float(np.linalg.norm(update.beta - problem.exact.beta))


def test_at_the_trained_model_what_remains_pulls_as_hard_as_what_has_to_go(problem):
    np.testing.assert_allclose(problem.retained_gradient(problem.trained.beta), -problem.push, atol=1e-8)


def test_one_newton_step_removes_nineteen_twentieths_of_the_error(problem):
    assert error(problem, newton(problem)) < error(problem, nothing(problem)) / 20


def test_descent_helps_only_with_less_variance(problem):
    before = error(problem, nothing(problem))
    assert error(problem, variance_reduced(problem)) < before / 2
    assert error(problem, plain(problem)) > before


def test_the_exact_model_lies_in_the_ball_and_within_every_proved_bound(problem):
    assert error(problem, nothing(problem)) <= problem.radius
    for method in (nothing, plain, variance_reduced, newton):
        update = method(problem)
        assert error(problem, update) <= problem.bound(update.beta)
        assert np.linalg.norm(update.beta - problem.trained.beta) <= problem.radius + 1e-12


def test_an_update_costs_less_than_training_again(problem):
    costs = [method(problem).passes for method in (variance_reduced, newton, retraining)]
    assert max(costs[:2]) < costs[2] / 3


def test_without_anything_to_forget_nothing_changes():
    problem = draw(Recipe("none", entities=10, features=3, judgments=50, forgotten=0), seed=0)
    for method in (nothing, variance_reduced, newton):
        assert error(problem, method(problem)) < 1e-8


def test_the_same_seed_gives_the_same_answer():
    first, second = (variance_reduced(draw(SMALL[0], seed=2)).beta for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert (first != variance_reduced(draw(SMALL[0], seed=3)).beta).any()


def test_noise_grows_with_what_it_has_to_hide():
    assert noise(2.0) == 2.0 * noise(1.0) == pytest.approx(2.0 * np.sqrt(2.0 * np.log(1.25e5)))
