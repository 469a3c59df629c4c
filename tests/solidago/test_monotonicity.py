"""Audits: derivative and retraining agree, safe models pass, the negative controls are caught."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solidago.errors import InvalidInput
from solidago.monotonicity import (
    GbtLoss,
    LinearScores,
    NetworkScores,
    PolicyScores,
    PreferenceLoss,
    QuadraticModel,
    Stimulus,
    Task,
    Trained,
    audit,
    train,
)
from solidago.monotonicity.scores import log_softmax
from solidago.preference.comparisons import Comparisons
from solidago.preference.embeddings import one_hot
from solidago.root_laws import RootLaw

UNIFORM = RootLaw.named("uniform")
seeds = st.integers(0, 2**32 - 1).map(np.random.default_rng)
LOSSES = [PreferenceLoss("log-sigmoid"), PreferenceLoss("hinge"), PreferenceLoss("squared", 0.5), GbtLoss(UNIFORM)]
FINITE = (Stimulus.INTENSIFY, Stimulus.APPEND)


def comparisons(rng: np.random.Generator, n_entities: int, count: int) -> Comparisons:
    left = rng.integers(n_entities, size=count)
    right = (left + rng.integers(1, n_entities, size=count)) % n_entities
    return Comparisons.of(left, right, rng.uniform(-1, 1, count), n_entities)


def gbt(rng: np.random.Generator, embedding: np.ndarray, count: int = 15, law: RootLaw = UNIFORM) -> Trained:
    data = comparisons(rng, len(embedding), count)
    return train(Task(LinearScores(embedding), GbtLoss(law), data, np.zeros(embedding.shape[1]), sigma=3.0))


def policy(rng: np.random.Generator, loss: PreferenceLoss, *, network: bool = False) -> Trained:
    """Train a policy on one comparison a question."""
    questions, answers, features = 4, 3, 4
    asked = np.repeat(np.arange(questions), answers)
    inputs = rng.normal(size=(len(asked), features))
    logits = NetworkScores(inputs, 3) if network else LinearScores(inputs)
    start = 0.5 * rng.normal(size=logits.n_parameters)
    scores = PolicyScores(logits, asked, log_softmax(logits.scores(start), asked))
    first = np.arange(0, len(asked), answers)
    data = Comparisons.of(first, first + 1, -np.ones(questions), len(asked))
    return train(Task(scores, loss, data, start, sigma=2.0))


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_losses_have_the_slope_and_curvature_that_they_claim(loss) -> None:
    x, value = np.linspace(-3, 3, 41) + 0.011, np.tile([-1.0, 1.0], 21)[:41]
    ahead, here, behind = (loss.derivatives(x + h, value) for h in (1e-6, 0.0, -1e-6))
    np.testing.assert_allclose((ahead[0] - behind[0]) / 2e-6, here[1], atol=1e-6)
    np.testing.assert_allclose((ahead[1] - behind[1]) / 2e-6, here[2], atol=1e-4)


@pytest.mark.parametrize("network", [False, True])
def test_policies_have_the_jacobian_and_hessian_that_they_claim(network: bool) -> None:
    rng = np.random.default_rng(0)
    task = policy(rng, PreferenceLoss("log-sigmoid"), network=network).task
    at, along = rng.normal(size=(2, len(task.start)))
    ahead, behind = at + 1e-5 * along, at - 1e-5 * along
    scores = (task.function.scores(ahead) - task.function.scores(behind)) / 2e-5
    np.testing.assert_allclose(scores, task.function.jacobian(at) @ along, atol=1e-8)
    assert (task.value(ahead) - task.value(behind)) / 2e-5 == pytest.approx(task.slopes(at)[2] @ along, abs=1e-7)
    curved = (task.slopes(ahead)[2] - task.slopes(behind)[2]) / 2e-5
    np.testing.assert_allclose(curved, task.hessian(at) @ along, atol=1e-6)


@settings(max_examples=10, deadline=None)
@given(seeds, st.sampled_from(["uniform", "k-nary:21", "bernoulli", "gaussian"]))
def test_gbt_passes_every_audit(rng: np.random.Generator, law: str) -> None:
    """Of the Gaussian law no comparison is as clear as can be: one more may disappoint."""
    model = gbt(rng, np.eye(5), law=RootLaw.named(law))
    for stimulus in set(Stimulus) - ({Stimulus.APPEND} if law == "gaussian" else set()):
        report = audit(model, stimulus=stimulus, amount=0.05)
        assert report.pairs == 20
        assert report.pairwise.holds
        assert report.score.holds
        assert report.probability.holds


@settings(max_examples=12, deadline=None)
@given(seeds)
def test_diffusion_embeddings_pass_every_audit(rng: np.random.Generator) -> None:
    model = gbt(rng, one_hot(rng.integers(3, size=6), own=0.5).toarray())
    for stimulus in (Stimulus.INFINITESIMAL, Stimulus.APPEND):
        report = audit(model, stimulus=stimulus)
        assert report.score.holds
        assert report.probability.holds


@pytest.mark.parametrize("network", [False, True])
@pytest.mark.parametrize("loss", LOSSES[:3], ids=str)
def test_at_a_minimum_the_preferred_one_gains_on_the_other(loss: PreferenceLoss, network: bool) -> None:
    model = policy(np.random.default_rng(1), loss, network=network)
    assert model.gradient_norm <= 1e-8
    assert audit(model).pairwise.holds


@pytest.mark.parametrize("network", [False, True])
@pytest.mark.parametrize("loss", LOSSES[:3], ids=str)
def test_derivative_and_retraining_agree(loss: PreferenceLoss, network: bool) -> None:
    """Not only in sign: a difference quotient is the derivative up to its own size."""
    rng = np.random.default_rng(2)
    model = policy(rng, loss, network=network)
    pairs = rng.permutation(model.pairs())[:6]
    exact = model.responses(pairs, Stimulus.INFINITESIMAL, 1.0)
    quotient = model.responses(pairs, Stimulus.INTENSIFY, 1e-4) / 1e-4
    np.testing.assert_allclose(quotient, exact, atol=5e-3 * np.abs(exact).max())


@settings(max_examples=8, deadline=None)
@given(seeds)
def test_derivative_and_retraining_give_the_same_verdict(rng: np.random.Generator) -> None:
    model = gbt(rng, rng.normal(size=(5, 3)))
    exact, retrained = audit(model), audit(model, stimulus=Stimulus.INTENSIFY, amount=1e-4)
    for name in ("pairwise", "score", "probability"):
        derivative, difference = getattr(exact, name), getattr(retrained, name)
        assert difference.minimum / 1e-4 == pytest.approx(derivative.minimum, abs=2e-3)
        assert np.sign(derivative.minimum) == np.sign(difference.minimum)
        assert difference.violated == pytest.approx(derivative.violated, abs=0.051)


def test_one_step_follows_the_gradient() -> None:
    model = policy(np.random.default_rng(3), PreferenceLoss("log-sigmoid"), network=True)
    a, b = pair = model.pairs()[0]
    task, rate = dataclasses.replace(model.task, tilts=((int(a), int(b), 1.0),)), 1e-6
    moved = model.parameters - rate * (task.slopes(model.parameters)[2] - model.task.slopes(model.parameters)[2])
    change = (task.function.scores(moved) - model.scores) / rate
    np.testing.assert_allclose(model.responses(pair[None], Stimulus.ONE_STEP, 1.0)[0], change, rtol=1e-3)


def test_policies_can_lower_what_they_are_taught_to_prefer() -> None:
    """Linear scores that share features: each pair gains on the other, yet some preferred answers lose."""
    reports = [audit(policy(np.random.default_rng(seed), PreferenceLoss("log-sigmoid"))) for seed in range(5)]
    assert all(report.pairwise.holds for report in reports)
    assert any(not report.score.holds for report in reports)


def test_audits_catch_features_one_and_two() -> None:
    data = Comparisons.of([0], [1], [-1.0], 2)
    model = train(Task(LinearScores(np.array([[1.0], [2.0]])), GbtLoss(UNIFORM), data, np.zeros(1)))
    assert model.scores[0] == pytest.approx(-0.757, abs=5e-4)
    for stimulus in Stimulus:
        report = audit(model, stimulus=stimulus)
        assert report.pairwise.holds
        assert report.score.violated == 1.0
        assert report.score.minimum < 0.0


def test_audits_catch_overlapping_tags() -> None:
    """Entities 0 and 1 are alike by many comparisons, so are 2 and 3; each pair shares tags with the other."""
    tags = np.array([[1, 0, 1], [0, 1, 1], [1, 1, 0], [0, 0, 1]], dtype=float)
    caught = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        features = np.hstack((0.3 * np.eye(8), rng.random((8, 4)) < 0.4, np.tile(tags, (2, 1))))
        caught += not audit(gbt(rng, features, count=60)).score.holds
    assert caught >= 6


def test_audits_catch_the_older_quadratic_model_in_about_one_intensification_in_five() -> None:
    shares = []
    for seed in range(20):
        model = QuadraticModel(comparisons(np.random.default_rng(seed), 10, 15))
        report = audit(model)
        if seed < 4:
            assert audit(model, stimulus=Stimulus.INTENSIFY, amount=1e-6).score.violated == report.score.violated
        shares.append(report.score.violated)
    assert 0.1 < np.mean(shares) < 0.35


def test_the_quadratic_model_has_the_derivative_that_it_claims() -> None:
    model = QuadraticModel(Comparisons.of([0, 2, 3, 1], [1, 1, 0, 3], [0.5, -0.9, 0.2, -0.3], 4))
    exact = model.responses(model.pairs(), Stimulus.INFINITESIMAL, 1.0)
    quotient = model.responses(model.pairs(), Stimulus.INTENSIFY, 1e-6) / 1e-6
    np.testing.assert_allclose(quotient, exact, rtol=1e-3, atol=1e-5)


MODEL = gbt(np.random.default_rng(0), np.eye(3))


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: audit(MODEL, [[0, 0]]), "two different"),
        (lambda: audit(MODEL, [[0, 3]]), "from 0 to 2"),
        (lambda: audit(MODEL, [[0.0, 1.0]]), "whole numbers"),
        (lambda: audit(MODEL, np.zeros((0, 2), int)), "no pair"),
        (lambda: audit(MODEL, amount=0.0), "amount"),
        (lambda: audit(policy(np.random.default_rng(0), LOSSES[0]), [[0, 11]]), "one context"),
        (lambda: audit(QuadraticModel(MODEL.task.comparisons), stimulus=Stimulus.APPEND), "quadratic"),
        (lambda: audit(QuadraticModel(Comparisons.of([0], [1], [0.5], 3)), [[0, 2]]), "not compared"),
        (lambda: PreferenceLoss("cubic"), "log-sigmoid, hinge or squared"),
        (lambda: PreferenceLoss("hinge", beta=0.0), "beta"),
        (lambda: dataclasses.replace(MODEL.task, start=np.zeros(2)), "3 finite numbers"),
        (lambda: dataclasses.replace(MODEL.task, sigma=-1.0), "sigma"),
        (lambda: dataclasses.replace(MODEL.task, comparisons=Comparisons.of([0], [1], [0.5], 4)), "alternatives"),
    ],
)
def test_bad_input_says_what_is_wrong(build, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        build()
