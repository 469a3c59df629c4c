"""Bounds on influence: whoever searches for a way beyond them finds none, and the best ways come close."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidago.config import Config
from solidago.dataset import Dataset
from solidago.engine.threads import Threads
from solidago.errors import InvalidInput
from solidago.influence import bounds_of, bounds_of_new_entity, influence_bounds, with_trusted_crowd
from solidago.monotonicity.run_state import RunState
from solidago.pipeline import run
from solidago.primitives import qr_quantile
from solidago.triples import Triples
from solidago.voting_rights import affine_overtrust
from tests.solidago.naive import rights as naive
from tests.solidago.strategies import CRITERION, few, floats, random_poll, some

CLOSE = 1e-6
FAR = 1e7


@dataclass(frozen=True)
class Raters:
    """Who rates one entity: value, uncertainties, trust, privacy; a row each."""

    rows: np.ndarray
    config: Config

    def score(self, rows=None, rights=None):
        """The collective score, rights found the slow way."""
        rows = self.rows if rows is None else np.array(rows, float).reshape(-1, 5)
        if rights is None:
            rights = naive.affine_overtrust(
                rows[:, 3], rows[:, 4], self.config.overtrust_bias, self.config.overtrust_scale
            )
        value = qr_quantile(
            rows[:, 0], rights=rights, left=rows[:, 1], right=rows[:, 2],
            lipschitz=self.config.aggregation_lipschitz, quantile=self.config.aggregation_quantile,
        )  # fmt: skip
        return 100 * value / np.hypot(1, value)

    def bounds(self, *, bounded_by=None, **parameters):
        """The library's bounds: a run of as many contributors, with these scores in place of theirs."""
        names = [f"u{i}" for i in range(len(self.rows))]
        columns = {"left": "e", "right": "f", "criterion": CRITERION, "value": 0.5}
        private = [name for name, row in zip(names, self.rows, strict=True) if row[4] < 1]
        dataset = Dataset.from_columns(
            {"user": names} | {name: [value] * len(names) for name, value in columns.items()},
            users={"user": names, "trust": self.rows[:, 3]},
            private={"user": private, "entity": ["e"] * len(private)},
        )
        with Threads(1) as pool:
            state = RunState(dataset, CRITERION, self.config, run(dataset, self.config, threads=1), pool)
            rows = np.repeat(self.rows, 2, axis=0)
            state.scaled = Triples(rows[:, 0].copy(), rows[:, 1].copy(), rows[:, 2].copy())
            state.rights = affine_overtrust(state.ratings, state.trust, self.config)
            state.collective = state.aggregated(np.arange(2, dtype=np.int32), state.scaled)
            state.config = bounded_by or self.config
            found = bounds_of(state, **parameters)
        return found.low[0], found.high[0]


@st.composite
def crowds(draw, min_size=1):
    value, uncertainty, trust = floats(-20, 20), floats(0, 30), st.sampled_from([0.0, 0.0, 0.3, 0.8, 1.0])
    row = st.tuples(value, uncertainty, uncertainty, trust, st.sampled_from([0.5, 1.0]))
    config = Config(
        aggregation_lipschitz=draw(st.sampled_from([0.05, 0.1, 1.0])),
        aggregation_quantile=draw(st.sampled_from([0.5, 0.5, 0.2, 0.9])),
        overtrust_bias=draw(st.sampled_from([0.0, 2.0, 3.5])),
        overtrust_scale=draw(st.sampled_from([0.0, 0.1, 0.7])),
    )
    return Raters(np.array(draw(st.lists(row, min_size=min_size, max_size=8)), float), config)


words = st.tuples(st.sampled_from([-FAR, -3.0, 0.0, 3.0, FAR]), floats(0, 10), floats(0, 10))
directions = st.sampled_from([-1, 1])


@some
@given(crowds(), words)
def test_a_trusted_newcomer_stays_within_the_bound(raters, word):
    low, high = raters.bounds()
    after = raters.score([*raters.rows, (*word, 1.0, 1.0)])
    assert low[0] - CLOSE <= after <= high[0] + CLOSE


@few
@given(crowds(), directions, st.integers(1, 3))
def test_trusted_newcomers_reach_the_bound(raters, direction, newcomers):
    bounds = raters.bounds(newcomers=newcomers)
    after = raters.score([*raters.rows, *[(direction * FAR, 0, 0, 1.0, 1.0)] * newcomers])
    # Others whose rights they raise may pull more than they do: then they had better not come.
    furthest = direction * max(direction * after, direction * raters.score())
    assert bounds[direction > 0][0] == pytest.approx(furthest, abs=1e-4)


@some
@given(crowds(), st.lists(words, min_size=1, max_size=5), st.integers(1, 40), st.sampled_from([0.5, 1.0]))
def test_accounts_without_trust_stay_within_the_bound_however_many(raters, said, times, privacy):
    low, high = raters.bounds()
    after = raters.score([*raters.rows, *[(*word, 0.0, privacy) for word in said] * times])
    assert low[1] - CLOSE <= after <= high[1] + CLOSE


