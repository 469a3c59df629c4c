"""The audit of a run: right about runs that are right, and not fooled by results that are wrong."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidago.config import Config
from solidago.engine.threads import Threads
from solidago.errors import InvalidInput
from solidago.monotonicity import QuadraticModel, audit_run
from solidago.monotonicity.moves import draw
from solidago.monotonicity.run_audit import Consequences, slider_step
from solidago.monotonicity.run_state import RunState
from solidago.pipeline import run
from solidago.preference.comparisons import Comparisons
from solidago.ratings import index_ratings
from tests.solidago.strategies import CRITERION, few, polls, random_poll

CONFIG = Config(min_activity=5.0, n_scalers=6)
EVERYTHING = {"sample": 10_000, "effort": 1e9}


@pytest.fixture(scope="module")
def dataset():
    return random_poll(3, users=14, entities=16, per_user=25).dataset()


@pytest.fixture(scope="module")
def result(dataset):
    return run(dataset, CONFIG)


@pytest.fixture(scope="module")
def audit(dataset, result):
    return audit_run(dataset, CONFIG, result, end_to_end=25, scalers_end_to_end=15, **EVERYTHING)


def with_individual(result, **columns):
    outcome = result.criteria[CRITERION]
    changed = dataclasses.replace(outcome, individual=dataclasses.replace(outcome.individual, **columns))
    return dataclasses.replace(result, criteria={CRITERION: changed})


def ratings_of(dataset, config=CONFIG):
    with Threads(1) as pool:
        return index_ratings(
            dataset.judgments[CRITERION], len(dataset.users), len(dataset.entities), dataset.private,
            config.private_weight, pool,
        )  # fmt: skip


def moved(dataset, moves, i):
    """The dataset after one move."""
    rows = dataset.judgments[CRITERION]
    value = rows.value.copy()
    value[moves.judgment[i]] = moves.value[i]
    return dataclasses.replace(dataset, judgments={CRITERION: dataclasses.replace(rows, value=value)})


def test_a_run_passes(audit):
    assert audit.passed
    checks = audit.criteria[CRITERION]
    assert checks.own.violated == checks.frozen.violated == 0
    assert checks.own.worst is None
    assert checks.own.moves == checks.scaled.moves == checks.frozen.moves == checks.intervals.moves
    assert checks.end_to_end.moves > 40


@pytest.mark.parametrize(
    "config",
    [
        Config(root_law="k-nary:21", sigma=1.0),
        Config(root_law="bernoulli"),
        Config(root_law="gaussian", aggregation_lipschitz=10.0, aggregation_quantile=0.2),
    ],
    ids=lambda config: config.root_law,
)
def test_a_run_passes_with_other_constants(dataset, config):
    assert audit_run(dataset, config, run(dataset, config), sample=60, effort=1e9).passed


@given(poll=polls, seed=st.integers(0, 100), min_activity=st.sampled_from([0.0, 1.0, 1e9]))
@few
def test_every_run_passes(poll, seed, min_activity):
    """With everybody, a few or nobody to set the scale."""
    dataset, config = poll.dataset(), Config(min_activity=min_activity)
    result = run(dataset, config, threads=1)
    audit = audit_run(dataset, config, result, sample=10, effort=1e9, scalers_end_to_end=1, seed=seed, threads=1)
    assert audit.passed


def test_a_criterion_without_judgments_has_nothing_to_violate(dataset):
    rows = dataset.judgments[CRITERION]
    none = dataclasses.replace(rows, user=rows.user[:0], left=rows.left[:0], right=rows.right[:0], value=rows.value[:0])
    empty = dataclasses.replace(dataset, judgments={CRITERION: none})
    audit = audit_run(empty, CONFIG, run(empty, CONFIG))
    assert audit.passed
    assert audit.criteria[CRITERION].own.rate == audit.criteria[CRITERION].own.moves == 0


def test_every_judgment_moves_both_ways_unless_it_is_extreme(dataset):
    rows = ratings_of(dataset)
    moves = draw(rows, 0.1, 10_000, 1e9, np.random.default_rng(0))
    assert len(moves) == 2 * len(rows.value) - np.count_nonzero(np.abs(rows.value) == 1.0)
    assert (moves.toward * (moves.value - rows.value[moves.judgment]) > 0).all()
    preferred, other = (rows.entity[moves.rating[:, side]] for side in (0, 1))
    judged = dataset.judgments[CRITERION]
    right = moves.toward > 0
    np.testing.assert_array_equal(preferred[right], judged.right[moves.judgment][right])
    np.testing.assert_array_equal(other[right], judged.left[moves.judgment][right])
    np.testing.assert_array_equal(preferred[~right], judged.left[moves.judgment][~right])


@pytest.mark.parametrize(
    ("law", "step"), [("uniform", 0.1), ("gaussian", 0.1), ("k-nary:21", 0.1), ("k-nary:5", 0.5), ("bernoulli", 2.0)]
)
def test_a_step_leads_to_the_next_answer(law, step):
    assert slider_step(Config(root_law=law)) == pytest.approx(step)


def test_what_is_computed_again_is_what_a_whole_run_would_give(dataset, result):
    """For contributors who set the scale and for others, through every step."""
    with Threads(1) as pool:
        state = RunState(dataset, CRITERION, CONFIG, result, pool)
        moves = draw(state.ratings, 0.1, 30, 1e9, np.random.default_rng(1))
        found = Consequences(state, moves)
        anew = found.scaled_anew()
        again = [list(found.again(i, anew))[-1] for i in range(len(moves))]
    assert len(set(state.maps.is_scaler[moves.user])) == 2
    for i, scores in enumerate(again):
        whole = run(moved(dataset, moves, i), CONFIG).criteria[CRITERION]
        own, collective = whole.individual, whole.collective
        at = np.searchsorted(collective.entity, state.ratings.entity[moves.rating[i]])
        np.testing.assert_allclose(scores, collective.scaled_score[at], atol=1e-8)
        np.testing.assert_allclose(found.raw.score[found.rows[i]], own.raw_score[moves.rating[i]], atol=1e-8)


def test_a_move_that_makes_somebody_a_scaler_is_followed_to_the_end(dataset):
    """Everybody's scale changes then, as in a whole run."""
    # With these, one judgment makes a score clearly differ from 0.
    easy = Config(min_activity=0.0, n_scalers=5, sigma=7.0, k=0.25)
    state_of = {}
    with Threads(1) as pool:
        result = run(dataset, easy)
        state = RunState(dataset, CRITERION, easy, result, pool)
        moves = draw(state.ratings, 0.9, 400, 1e9, np.random.default_rng(2))
        found = Consequences(state, moves)
        anew = found.scaled_anew()
        for i in np.flatnonzero(~state.maps.is_scaler[moves.user])[:150]:
            whole = run(moved(dataset, moves, i), easy, threads=1).criteria[CRITERION]
            if whole.scalings.is_scaler.tolist() != result.criteria[CRITERION].scalings.is_scaler.tolist():
                at = np.searchsorted(whole.collective.entity, state.ratings.entity[moves.rating[i]])
                state_of[i] = (list(found.again(int(i), anew))[-1], whole.collective.scaled_score[at])
                break
    assert state_of
    for scores, exact in state_of.values():
        np.testing.assert_allclose(scores, exact, atol=1e-8)


