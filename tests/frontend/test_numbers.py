"""Numbers as people read them."""

import pytest
from django.utils import translation

from frontend.numbers import score_text


@pytest.mark.parametrize(("value", "text"), [(62.4, "62"), (-3.6, "−4"), (-0.2, "0"), (0.0, "0"), (99.97, "100")])
def test_scores_are_whole_with_a_real_minus_and_no_minus_zero(value, text):
    assert score_text(value) == text


def test_decimals_follow_the_language():
    with translation.override("fr"):
        assert score_text(-1.25, decimals=1) == "−1,2"