@some
@given(crowds(), st.lists(st.tuples(words, st.sampled_from([0.0, 0.0, 0.2, 0.9])), min_size=1, max_size=6))
def test_a_crowd_with_some_trust_stays_within_the_bound_for_that_trust(raters, said):
    trusting = with_trusted_crowd(raters.config, sum(trust for _, trust in said))
    after = raters.score([*raters.rows, *[(*word, trust, 1.0) for word, trust in said]])
    low, high = raters.bounds(bounded_by=trusting)
    assert low[1] - CLOSE <= after <= high[1] + CLOSE


@few
@given(crowds(), directions)
def test_more_accounts_without_trust_come_ever_closer_to_the_bound(raters, direction):
    bound = raters.bounds()[direction > 0][1]
    gaps = []
    for count in (1, 30, 3000):
        after = raters.score([*raters.rows, *[(direction * FAR, 0, 0, 0.0, 1.0)] * count])
        gaps.append(direction * (bound - after))
    assert gaps[0] + CLOSE >= gaps[1] >= gaps[2] - CLOSE >= -2 * CLOSE
    assert gaps[2] <= 0.01 * abs(bound - raters.score()) + 0.05


@some
@given(crowds(min_size=3), st.data())
def test_a_coalition_stays_within_the_bound_whether_it_lies_hides_or_leaves(raters, data):
    rights = affine_rights(raters)
    members = data.draw(st.sets(st.integers(0, len(raters.rows) - 1), min_size=1, max_size=3))
    share = min(1.0, sum(rights[i] for i in members) / sum(rights)) if sum(rights) else 0.0
    after = []
    for i, row in enumerate(raters.rows):
        does = data.draw(st.sampled_from(["lie", "hide", "leave"])) if i in members else "stay"
        word = data.draw(words)
        new = {"stay": row, "lie": (*word, row[3], row[4]), "hide": (*word, row[3], min(row[4], 0.5)), "leave": None}[
            does
        ]
        after += [new] if new is not None else []
    low, high = raters.bounds(share=share)
    assert low[2] - CLOSE <= raters.score(after) <= high[2] + CLOSE


def affine_rights(raters):
    config = raters.config
    return naive.affine_overtrust(raters.rows[:, 3], raters.rows[:, 4], config.overtrust_bias, config.overtrust_scale)


def test_a_coalition_that_turns_round_reaches_the_bound():
    raters = Raters(np.array([(-FAR, 0, 0, 1.0, 1.0)] * 3 + [(FAR, 0, 0, 1.0, 1.0)] * 7), Config())
    turned = np.where(np.arange(10)[:, None] == 9, raters.rows * [-1, 1, 1, 1, 1], raters.rows)
    assert raters.score(turned) == pytest.approx(raters.bounds(share=0.1)[0][2], abs=1e-4)


@some
@given(crowds())
def test_no_bound_is_above_the_resilience_times_the_right(raters):
    config, before = raters.config, np.array(unsquashed(raters.score()))
    rights, trusted = sum(affine_rights(raters)), float(raters.rows[:, 3] @ raters.rows[:, 4])
    allowed = config.overtrust_bias + config.overtrust_scale * trusted
    most = np.array([1 + config.overtrust_scale, 2 * allowed, 0.2 * rights]) * config.aggregation_lipschitz
    for ends in raters.bounds():
        assert (np.abs(unsquashed(ends) - before) <= most + CLOSE).all()


def unsquashed(points):
    part = np.asarray(points) / 100
    return part / np.sqrt(1 - part**2)


def test_every_score_of_a_run_lies_within_its_bounds():
    dataset = random_poll(5, users=12, entities=9).dataset()
    result = run(dataset, Config(min_activity=5.0))
    found = influence_bounds(dataset, Config(min_activity=5.0), result)[CRITERION]
    collective = result.criteria[CRITERION].collective
    np.testing.assert_array_equal(found.entity, collective.entity)
    np.testing.assert_allclose(found.score, collective.score, atol=1e-9)
    assert (found.low < found.score[:, None]).all()
    assert (found.high > found.score[:, None]).all()
    assert (found.moves() >= (found.high - found.low) / 2).all()


def test_bounds_do_not_depend_on_threads():
    dataset = random_poll(6).dataset()
    result = run(dataset, Config())
    one, many = (influence_bounds(dataset, Config(), result, threads=n)[CRITERION] for n in (1, 3))
    assert one.low.tobytes() == many.low.tobytes()
    assert one.high.tobytes() == many.high.tobytes()


def test_two_full_voters_take_a_new_entity_below_what_is_recommended():
    config = Config.preset("tournesol")
    assert bounds_of_new_entity(config)[1] == pytest.approx((-19.6116, 19.6116), abs=1e-3)
    assert bounds_of_new_entity(config, newcomers=2)[0] == bounds_of_new_entity(config)[1]


@pytest.mark.parametrize("wrong", [{"newcomers": -1}, {"newcomers": float("nan")}, {"share": 1.1}, {"share": -0.1}])
def test_parameters_out_of_range_are_refused(wrong):
    dataset = random_poll(7, users=2).dataset()
    with pytest.raises(InvalidInput, match="newcomers must be at least 0"):
        influence_bounds(dataset, Config(), run(dataset, Config()), **wrong)
