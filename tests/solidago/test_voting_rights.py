import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidago.dataset import Judgments, PrivateRatings
from solidago.engine.threads import Threads
from solidago.ratings import index_ratings
from solidago.voting_rights import affine_overtrust
from tests.solidago.constants import tournesol
from tests.solidago.naive import rights as naive
from tests.solidago.strategies import floats, some

NOBODY = np.zeros(0, np.int32)
people = st.lists(st.tuples(floats(0, 1) | st.sampled_from([0.0, 0.8, 1.0]), st.booleans()), min_size=1, max_size=12)


def rights(people_, config=tournesol()):  # noqa: B008 (frozen)
    """Rights on one entity that all have compared with another."""
    n = len(people_)
    user = np.arange(n, dtype=np.int32)
    judged = Judgments(user, np.zeros(n, np.int32), np.ones(n, np.int32), np.zeros(n))
    hidden = user[[private for _, private in people_]]
    private = PrivateRatings(hidden, np.zeros(len(hidden), np.int32))
    ratings = index_ratings(judged, n, 2, private, 0.5, Threads(1))
    found = affine_overtrust(ratings, np.array([trust for trust, _ in people_]), config)
    return found[ratings.entity == 0]


def privacy(people_):
    return [0.5 if private else 1.0 for _, private in people_]


@given(people)
@some
def test_rights_are_those_of_the_bracketed_floor(people_):
    trust = [t for t, _ in people_]
    np.testing.assert_allclose(rights(people_), naive.affine_overtrust(trust, privacy(people_)), atol=1e-9)


@given(people)
@some
def test_rights_beyond_trust_are_bounded(people_):
    trusted = sum(p * t for p, (t, _) in zip(privacy(people_), people_, strict=True))
    assert rights(people_).sum() - trusted <= 2 + 0.1 * trusted + 1e-9


@given(people)
@some
def test_nobody_has_less_than_their_trust_or_more_than_a_vote(people_):
    found, weight = rights(people_), np.array(privacy(people_))
    assert (found >= weight * [t for t, _ in people_] - 1e-12).all()
    assert (found <= weight + 1e-12).all()


@given(people, st.data())
@some
def test_more_trust_never_means_less_right(people_, data):
    i = data.draw(st.integers(0, len(people_) - 1))
    trust, private = people_[i]
    more = [*people_[:i], (data.draw(floats(trust, 1)), private), *people_[i + 1 :]]
    assert rights(more)[i] >= rights(people_)[i] - 1e-9


@given(people, st.integers(1, 30))
@some
def test_a_crowd_without_trust_raises_nobodys_right(people_, crowd):
    joined = rights([*people_, *[(0.0, False)] * crowd])
    assert (joined[: len(people_)] <= rights(people_) + 1e-12).all()
    assert joined[len(people_) :].sum() <= 2 + 0.1 * len(people_) + 1e-9


@pytest.mark.parametrize(("untrusted", "right"), [(1, 1.0), (2, 1.0), (4, 0.5), (200, 0.01)])
def test_a_few_untrusted_vote_fully_and_a_crowd_shares(untrusted, right):
    np.testing.assert_allclose(rights([(0.0, False)] * untrusted), right)
