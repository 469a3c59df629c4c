import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidago.aggregation.quantile import aggregate
from solidago.engine.threads import Threads
from solidago.post_process import squash
from solidago.ratings import Ratings
from solidago.triples import Triples
from tests.solidago.constants import tournesol
from tests.solidago.naive import robust as naive
from tests.solidago.naive.pipeline import squash as squash_one
from tests.solidago.strategies import few, floats, some, voters

ONE = Threads(1)


def collective(voted, config=tournesol()):  # noqa: B008 (frozen)
    """The collective score of one entity, of whom each voter is a rater."""
    n = len(voted)
    v, w, left, right = np.array(voted, float).reshape(-1, 4).T.copy()
    users, none = np.arange(n, dtype=np.int32), np.zeros(0, np.int32)
    rows = np.arange(n + 1, dtype=np.int32)
    ratings = Ratings(users, np.zeros(n, np.int32), rows, none, none, none, np.zeros(0), np.ones(n), 1)
    return aggregate(ratings, Triples(v, left, right), w, config, ONE)


@given(voted=voters(min_size=1), q=st.sampled_from([0.2, 0.5, 0.8]))
@some
def test_a_collective_score_is_a_robust_quantile_of_its_raters(voted, q):
    found = collective(voted, tournesol(aggregation_quantile=q))
    assert found.scaled_score[0] == pytest.approx(naive.qr_quantile(0.1, q, 0.0, voted), abs=1e-8)
    # The median as found: the side of a voter exactly there hangs on its last digit.
    median = collective(voted).scaled_score[0]
    assert found.polarisation[0] == pytest.approx(naive.qr_deviation(0.1, 0.5, 1.0, voted, median), abs=1e-7)
    assert found.contributors[0] == len(voted)
    assert found.voting_right[0] == pytest.approx(sum(w for _, w, _, _ in voted))


@given(voted=voters(min_size=1, positive=True), coalition=voters(min_size=1, max_size=4))
@some
def test_a_coalition_moves_a_score_by_at_most_the_resilience_times_its_rights(voted, coalition):
    moved = collective([*voted, *coalition]).scaled_score[0] - collective(voted).scaled_score[0]
    assert abs(moved) <= 0.1 * sum(w for _, w, _, _ in coalition) + 1e-8


def test_only_entities_with_raters_have_scores():
    none = np.zeros(0, np.int32)
    user, entity, rows = np.zeros(2, np.int32), np.array([1, 3], np.int32), np.array([0, 2], np.int32)
    ratings = Ratings(user, entity, rows, none, none, none, np.zeros(0), np.ones(2), 5)
    found = aggregate(ratings, Triples(np.ones(2), np.ones(2), np.ones(2)), np.ones(2), tournesol(), ONE)
    assert found.entity.tolist() == [1, 3]


def test_two_full_voters_stay_below_the_threshold_of_a_recommendation():
    found = collective([(100.0, 1.0, 0.0, 0.0)] * 2)
    assert found.scaled_score[0] == pytest.approx(0.2)
    assert found.score[0] == pytest.approx(19.6, abs=0.02)


@given(s=floats(-1e6, 1e6), left=floats(0, 1e4), right=floats(0, 1e4))
@few
def test_squash_maps_the_ends_of_the_interval(s, left, right):
    found = squash(Triples(*(np.array([x]) for x in (s, left, right))), ONE)
    exact = squash_one((s, left, right))
    np.testing.assert_allclose([found.score[0], found.left[0], found.right[0]], exact, atol=1e-9)
    assert -100 <= found.score[0] - found.left[0] <= found.score[0] <= found.score[0] + found.right[0] <= 100
    assert found.left[0] >= 0
    assert found.right[0] >= 0
