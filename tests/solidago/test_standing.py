"""Standing: only accounts without trust lose it, only by contradicting trusted ones, and only they themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidago.config import PRESETS, Config
from solidago.dataset import Judgments, PrivateRatings
from solidago.engine.threads import Threads
from solidago.ratings import index_ratings
from solidago.standing import standing
from solidago.triples import Triples
from solidago.voting_rights import affine_overtrust, voting_rights
from tests.solidago.naive import standing as naive
from tests.solidago.strategies import floats, some

ENTITIES = 6
NOBODY = np.zeros(0, np.int32)
# By contributor: trust, and a raw score of each entity they rate.
opinions = st.dictionaries(st.integers(0, ENTITIES - 1), floats(-5, 5), min_size=2)
people = st.lists(st.tuples(st.sampled_from([0.0, 0.0, 0.3, 0.8, 1.0]), opinions), min_size=1, max_size=8)
CLEAR = {e: 2.0 if e % 2 else -2.0 for e in range(ENTITIES)}
CONTRARY = {e: -score for e, score in CLEAR.items()}


def rated(people_):
    """Ratings and raw scores; what was compared with what does not matter here."""
    rows = [
        (u, one, other)
        for u, (_, scores) in enumerate(people_)
        for one, other in zip(sorted(scores), sorted(scores)[1:], strict=False)
    ]
    user, left, right = np.array(rows, np.int32).T
    judged = Judgments(user, left, right, np.zeros(len(user)))
    ratings = index_ratings(judged, len(people_), ENTITIES, PrivateRatings(NOBODY, NOBODY), 0.5, Threads(1))
    score = np.array([people_[u][1][e] for u, e in zip(ratings.user, ratings.entity, strict=True)])
    return ratings, Triples(score, score, score)


def standings(people_, limit=1.0):
    ratings, raw = rated(people_)
    return standing(ratings, raw, np.array([trust for trust, _ in people_]), Config(contradiction_limit=limit))


def rights(people_, **constants):
    ratings, raw = rated(people_)
    found = voting_rights(ratings, raw, np.array([trust for trust, _ in people_]), Config(**constants))
    return ratings, found


@given(people, st.sampled_from([0.5, 1.0, 2.0, 10.0]))
@some
def test_it_is_that_of_plain_loops(people_, limit):
    trust, scores = ({u: person[i] for u, person in enumerate(people_)} for i in (0, 1))
    exact = naive.standing(scores, trust, limit)
    np.testing.assert_allclose(standings(people_, limit), [exact[u] for u in scores], atol=1e-9)


@given(people)
@some
def test_it_is_between_trust_and_1(people_):
    found = standings(people_)
    assert (found >= [trust for trust, _ in people_]).all()
    assert (found <= 1.0).all()


@given(people, st.lists(opinions, min_size=1, max_size=5))
@some
def test_accounts_without_trust_change_nobody_elses(people_, crowd):
    joined = standings([*people_, *[(0.0, scores) for scores in crowd]])
    assert joined[: len(people_)] == pytest.approx(standings(people_), abs=1e-12)


def test_a_newcomer_who_agrees_or_whom_nobody_can_judge_keeps_it():
    assert standings([(0.8, CLEAR), (0.0, CLEAR)]).tolist() == [1.0, 1.0]
    assert standings([(0.0, CONTRARY), (0.0, CLEAR)]).tolist() == [1.0, 1.0]
    assert standings([(0.8, {0: 2.0, 1: -2.0}), (0.0, {2: 2.0, 3: -2.0})]).tolist() == [1.0, 1.0]


def test_contradicting_trusted_people_costs_what_trust_does_not_give():
    everybody = [(0.8, CLEAR), (0.8, CLEAR), (0.8, CLEAR)]
    assert standings([*everybody, (0.0, CONTRARY)])[-1] == 0.0
    assert standings([*everybody, (0.3, CONTRARY)])[-1] == pytest.approx(0.3)
    assert standings([*everybody, (1.0, CONTRARY)])[-1] == 1.0


def test_one_contradiction_is_not_yet_clear():
    once = (0.0, {0: 0.3, 1: -0.3})
    assert 0.5 < standings([(0.8, CLEAR), (0.8, CLEAR), once], limit=2.0)[-1] < 1.0


def test_a_limit_of_0_asks_nobody():
    assert standings([(0.8, CLEAR), (0.0, CONTRARY)], limit=0.0).tolist() == [1.0, 1.0]


@given(people, floats(0, 5), floats(0, 1))
@some
def test_rights_beyond_trust_stay_bounded(people_, bias, scale):
    ratings, found = rights(people_, overtrust_bias=bias, overtrust_scale=scale)
    weight = standings(people_, 2.0)[ratings.user]
    trusted = np.array([trust for trust, _ in people_])[ratings.user]
    for e in range(ENTITIES):
        here = ratings.entity == e
        over = found[here].sum() - (weight * trusted)[here].sum()
        assert over <= bias + scale * (weight * trusted)[here].sum() + 1e-9
    assert (found <= weight + 1e-12).all()


@given(people, opinions)
@some
def test_whatever_somebody_says_the_rights_of_others_change_by_a_bounded_amount(people_, word):
    """Of each entity: beyond trust, all others together have at most what they may have, before and after."""
    said = [(1.0, CLEAR), *people_]
    turned = [(1.0, {e: word.get(e, -score) for e, score in CLEAR.items()}), *people_]
    ratings, before = rights(said, contradiction_limit=1.0)
    _, after = rights(turned, contradiction_limit=1.0)
    trust = np.array([person[0] for person in said])
    for e in range(ENTITIES):
        others = (ratings.entity == e) & (ratings.user > 0)
        over = 5.0 + 0.5 * trust[ratings.user[ratings.entity == e]].sum()
        # Their standing may also fall on what trust gives: from t to t^2 at the least.
        doubted = (trust * (1 - trust))[ratings.user[others]].sum()
        assert np.abs(after - before)[others].sum() <= 2 * over + doubted + 1e-9


def test_without_doubts_rights_are_those_of_trust_alone():
    ratings, raw = rated([(0.8, CLEAR), (0.0, CONTRARY), (0.3, CLEAR)])
    trust, config = np.array([0.8, 0.0, 0.3]), Config.preset("tournesol")
    assert voting_rights(ratings, raw, trust, config).tolist() == affine_overtrust(ratings, trust, config).tolist()


@pytest.mark.parametrize("preset", PRESETS)
def test_no_preset_takes_anything_from_the_fully_trusted(preset):
    ratings, raw = rated([(0.8, CLEAR), (0.8, CLEAR), (1.0, CONTRARY)])
    found = voting_rights(ratings, raw, np.array([0.8, 0.8, 1.0]), Config.preset(preset))
    assert (found[ratings.user == 2] == 1.0).all()
