import dataclasses
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidago.config import Config
from solidago.dataset import Dataset
from solidago.errors import Cancelled, InvalidInput
from solidago.pipeline import STEPS, run
from solidago.scaling.scaling import UserScalings
from solidago.scaling.standardise import spread
from solidago.triples import Triples
from tests.solidago.constants import tournesol
from tests.solidago.naive import pipeline as naive
from tests.solidago.strategies import CRITERION, Poll, few, polls, random_poll


def table(record):
    return {spec.name: getattr(record, spec.name) for spec in dataclasses.fields(record)}


def assert_same_bytes(one, other):
    assert one.trust.tobytes() == other.trust.tobytes()
    assert one.criteria.keys() == other.criteria.keys()
    for criterion, there in one.criteria.items():
        back = other.criteria[criterion]
        assert (there.deviation, there.shift, there.certificate) == (back.deviation, back.shift, back.certificate)
        for part in ("individual", "collective", "scalings"):
            columns = table(getattr(back, part))
            for name, column in table(getattr(there, part)).items():
                assert column.tobytes() == columns[name].tobytes(), (part, name)


@pytest.fixture(scope="module")
def poll():
    return random_poll(7, users=30, entities=25, per_user=40)


@pytest.mark.timeout(600)  # the twin is slow
@given(poll=polls, min_activity=st.sampled_from([1.0, 10.0]))
@few
def test_a_run_equals_its_plain_twin(poll, min_activity):
    dataset = poll.dataset()
    result = run(dataset, tournesol(min_activity=min_activity), threads=1).criteria[CRITERION]
    published, collective, scalings = naive.run(poll.judged, poll.trust, poll.private, min_activity)
    own = result.individual
    for i in range(len(own)):
        exact = published[dataset.users[own.user[i]], dataset.entities[own.entity[i]]]
        np.testing.assert_allclose([own.score[i], own.left[i], own.right[i]], exact, atol=1e-4)
    for i, e in enumerate(result.collective.entity):
        found = (result.collective.scaled_score[i], result.collective.polarisation[i])
        np.testing.assert_allclose(found, collective[dataset.entities[e]], atol=1e-5)
    for i, u in enumerate(result.scalings.user):
        multiplier = scalings[dataset.users[u]][0] / result.deviation
        assert result.scalings.multiplier[i] == pytest.approx(multiplier, abs=1e-5)


@pytest.mark.parametrize("threads", [2, 5])
def test_threads_change_no_byte(poll, threads):
    dataset = poll.dataset()
    assert_same_bytes(run(dataset, Config(), threads=1), run(dataset, Config(), threads=threads))


@pytest.mark.parametrize("seed", [1, 2])
def test_order_and_sides_of_judgments_change_no_byte(poll, seed):
    shuffled = poll.dataset(shuffled=random.Random(seed))
    assert_same_bytes(run(poll.dataset(), Config()), run(shuffled, Config()))


def test_a_deleted_contributor_leaves_no_trace(poll):
    """The run without their judgments equals the run of a poll that never had them."""
    gone = "u007"
    judged = {u: rows for u, rows in poll.judged.items() if u != gone}
    private = frozenset((u, e) for u, e in poll.private if u != gone)
    never = Poll(judged, {u: t for u, t in poll.trust.items() if u != gone}, private)
    deleted = Poll(judged, poll.trust, private)
    one, other = (run(p.dataset(), Config()).criteria[CRITERION] for p in (never, deleted))
    assert one.collective.score.tobytes() == other.collective.score.tobytes()
    assert one.individual.score.tobytes() == other.individual.score.tobytes()
    assert (
        run(poll.dataset(), Config()).criteria[CRITERION].collective.score.tobytes() != one.collective.score.tobytes()
    )


def with_crowd(poll, size):
    """The poll joined by untrusted accounts that all push the same entity, and its result."""
    fakes = {f"fake{i:04}": [("e000", "e001", 1.0)] for i in range(size)}
    joined = Poll(poll.judged | fakes, poll.trust | dict.fromkeys(fakes, 0.0), poll.private)
    return run(joined.dataset(), tournesol(), threads=1).criteria[CRITERION]


def pooled(result):
    """The weight of every rating in the poll's scale and zero."""
    individual = result.individual
    return individual.voting_right / np.bincount(individual.user)[individual.user]


