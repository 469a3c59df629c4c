"""Charts: what they say to eyes and to screen readers."""

import re
from datetime import date, timedelta

import pytest

from backend.scores.history import DayScore
from backend.scores.selectors import Bin
from frontend.charts import Petal, Seed, flower, histogram, interval, petal_key, seed_head
from frontend.history_chart import history

JUDGED = Petal("Reliability", 62.2, 48.4, 73.1, 14)


def label(svg: str) -> str:
    found = re.search(r'aria-label="([^"]*)"', svg)
    assert found
    return found[1]


def tips(svg: str) -> list[float]:
    """Return how far the score of each judged petal reaches."""
    paths = re.findall(r'class="petal-score" d="([^"]*)"', svg)
    return [max(-float(y) for y in re.findall(r" (-[\d.]+)", path)) for path in paths]


def test_a_flower_is_explained_in_words():
    assert label(flower([JUDGED])) == "Reliability 62, between 48 and 73, 14 contributors"


def test_one_contributor_is_not_many():
    assert label(flower([Petal("Tone", 1, 0, 2, 1)])) == "Tone 1, between 0 and 2, 1 contributor"


def test_what_nobody_judged_is_grey_and_said():
    svg = flower([JUDGED, Petal("Tone"), Petal("Depth")])
    assert "Tone not judged yet; Depth not judged yet" in label(svg)
    assert svg.count("petal-unjudged") == 2


def test_a_petal_is_the_longer_the_higher_its_score():
    lengths = tips(flower([Petal("x", score, score, score, 1) for score in (0, 20, 60, 100)]))
    assert lengths == sorted(lengths)
    assert len(set(lengths)) == 4


def test_a_score_below_zero_has_its_own_tone_and_is_short():
    svg = flower([Petal("x", -40, -60, -20, 3), Petal("y", 0, 0, 0, 3), Petal("z", 5, 5, 5, 3)])
    assert svg.count("petal-below") == 1
    assert tips(svg)[0] == min(tips(svg))


def test_a_criterion_alone_fills_the_flower():
    assert flower([JUDGED]).count("petal-score") == 8


def test_two_criteria_make_a_cross():
    assert flower([JUDGED, Petal("Tone", 1, 0, 2, 1)]).count("petal-score") == 4


def test_a_poll_without_criteria_has_a_flower_without_petals():
    assert "<path" not in flower([])


@pytest.mark.parametrize("count", [1, 2, 4, 11])
def test_the_key_shows_the_petals_of_one_criterion_among_all(count):
    svg = petal_key(0, count)
    rounds = {1: 8, 2: 2}.get(count, 1)
    assert svg.count("<path") == count * rounds
    assert svg.count('class="petal"') == rounds


def test_an_interval_lies_on_a_rule_from_minus_to_plus_one_hundred():
    svg = interval(0, -50, 100)
    assert 'x="25%" y="4" width="75%"' in svg
    assert 'cx="50%"' in svg
    assert label(svg) == "0, between −50 and 100"


def test_numbers_beyond_the_scale_stay_inside_the_drawing():
    svg = interval(500, -500, 500)
    assert 'x="0%" y="4" width="100%"' in svg
    assert 'cx="100%"' in svg


def test_bars_are_as_high_as_their_counts():
    svg = histogram([Bin(-100, 0, 1), Bin(0, 50, 0), Bin(50, 100, 4)], label="Spread")
    heights = [float(height) for height in re.findall(r'class="bar"[^>]* height="([\d.]+)"', svg)]
    assert heights == [23, 92]
    assert "<title>4 between 50 and 100</title>" in svg


def test_a_seed_head_has_a_seed_per_item_and_escapes_titles():
    svg = seed_head([Seed("<script>", 90), Seed("b", 10), Seed("c", -5)], label="Items")
    assert svg.count('class="seed ') == 3
    assert "<script>" not in svg
    assert "&lt;script&gt;: 90" in svg


def test_charts_bear_no_inline_style():
    drawn = [flower([JUDGED]), interval(1, 0, 2), histogram([Bin(0, 1, 1)], label="x"), seed_head([], label="x")]
    assert "style=" not in "".join(drawn)


@pytest.mark.parametrize("count", [2, 3, 40, 41, 180])
def test_a_history_of_any_length_stays_within_its_drawing(count):
    days = [DayScore(date(2026, 1, 1) + timedelta(n), 99.0 - n, -100.0, 130.0) for n in range(count)]
    drawing = history(days, label="Good")
    points = re.findall(r"([-\d.]+),([-\d.]+)", drawing)
    assert all(0 <= float(x) <= 340 and 0 <= float(y) <= 150 for x, y in points)
    assert ("<circle" in drawing) is (count <= 40)
