"""Runs by Licchavi: the same promises as any run, and its own."""

import dataclasses
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidago.config import Config
from solidago.engine.threads import Threads
from solidago.licchavi_run import STEPS, coupling_of, learn, own_scores
from solidago.monotonicity import audit_run
from solidago.personal_rights import one_right_each
from solidago.pipeline import run, steps_of
from solidago.preference.licchavi import fit
from solidago.ratings import index_ratings
from tests.solidago.strategies import CRITERION, Poll, few, polls, random_poll
from tests.solidago.test_pipeline import assert_same_bytes

CONFIG = Config(method="licchavi")


@pytest.fixture(scope="module")
def poll():
    return random_poll(5, users=16, entities=14, per_user=20)


@pytest.fixture(scope="module")
def outcome(poll):
    return run(poll.dataset(), CONFIG).criteria[CRITERION]


def ratings_of(dataset, config=CONFIG):
    with Threads(1) as pool:
        return index_ratings(
            dataset.judgments[CRITERION], len(dataset.users), len(dataset.entities), dataset.private,
            config.private_weight, pool,
        )  # fmt: skip


def test_it_works(poll, outcome):
    """All numbers, from the solver's own answer."""
    dataset = poll.dataset()
    rights = one_right_each(ratings_of(dataset), run(dataset, CONFIG).trust, CONFIG)
    exact = fit(dataset.judgments[CRITERION], len(dataset.entities), rights, coupling_of(CONFIG))
    own, common = outcome.individual, outcome.collective
    np.testing.assert_allclose(own.raw_score, exact.personal, atol=1e-7)
    np.testing.assert_allclose(common.scaled_score * outcome.deviation, exact.collective[common.entity], atol=1e-7)
    np.testing.assert_allclose(own.scaled_score * outcome.deviation, own.raw_score, atol=1e-12)
    np.testing.assert_array_equal(own.voting_right, rights[own.user])
    assert (np.abs(common.score) < 100).all()
    assert outcome.certificate.max_error <= 49e-9
    assert outcome.strategic_gain.skewness >= 0


def test_the_steps_are_told_in_order(poll):
    told = []
    result = run(poll.dataset(), CONFIG, progress=lambda *step: told.append(step))
    assert told == [(step, done, 1) for step in STEPS for done in (0, 1)]
    assert tuple(result.seconds) == steps_of(CONFIG) == STEPS


@pytest.mark.parametrize("seed", [1, 2])
def test_neither_threads_nor_order_nor_sides_change_a_byte(poll, seed):
    shuffled = poll.dataset(shuffled=random.Random(seed))
    assert_same_bytes(run(poll.dataset(), CONFIG, threads=1), run(shuffled, CONFIG, threads=3))


def test_names_of_contributors_do_not_matter(poll, outcome):
    names = dict(zip(poll.judged, reversed(poll.judged), strict=True))
    renamed = Poll(
        {names[u]: rows for u, rows in poll.judged.items()},
        {names[u]: trust for u, trust in poll.trust.items()},
        frozenset((names[u], e) for u, e in poll.private),
    )
    again = run(renamed.dataset(), CONFIG).criteria[CRITERION]
    np.testing.assert_allclose(again.collective.score, outcome.collective.score, atol=1e-5)
    np.testing.assert_allclose(again.collective.left, outcome.collective.left, atol=1e-4)


@given(poll=polls)
@few
def test_scores_lie_inside_their_intervals_and_intervals_inside_one_unit(poll):
    common = run(poll.dataset(), CONFIG, threads=1).criteria[CRITERION].collective
    for side in (common.scaled_left, common.scaled_right):
        assert ((side >= 0) & (side <= 1)).all()
    assert (common.score + common.right <= 100).all()


def unanimous(people):
    """So many trusted people who say the same of three items, one way and the other, consistently."""
    rows = [("a", "b", 0.4), ("b", "c", 0.4), ("a", "c", 0.7)]
    judged = {f"u{i:03}": rows for i in range(people)}
    return Poll(judged, dict.fromkeys(judged, 1.0), frozenset()).dataset()


def test_agreement_makes_common_scores_surer():
    widths = []
    for people in (2, 8, 32, 128):
        common = run(unanimous(people), CONFIG).criteria[CRITERION].collective
        widths.append((common.scaled_left + common.scaled_right).max())
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 0.2 * widths[0]


