"""The chart of a score over time, drawn on the server as SVG."""

from collections.abc import Sequence
from datetime import date
from math import ceil, floor

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from backend.scores.history import DayScore
from frontend.charts import SCALE, short
from frontend.numbers import score_text

# Of the drawing, in its own units; the margins hold the numbers of the scores and the days.
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 340, 150, 26, 18, 6
STEP = 25
"""The axis of the scores begins and ends at a multiple of this."""
FEW = 40
"""Of so many days each is a dot of its own, with its numbers."""


def history(days: Sequence[DayScore], *, label: str) -> SafeString:
    """Draw a score as a line and its uncertainty as a band, day by day; there must be two days."""
    axis = _Axis(days)
    band = [axis.point(d.day, d.high) for d in days] + [axis.point(d.day, d.low) for d in reversed(days)]
    return format_html(
        '<svg class="history" viewBox="0 0 {} {}" role="img" aria-label="{}">{}'
        '<polygon class="history-band" points="{}"/><polyline class="history-line" points="{}"/>{}{}</svg>',
        WIDTH,
        HEIGHT,
        label,
        axis.rules(),
        " ".join(band),
        " ".join(axis.point(d.day, d.score) for d in days),
        _dots(days, axis),
        axis.dates(),
    )


class _Axis:
    """Where a day and a score lie in the drawing."""

    def __init__(self, days: Sequence[DayScore]) -> None:
        self.first, self.last = days[0].day, days[-1].day
        self.low = max(floor(min(d.low for d in days) / STEP) * STEP, -SCALE)
        self.high = min(ceil(max(d.high for d in days) / STEP) * STEP, SCALE)
        self.days = (self.last - self.first).days
        self.range = max(self.high - self.low, 1)

    def x(self, day: date) -> str:
        return short(LEFT + (WIDTH - LEFT - 4) * (day - self.first).days / self.days)

    def y(self, score: float) -> str:
        inside = min(max(score, self.low), self.high)
        return short(TOP + (HEIGHT - TOP - BOTTOM) * (self.high - inside) / self.range)

    def point(self, day: date, score: float) -> str:
        return f"{self.x(day)},{self.y(score)}"

    def rules(self) -> SafeString:
        scores = range(self.low, self.high + 1, 2 * STEP if self.range > 4 * STEP else STEP)
        return format_html_join(
            "",
            '<line class="history-rule" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>'
            '<text x="{3}" y="{2}" dy="2.5" text-anchor="end">{4}</text>',
            ((LEFT, WIDTH, self.y(score), LEFT - 4, score_text(score)) for score in scores),
        )

    def dates(self) -> SafeString:
        ends = ((LEFT, "start", self.first), (WIDTH, "end", self.last))
        return format_html_join(
            "",
            '<text x="{}" y="{}" text-anchor="{}">{}</text>',
            ((x, HEIGHT - 5, anchor, date_format(day)) for x, anchor, day in ends),
        )


def _dots(days: Sequence[DayScore], axis: _Axis) -> SafeString:
    return format_html_join(
        "",
        '<circle class="history-dot" cx="{}" cy="{}" r="2.5"><title>{}: {}</title></circle>',
        ((axis.x(d.day), axis.y(d.score), date_format(d.day), score_text(d.score)) for d in days if len(days) <= FEW),
    )
