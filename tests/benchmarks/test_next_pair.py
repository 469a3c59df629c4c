"""The simulation of how many comparisons a choice of pairs saves: its bound, its answers and its measure."""

import numpy as np
import pytest

from benchmarks.next_pair_answers import ARCHIVE, by_habit, by_law
from benchmarks.next_pair_bound import needed_at_best
from benchmarks.next_pair_people import LATE, LONGEST, _needed
from benchmarks.next_pair_polls import _needed as _needed_by_poll
from solidago.root_laws import RootLaw

UNIFORM = RootLaw.named("uniform")


def test_between_equal_items_choice_saves_little_and_between_unequal_ones_much():
    equal, unequal = np.zeros(12), np.linspace(-6.0, 6.0, 12)
    assert 0.8 < needed_at_best(equal, UNIFORM, 4.0, 40, 0.0) <= 1.0
    assert needed_at_best(unequal, UNIFORM, 4.0, 40, 0.0) < 0.65


def test_what_must_be_random_cannot_be_saved():
    truth = np.linspace(-6.0, 6.0, 12)
    shares = [needed_at_best(truth, UNIFORM, 4.0, 40, random) for random in (0.0, 0.25, 0.5, 1.0)]
    assert shares == sorted(shares)
    assert shares[-1] > 0.8


def test_the_law_and_real_people_prefer_the_better_item_the_more_the_better_it_is():
    rng = np.random.default_rng(0)
    answers = [by_law(UNIFORM)] + ([by_habit()] if ARCHIVE.exists() else [])
    for answer in answers:
        means = [np.mean([answer(difference, rng) for _ in range(200)]) for difference in (-8.0, -1.0, 1.0, 8.0)]
        assert means == sorted(means)
        assert means[0] < -0.7
        assert means[-1] > 0.7


@pytest.mark.skipif(not ARCHIVE.exists(), reason="the public dataset is not beside the repository")
def test_real_people_answer_more_exactly_than_the_law():
    rng = np.random.default_rng(0)
    spreads = [np.std([answer(1.0, rng) for _ in range(300)]) for answer in (by_habit(), by_law(UNIFORM))]
    assert spreads[0] < 0.8 * spreads[1]


def test_an_error_reached_after_half_the_comparisons_needs_half():
    random = 1.0 / np.arange(1, LONGEST + 1)[None, :]
    assert _needed(random, random) == 100.0
    assert _needed(0.5 * random, random) == pytest.approx(50.0, abs=0.5)
    assert len(LATE) == LONGEST // 4


def test_between_two_runs_of_a_poll_the_error_is_on_the_line():
    random = [(100, 2.0), (200, 1.5)]
    assert _needed_by_poll([(50, 2.5), (150, 1.0), (200, 0.5)], random) == pytest.approx((50 + 100 * 2 / 3) / 200)
