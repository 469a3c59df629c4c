"""Numbers as people read them."""

import pytest
from django.utils import translation

from frontend.numbers import number_text, score_text


@pytest.mark.parametrize(("value", "text"), [(62.4, "62"), (-3.6, "−4"), (-0.2, "0"), (0.0, "0"), (99.97, "100")])
def test_scores_are_whole_with_a_real_minus_and_no_minus_zero(value, text):
    assert score_text(value) == text


def test_decimals_follow_the_language():
    with translation.override("fr"):
        assert score_text(-1.25, decimals=1) == "−1,2"


@pytest.mark.parametrize(
    ("value", "text"),
    [(1e6, "1,000,000"), (1e-6, "0.000001"), (2.50, "2.5"), (0, "0"), (2**63 - 1, "9,223,372,036,854,775,807")],
)
def test_no_number_has_an_exponent(value, text):
    assert number_text(value) == text