def test_scores_that_were_swapped_are_caught(dataset, result):
    raw = result.criteria[CRITERION].individual.raw_score
    first = result.criteria[CRITERION].individual.user == 0
    swapped = np.where(first, raw[first].mean() - raw, raw)
    audit = audit_run(dataset, CONFIG, with_individual(result, raw_score=swapped), **EVERYTHING)
    own = audit.criteria[CRITERION].own
    assert not audit.passed
    assert own.worst.user == dataset.users[0]
    assert own.worst.points > 1.0
    assert own.by_step == {"preferences": own.violated}


def test_the_scores_of_the_older_model_are_caught(dataset, result):
    rows = ratings_of(dataset)
    older = np.empty(len(rows))
    for u in range(rows.n_users):
        mine = slice(rows.comparisons[u], rows.comparisons[u + 1])
        count = int(rows.rows[u + 1] - rows.rows[u])
        learned = QuadraticModel(Comparisons.of(rows.a[mine], rows.b[mine], rows.value[mine], count))
        older[rows.rows[u] : rows.rows[u + 1]] = learned.scores
    audit = audit_run(dataset, CONFIG, with_individual(result, raw_score=older), sample=20, effort=1e9)
    assert not audit.passed
    assert audit.criteria[CRITERION].own.rate > 0.1


def test_a_collective_score_that_was_raised_is_caught(dataset, result):
    outcome = result.criteria[CRITERION]
    scores = outcome.collective.scaled_score.copy()
    scores[4] += 0.5
    collective = dataclasses.replace(outcome.collective, scaled_score=scores)
    raised = dataclasses.replace(result, criteria={CRITERION: dataclasses.replace(outcome, collective=collective)})
    checks = audit_run(dataset, CONFIG, raised, **EVERYTHING).criteria[CRITERION]
    assert not checks.passed
    assert checks.own.violated == 0
    name = dataset.entities[outcome.collective.entity[4]]
    assert name in {checks.frozen.worst.preferred, checks.frozen.worst.other}


def test_the_sample_depends_on_the_seed_and_not_on_threads(dataset, result):
    one, same, other = (
        audit_run(dataset, CONFIG, result, sample=10, effort=1e9, seed=seed, threads=threads).to_mapping()
        for seed, threads in ((1, 1), (1, 3), (2, 1))
    )
    assert one == same
    assert one["seed"] != other["seed"]


def test_the_effort_bounds_the_sample_and_one_judgment_is_always_tried(dataset, result):
    moves = [audit_run(dataset, CONFIG, result, effort=e).criteria[CRITERION].own.moves for e in (0.0, 0.2, 1e9)]
    assert 1 <= moves[0] <= 2 < moves[1] < moves[2]


def test_a_report_is_ready_for_json_and_names_who_and_what(dataset, result):
    raw = result.criteria[CRITERION].individual.raw_score
    audit = audit_run(dataset, CONFIG, with_individual(result, raw_score=-raw), sample=20, effort=1e9)
    told = json.loads(json.dumps(audit.to_mapping()))
    assert told["passed"] is False
    worst = told["criteria"][CRITERION]["own"]["worst"]
    assert worst["user"] in dataset.users
    assert {worst["preferred"], worst["other"]} <= set(dataset.entities)
    assert worst["judgment"] < worst["intensified"] <= 1.0


def test_a_result_of_another_dataset_is_refused(dataset):
    other = random_poll(4, users=5, entities=6, per_user=8).dataset()
    with pytest.raises(InvalidInput, match="another dataset"):
        audit_run(dataset, CONFIG, run(other, CONFIG))


@pytest.mark.parametrize("wrong", [{"sample": 0}, {"seed": -1}, {"effort": float("nan")}, {"end_to_end": -1}])
def test_parameters_out_of_range_are_refused(dataset, result, wrong):
    with pytest.raises(InvalidInput, match="at least"):
        audit_run(dataset, CONFIG, result, **wrong)


def test_an_unknown_criterion_is_refused(dataset, result):
    with pytest.raises(InvalidInput, match="no criterion 'bad'; it has: good"):
        audit_run(dataset, CONFIG, result, criteria=["bad"])