def test_an_untrusted_crowd_has_a_bounded_right_on_every_entity_whatever_else_it_rates(poll):
    fakes = {f"fake{i:04}": [("e000", f"own{i:04}", 1.0)] for i in range(300)}
    joined = Poll(poll.judged | fakes, poll.trust | dict.fromkeys(fakes, 0.0), poll.private)
    result = run(joined.dataset(), CONFIG)
    own, dataset = result.criteria[CRITERION].individual, joined.dataset()
    of_target = own.entity == np.flatnonzero(dataset.entities == "e000")[0]
    beyond = np.maximum(own.voting_right - result.trust[own.user], 0.0)[of_target].sum()
    trusted = result.trust[own.user][of_target].sum()
    assert beyond <= CONFIG.overtrust_bias + CONFIG.overtrust_scale * trusted + 1e-9


def test_whoever_has_no_voting_right_moves_nobody_and_keeps_a_model_of_their_own(poll):
    strict = Config(method="licchavi", overtrust_bias=0.0, overtrust_scale=0.0)
    trusted = {u: max(t, 0.1) for u, t in poll.trust.items()}
    rows = [("e000", "e001", 1.0), ("e001", "e002", -0.5)]
    without = run(Poll(poll.judged, trusted, poll.private).dataset(), strict).criteria[CRITERION]
    joined = Poll(poll.judged | {"zero": rows}, trusted | {"zero": 0.0}, poll.private)
    found = run(joined.dataset(), strict).criteria[CRITERION]
    np.testing.assert_allclose(
        found.collective.scaled_score * found.deviation, without.collective.scaled_score * without.deviation, atol=1e-7
    )
    theirs = found.individual.raw_score[found.individual.user == found.individual.user.max()]
    assert (theirs != 0).all()


def test_own_scores_beside_the_common_model_are_those_of_the_run(poll, outcome):
    dataset = poll.dataset()
    ratings = ratings_of(dataset)
    rights = one_right_each(ratings, run(dataset, CONFIG).trust, CONFIG)
    with Threads(1) as pool:
        learned = learn(ratings, rights, CONFIG, pool)
        again = own_scores(ratings, rights, learned.collective, CONFIG, pool)
    np.testing.assert_allclose(again, outcome.individual.raw_score, atol=1e-7)


@pytest.mark.parametrize("law", ["uniform", "k-nary:21", "bernoulli", "gaussian"])
def test_a_run_passes_its_audit(poll, law):
    config = Config(method="licchavi", root_law=law, sigma=3.0)
    audit = audit_run(poll.dataset(), config, run(poll.dataset(), config), effort=1e9, end_to_end=2)
    assert audit.passed
    found = audit.criteria[CRITERION]
    assert found.own.moves == found.own_each.moves > 100
    assert 2 <= found.end_to_end.moves <= 4


def test_the_audit_equals_the_run_of_the_moved_poll(poll):
    """End to end: what the audit says of a move is what a run from scratch says."""
    from solidago.monotonicity.licchavi_audit import LicchaviConsequences
    from solidago.monotonicity.moves import draw
    from solidago.monotonicity.run_state import RunState

    dataset = poll.dataset()
    with Threads(1) as pool:
        state = RunState(dataset, CRITERION, CONFIG, run(dataset, CONFIG), pool)
        moves = draw(state.ratings, 0.1, 2, 1e9, np.random.default_rng(0))
        told = LicchaviConsequences(state, moves).again(0)[1]
    rows = dataset.judgments[CRITERION]
    value = rows.value.copy()
    value[moves.judgment[0]] = moves.value[0]
    moved = dataclasses.replace(dataset, judgments={CRITERION: dataclasses.replace(rows, value=value)})
    common = run(moved, CONFIG).criteria[CRITERION].collective
    entities = state.ratings.entity[moves.rating[0]]
    np.testing.assert_allclose(told, common.scaled_score[np.searchsorted(common.entity, entities)], atol=1e-7)


def test_the_audit_is_not_fooled_by_scores_of_another_model(poll, outcome):
    dataset = poll.dataset()
    result = run(dataset, CONFIG)
    own = result.criteria[CRITERION].individual
    wrong = dataclasses.replace(outcome, individual=dataclasses.replace(own, scaled_score=1.5 * own.scaled_score))
    audit = audit_run(dataset, CONFIG, dataclasses.replace(result, criteria={CRITERION: wrong}), effort=1e9)
    assert not audit.passed
    assert audit.criteria[CRITERION].own.violated > 0


@given(seed=st.integers(0, 100))
@few
def test_everything_is_found_anew_for_one_seed_in_eight(seed):
    dataset = unanimous(2)
    audit = audit_run(dataset, CONFIG, run(dataset, CONFIG), seed=seed)
    assert (audit.criteria[CRITERION].end_to_end.moves > 0) == (seed % 8 == 0)