def test_a_crowd_of_fake_accounts_cannot_move_scale_and_zero(poll):
    # Fakes come first by name, so they are the users before the 30 others.
    honest, attacked, overrun = (with_crowd(poll, size) for size in (0, 200, 4000))
    for crowd, size in ((attacked, 200), (overrun, 4000)):
        weight, fake = pooled(crowd), crowd.individual.user < size
        # On each of two entities, rights beyond trust are at most 2 + 0.1 times at most 30 people's trust.
        assert weight[fake].sum() <= (2 * 2 + 0.1 * 2 * 30) / 2
        changed = weight[fake].sum() + np.abs(weight[~fake] - pooled(honest)).sum()
        # The spread follows a center: each moves by at most the resilience times the weight that changed.
        assert abs(crowd.deviation - honest.deviation) <= 2 * 0.1 * changed
        assert abs(crowd.shift - honest.shift) <= 0.1 * changed / min(honest.deviation, crowd.deviation) + 0.1
    assert abs(overrun.deviation - attacked.deviation) < 0.01
    assert abs(overrun.shift - attacked.shift) < 0.01


def test_the_same_crowd_would_move_them_if_accounts_counted_alike(poll):
    individual = with_crowd(poll, 4000).individual
    scaled = Triples(individual.scaled_score, individual.scaled_left, individual.scaled_right)
    alike = 1 / np.bincount(individual.user)[individual.user]
    weights = individual.voting_right * alike
    assert abs(spread(scaled, alike, tournesol()) - spread(scaled, weights, tournesol())) > 0.3


def test_scalings_map_raw_scores_to_scaled_ones(poll):
    dataset = poll.dataset()
    result = run(dataset, Config()).criteria[CRITERION]
    row = np.searchsorted(result.scalings.user, result.individual.user)
    scaled = result.scalings.multiplier[row] * result.individual.raw_score + result.scalings.translation[row]
    np.testing.assert_allclose(scaled, result.individual.scaled_score, atol=1e-12)


def test_results_are_sorted_complete_and_in_range(poll):
    result = run(poll.dataset(), Config()).criteria[CRITERION]
    own, collective = result.individual, result.collective
    keys = own.user.astype(np.int64) * 1000 + own.entity
    assert (np.diff(keys) > 0).all()
    assert (np.diff(collective.entity) > 0).all()
    assert collective.contributors.tolist() == np.bincount(own.entity)[collective.entity].tolist()
    for column in [*table(own).values(), *table(collective).values(), *table(result.scalings).values()]:
        assert np.isfinite(column).all()
    for part in (own, collective):
        assert (np.abs(part.score) < 100).all()
        assert min(part.left.min(), part.right.min()) >= 0
    assert result.certificate.max_gradient <= 1e-9
    assert result.certificate.users == 30


def test_a_poll_without_judgments_has_no_scores():
    nobody = {"user": [], "left": [], "right": [], "criterion": [], "value": []}
    result = run(Dataset.from_columns(nobody, users={"user": ["ada"], "trust": [1.0]}), Config())
    assert result.criteria == {}
    assert result.trust.tolist() == [1.0]


def test_only_the_criteria_asked_for_are_computed(poll):
    dataset = poll.dataset()
    assert list(run(dataset, Config(), criteria=[CRITERION]).criteria) == [CRITERION]
    assert run(dataset, Config(), criteria=[]).criteria == {}
    with pytest.raises(InvalidInput, match="Unknown criterion 'bad'; the dataset has: good"):
        run(dataset, Config(), criteria=["bad"])


def test_progress_tells_every_step_in_order_and_times_it(poll):
    told = []
    result = run(poll.dataset(), Config(), progress=lambda step, done, total: told.append((step, done, total)))
    assert told == [(step, done, 1) for step in STEPS for done in (0, 1)]
    assert tuple(result.seconds) == STEPS
    assert all(seconds >= 0 for seconds in result.seconds.values())


def test_a_run_stops_in_the_step_in_which_it_is_asked_to(poll):
    told = []
    with pytest.raises(Cancelled):
        run(
            poll.dataset(),
            Config(),
            progress=lambda step, done, total: told.append(step),
            cancelled=lambda: "preferences" in told,
        )
    assert told[-1] == "preferences"


def test_wrong_thread_counts_are_refused(poll):
    with pytest.raises(InvalidInput, match="threads"):
        run(poll.dataset(), Config(), threads=0)


def test_the_identity_scaling_is_certain():
    identity = UserScalings.identity(3)
    assert identity.multiplier.tolist() == [1.0] * 3
    assert identity.translation_uncertainty.tolist() == [0.0] * 3


@pytest.mark.parametrize("law", ["k-nary:21", "bernoulli", "gaussian"])
def test_every_root_law_gives_certified_scores_in_the_same_order(poll, law):
    uniform, other = (
        run(poll.dataset(), Config(root_law=name)).criteria[CRITERION].collective.score for name in ("uniform", law)
    )
    assert np.corrcoef(uniform, other)[0, 1] > 0.9
