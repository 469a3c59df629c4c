import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidago.errors import InvalidInput
from solidago.primitives import lipschitz_mean, qr_deviation, qr_median, qr_quantile
from tests.solidago.naive import robust as naive
from tests.solidago.strategies import columns, few, floats, lipschitz, some, values, voters

quantiles = st.sampled_from([0.1, 0.25, 0.5, 0.9])
TOLERANCE = 1e-8


@given(voted=voters(), L=lipschitz, q=quantiles, default=floats(-2, 2))
@some
def test_quantile_is_the_root_of_its_equation(voted, L, q, default):
    found = qr_quantile(**columns(voted), lipschitz=L, quantile=q, default=default)
    assert found == pytest.approx(naive.qr_quantile(L, q, default, voted), abs=TOLERANCE)


@given(voted=voters(), L=lipschitz, q=quantiles, center=st.none() | values)
@some
def test_deviation_is_a_quantile_of_distances(voted, L, q, center):
    found = qr_deviation(**columns(voted), lipschitz=L, quantile=q, default=1.0, center=center)
    # Distances of voters exactly at the center jump with the last digit of the center: it is the same for both.
    middle = qr_median(**columns(voted), lipschitz=L) if center is None else center
    assert middle == pytest.approx(naive.qr_median(L, 0.0, voted) if center is None else center, abs=TOLERANCE)
    assert found == pytest.approx(naive.qr_deviation(L, q, 1.0, voted, middle), abs=TOLERANCE)
    assert found >= 0


@given(voted=voters(), L=lipschitz, default=floats(-2, 2))
@some
def test_mean_clips_around_a_median(voted, L, default):
    found = lipschitz_mean(**columns(voted), lipschitz=L, default=default)
    assert found == pytest.approx(naive.lipschitz_mean(L, default, voted), abs=TOLERANCE)


@pytest.mark.parametrize("n", [30, 1000])
def test_many_voters_and_few_give_the_same_as_the_twin(n):
    rng = np.random.default_rng(n)
    voted = [tuple(row) for row in np.column_stack([rng.normal(size=n) * 5, rng.random((n, 3))])]
    assert qr_median(**columns(voted), lipschitz=0.1) == pytest.approx(naive.qr_median(0.1, 0.0, voted), abs=TOLERANCE)


@given(
    voted=voters(), L=lipschitz, q=quantiles, right=floats(0, 3), value=st.sampled_from([-1e12, -3.0, 0.01, 7.0, 1e12])
)
@some
def test_one_voter_moves_quantile_and_mean_by_at_most_the_resilience_times_their_right(voted, L, q, right, value):
    joined = columns([*voted, (value, right, 0.0, 0.0)])
    before = qr_quantile(**columns(voted), lipschitz=L, quantile=q)
    after = qr_quantile(**joined, lipschitz=L, quantile=q)
    assert abs(after - before) <= L * right * (1 + 1e-9) + TOLERANCE
    mean = lipschitz_mean(**columns(voted), lipschitz=L)
    assert abs(lipschitz_mean(**joined, lipschitz=L) - mean) <= L * right * (1 + 1e-9) + TOLERANCE


@given(voted=voters(min_size=1), L=lipschitz, right=floats(0, 3))
@some
def test_median_is_lipschitz_in_a_voting_right(voted, L, right):
    given_ = columns(voted)
    changed = given_ | {"rights": np.concatenate(([right], given_["rights"][1:]))}
    moved = abs(qr_median(**given_, lipschitz=L) - qr_median(**changed, lipschitz=L))
    assert moved <= L * abs(given_["rights"][0] - right) + TOLERANCE


@given(voted=voters(min_size=1), L=lipschitz, data=st.data())
@some
def test_median_moves_no_more_than_the_values(voted, L, data):
    given_ = columns(voted)
    shifts = np.array(data.draw(st.lists(floats(-3, 3), min_size=len(voted), max_size=len(voted))))
    changed = given_ | {"values": given_["values"] + shifts}
    moved = qr_median(**changed, lipschitz=L) - qr_median(**given_, lipschitz=L)
    assert abs(moved) <= np.abs(shifts).max() + TOLERANCE


@given(voted=voters(min_size=1), L=lipschitz, q=quantiles, up=floats(0, 5), data=st.data())
@some
def test_raising_a_value_never_lowers_the_outcome(voted, L, q, up, data):
    i = data.draw(st.integers(0, len(voted) - 1))
    raised = [(v + up * (j == i), *rest) for j, (v, *rest) in enumerate(voted)]
    for statistic, options in ((qr_quantile, {"quantile": q}), (lipschitz_mean, {})):
        before = statistic(**columns(voted), lipschitz=L, **options)
        assert statistic(**columns(raised), lipschitz=L, **options) >= before - TOLERANCE


