"""How sure a collective score is: the bounds that are proven, and the coverage that is measured."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidago.aggregation.quantile import aggregate
from solidago.aggregation.uncertainty import uncertainties
from solidago.config import Config
from solidago.engine.threads import Threads
from solidago.experiments.uncertainty import Population, covered, sample
from solidago.kernels.uncertainty import CONFIDENCE
from solidago.ratings import Ratings
from solidago.triples import Triples
from tests.solidago.naive import robust as naive
from tests.solidago.strategies import floats, lipschitz, rights, some, voters
from tests.solidago.strategies import uncertainties as sides

ONE = Threads(1)
quantiles = st.sampled_from([0.2, 0.5, 0.8])


def collective(voted, resilience=0.1, q=0.5):
    """(score, left, right, polarisation) of one entity, of whom each voter (value, right, left, right) is a rater."""
    return np.array(collective_all([voted], resilience, q))[:, 0]


def collective_all(entities, resilience=0.1, q=0.5):
    """The same for entities with their voters each: every voter is a user of their own."""
    voted = np.concatenate([np.array(v, float).reshape(-1, 4) for v in entities])
    entity = np.repeat(np.arange(len(entities), dtype=np.int32), [len(v) for v in entities])
    users, rows, none = np.arange(len(voted), dtype=np.int32), np.arange(len(voted) + 1, dtype=np.int32), np.zeros(0)
    nobody = none.astype(np.int32)
    ratings = Ratings(users, entity, rows, nobody, nobody, nobody, none, np.ones(len(voted)), len(entities))
    v, w, left, right = voted.T.copy()
    config = Config(aggregation_lipschitz=resilience, aggregation_quantile=q)
    found = aggregate(ratings, Triples(v, left, right), w, config, ONE)
    return found.scaled_score, found.scaled_left, found.scaled_right, found.polarisation


def mirrored(voted):
    return [(-v, w, right, left) for v, w, left, right in voted]


def unanimous(count, value=5.0, spread=0.5):
    return [(value, 1.0, spread, spread)] * count


def test_what_nobody_judged_is_uncertain_by_1():
    start, none = np.zeros(2, np.int32), np.zeros(0)
    found = uncertainties(
        np.zeros(1, np.int32), np.zeros(1), start, none.astype(np.int32), Triples(none, none, none), none, Config(), ONE
    )
    assert [side.tolist() for side in found] == [[1.0], [1.0]]


@given(voted=voters(min_size=1, positive=True), resilience=lipschitz, q=quantiles)
@some
def test_an_end_is_the_score_with_another_default(voted, resilience, q):
    score, left, right, _ = collective(voted, resilience, q)
    noise = 1.0
    for v, w, lower, upper in voted:
        eta, weight = (upper, min(1, (1 - q) / q)) if v < score else (lower, min(1, q / (1 - q)))
        noise += (weight * w * (score - v)) ** 2 / (eta**2 + (score - v) ** 2)
    reach = 1 + resilience * 1.6448536269514722 * math.sqrt(noise)
    low, high = (naive.qr_quantile(resilience, q, score + side, voted) for side in (-reach, reach))
    assert left == pytest.approx(np.clip(score - low, 0, 1), abs=1e-6)
    assert right == pytest.approx(np.clip(high - score, 0, 1), abs=1e-6)


@given(voted=voters(min_size=1), resilience=lipschitz, q=quantiles, weight=rights, lower=sides, upper=sides)
@some
def test_one_more_voter_who_agrees_never_makes_it_larger(voted, resilience, q, weight, lower, upper):
    score, left, right, _ = collective(voted, resilience, q)
    joined = collective([*voted, (score, weight, lower, upper)], resilience, q)
    assert joined[0] == pytest.approx(score, abs=1e-8)
    assert joined[1] <= left + 1e-6
    assert joined[2] <= right + 1e-6


def test_the_deviation_does_grow_as_voters_agree():
    """The negative control: what used to be published as the uncertainty."""
    by_count = [collective(unanimous(n)) for n in (1, 20, 100)]
    assert [found[3] for found in by_count] == pytest.approx([1.1, 2.48, 0.3], abs=0.02)
    widths = [found[1] + found[2] for found in by_count]
    assert widths == sorted(widths, reverse=True)


@given(voted=voters(max_size=6), resilience=lipschitz, spread=floats(0.01, 5))
@some
def test_it_vanishes_as_agreeing_voting_right_grows(voted, resilience, spread):
    score = collective(voted, resilience)[0] if voted else 0.0
    total = sum(w for _, w, _, _ in voted)
    for crowd in (1e3, 1e5, 1e7):
        _, left, right, _ = collective([*voted, (score, crowd, spread, spread)], resilience)
        # At an end, psi of the crowd is at most this: all other forces and the noise, over the crowd's right.
        share = (1 / resilience + CONFIDENCE * (1 + total) + total + abs(score) / resilience) / crowd
        bound = spread * share / math.sqrt(1 - share**2) if share < 1 else 1.0
        assert max(left, right) <= bound + 1e-8
    assert max(left, right) < 1e-2


@given(
    voted=voters(min_size=1, positive=True),
    coalition=voters(min_size=1, max_size=4, positive=True),
    resilience=lipschitz,
)
@some
def test_a_coalition_moves_it_by_a_bounded_amount(voted, coalition, resilience):
    bound = (1 + CONFIDENCE * math.sqrt(2)) * resilience * sum(w for _, w, _, _ in coalition)
    change = collective([*voted, *coalition], resilience)[1:3] - collective(voted, resilience)[1:3]
    assert np.abs(change).max() <= bound + 1e-6


def test_no_lie_of_one_voter_moves_it_more_than_that():
    """A search over what one voter of right 0.3 may say in a divided poll; the bound is not reached, nor idle."""
    voted = [(v, 1.0, 0.01, 0.01) for v in [-0.5] * 15 + [0.5] * 15]
    before = collective(voted)
    lies = [
        (v, 0.3, eta, eta) for v in np.concatenate([np.linspace(-1, 3, 201), [-1e9, 1e9]]) for eta in (1e-3, 0.1, 1)
    ]
    found = np.array(collective_all([[*voted, lie] for lie in lies]))[1:3]
    bound = (1 + CONFIDENCE * math.sqrt(2)) * 0.1 * 0.3
    assert 0.1 * bound < np.abs(found - before[1:3, None]).max() <= bound


@given(voted=voters(min_size=1), resilience=lipschitz)
@some
def test_left_and_right_change_places_in_the_mirror(voted, resilience):
    score, left, right, _ = collective(voted, resilience)
    assert collective(mirrored(voted), resilience)[:3] == pytest.approx([-score, right, left], abs=1e-6)


def test_it_is_wider_on_the_side_where_voters_are_unsure():
    score, left, right, _ = collective([(0.0, 1.0, 0.1, 1.0)] * 30)
    assert score == pytest.approx(0.0)
    assert 0 < 2 * left < right < 1


def test_it_is_wider_on_the_side_where_values_are_scattered():
    low, high = [(-0.2, 1.0, 0.1, 0.1)] * 30, [(v, 1.0, 0.1, 0.1) for v in np.linspace(0.2, 2.0, 30)]
    _, left, right, _ = collective(low + high, 10.0)
    assert 0 < 1.2 * left < right < 1


def test_a_score_that_only_caution_holds_back_is_uncertain_upwards_alone():
    score, left, right, _ = collective(unanimous(20))
    assert (score, left, right) == pytest.approx((1.97, 0.0, 1.0), abs=0.01)


@pytest.mark.parametrize("shape", ["normal", "laplace"])
@pytest.mark.parametrize(("resilience", "count"), [(10.0, 6), (10.0, 20), (1.0, 40), (10.0, 200), (1.0, 400)])
def test_it_covers_nine_in_ten_true_values_when_voters_err_independently(shape, resilience, count):
    rng = np.random.default_rng(count)
    truth = rng.uniform(-0.9, 0.9, 1000)
    error = getattr(rng, shape)(0, 0.5, (1000, count))
    eta, weight = rng.uniform(0.05, 1, (1000, count)), rng.uniform(0.2, 1, (1000, count))
    score, left, right, _ = collective_all(np.stack([truth[:, None] + error, weight, eta, eta], axis=2), resilience)
    rate = np.mean((score - left <= truth) & (truth <= score + right))
    assert 0.88 <= rate <= (0.94 if count >= 200 else 0.99)


@pytest.fixture(scope="module")
def population():
    return Population.draw(1, size=2000)


@pytest.mark.parametrize("hostile", [False, True], ids=["honest", "a fifth hostile"])
@pytest.mark.parametrize(
    ("size", "constants", "least", "width"),
    [
        (20, {"preset": "tournesol", "lipschitz": 1.0}, 0.9, 2.0),
        (100, {"preset": "tournesol"}, 0.9, 2.0),
        (300, {"preset": "tournesol"}, 0.93, 1.6),
        (300, {"preset": "tournesol", "lipschitz": 1.0}, 0.88, 0.6),
        (30, {"preset": "jury"}, 0.9, 1.2),
        (300, {"preset": "community"}, 0.93, 0.6),
        (300, {"preset": "internet"}, 0.93, 1.0),
    ],
)
def test_it_covers_what_the_pipeline_gives_with_very_many_honest_contributors(
    population, size, constants, least, width, hostile
):
    config = Config.from_mapping(constants)
    scores, truth = sample(population, size, config, np.random.default_rng(size), hostile=hostile, draws=3)
    within = np.abs(truth - scores[:, 0]) < 1
    assert np.mean(covered(scores, truth)[within]) >= least
    assert np.median(scores[:, 1] + scores[:, 2]) < width