@given(voted=voters(), L=lipschitz, by=floats(-5, 5))
@few
def test_statistics_move_with_a_common_translation(voted, L, by):
    moved = [(v + by, *rest) for v, *rest in voted]
    for statistic in (qr_median, lipschitz_mean):
        there = statistic(**columns(moved), lipschitz=L, default=by)
        assert there == pytest.approx(statistic(**columns(voted), lipschitz=L) + by, abs=TOLERANCE)


@given(voted=voters(), L=lipschitz, q=quantiles)
@few
def test_statistics_turn_with_the_sign(voted, L, q):
    mirrored = [(-v, w, right, left) for v, w, left, right in voted]
    turned = qr_quantile(**columns(mirrored), lipschitz=L, quantile=1 - q)
    assert turned == pytest.approx(-qr_quantile(**columns(voted), lipschitz=L, quantile=q), abs=TOLERANCE)
    mean = lipschitz_mean(**columns(voted), lipschitz=L)
    assert lipschitz_mean(**columns(mirrored), lipschitz=L) == pytest.approx(-mean, abs=TOLERANCE)


@given(voted=voters(), L=lipschitz, q=quantiles, default=floats(-2, 2))
@some
def test_all_together_move_the_outcome_by_at_most_their_total_right(voted, L, q, default):
    total = sum(w for _, w, _, _ in voted)
    assert (
        abs(qr_quantile(**columns(voted), lipschitz=L, quantile=q, default=default) - default) <= L * total + TOLERANCE
    )


@given(voted=voters(min_size=1), L=lipschitz)
@few
def test_mean_is_the_weighted_mean_once_rights_are_many(voted, L):
    given_ = columns(voted)
    rights = given_["rights"] + 0.1
    rights *= max(1.0, 8 * np.abs(given_["values"]).max() / L / rights.sum())
    found = lipschitz_mean(**(given_ | {"rights": rights}), lipschitz=L)
    assert found == pytest.approx(np.average(given_["values"], weights=rights), abs=TOLERANCE)


@given(voted=voters(min_size=2), order=st.randoms(use_true_random=False), L=lipschitz)
@few
def test_order_of_voters_is_irrelevant(voted, order, L):
    shuffled = voted.copy()
    order.shuffle(shuffled)
    assert qr_median(**columns(shuffled), lipschitz=L) == pytest.approx(
        qr_median(**columns(voted), lipschitz=L), abs=TOLERANCE
    )


def test_nobody_gives_the_default():
    assert qr_median([], lipschitz=0.1, default=0.7) == 0.7
    assert qr_deviation([], lipschitz=0.1, default=0.8) == 0.8
    assert lipschitz_mean([], lipschitz=0.1, default=0.3) == 0.3


def test_three_certain_full_voters_pull_as_far_as_their_resilience():
    assert qr_median([1.0, 1.0, 1.0], lipschitz=0.1) == pytest.approx(0.3, abs=1e-12)


@pytest.mark.parametrize(("voters_", "expected"), [(1, 1.10), (20, 2.48), (100, 0.30)])
def test_deviation_of_unanimous_voters(voters_, expected):
    assert qr_deviation([5.0] * voters_, lipschitz=0.1, left=0.5, right=0.5) == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"values": [[1.0]]}, "values"),
        ({"values": [np.nan]}, "values"),
        ({"rights": [1.0, 2.0]}, "rights"),
        ({"rights": -1.0}, "rights"),
        ({"left": np.inf}, "left"),
        ({"right": [-0.1]}, "right"),
        ({"lipschitz": 0.0}, "lipschitz"),
        ({"lipschitz": np.nan}, "lipschitz"),
        ({"default": np.inf}, "default"),
    ],
)
@pytest.mark.parametrize("statistic", [qr_median, qr_deviation, lipschitz_mean])
def test_wrong_arguments_are_named(statistic, wrong, problem):
    with pytest.raises(InvalidInput, match=problem):
        statistic(**({"values": [1.0], "lipschitz": 0.1} | wrong))


@pytest.mark.parametrize("q", [0.0, 1.0, -1.0, np.nan])
def test_quantiles_lie_strictly_within_the_unit_interval(q):
    with pytest.raises(InvalidInput, match="quantile"):
        qr_quantile([1.0], lipschitz=0.1, quantile=q)
