"""The picture of two runs: how many items went from which score to which, drawn on the server as SVG."""

from collections.abc import Sequence
from math import sqrt

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from backend.pipeline.comparing.selectors import CELLS, Cell
from frontend.charts import SCALE, short
from frontend.numbers import score_text

# Of the drawing, in its own units; the margin holds the numbers.
SIDE, MARGIN = 200, 24
CELL = SIDE / CELLS
SMALLEST = 0.35
"""Of the largest dot's size: a single item must be seen."""


def moves(cells: Sequence[Cell], *, label: str, before: str, after: str) -> SafeString:
    """Draw a dot for each range of scores before and after, as large as the number of items in it."""
    most = max((cell.count for cell in cells), default=1)
    dots = format_html_join(
        "",
        '<circle class="{}" cx="{}" cy="{}" r="{}"><title>{}</title></circle>',
        (_dot(cell, most) for cell in cells),
    )
    return format_html(
        '<svg class="moves" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">'
        '<rect class="moves-field" x="{margin}" y="0" width="{side}" height="{side}"/>'
        '<line class="moves-same" x1="{margin}" y1="{side}" x2="{width}" y2="0"/>{dots}{ticks}'
        '<text x="{middle}" y="{height}" text-anchor="middle">{before}</text>'
        '<text transform="translate(7 {center}) rotate(-90)" text-anchor="middle">{after}</text></svg>',
        width=SIDE + MARGIN,
        height=SIDE + MARGIN,
        side=SIDE,
        margin=MARGIN,
        middle=MARGIN + SIDE // 2,
        center=SIDE // 2,
        label=label,
        dots=dots,
        ticks=_ticks(),
        before=before,
        after=after,
    )


def _dot(cell: Cell, most: int) -> tuple[str, str, str, str, str]:
    share = max(sqrt(cell.count / most), SMALLEST)
    tone = "moves-up" if cell.after > cell.before else "moves-down" if cell.after < cell.before else "moves-stay"
    x, y = MARGIN + (cell.before + 0.5) * CELL, SIDE - (cell.after + 0.5) * CELL
    return tone, short(x), short(y), short(CELL / 2 * share), _title(cell)


def _title(cell: Cell) -> str:
    text = ngettext(
        "%(n)d item, from %(low)s–%(high)s to %(new_low)s–%(new_high)s",
        "%(n)d items, from %(low)s–%(high)s to %(new_low)s–%(new_high)s",
        cell.count,
    )
    low, high, new_low, new_high = (score_text(value) for value in (*_range(cell.before), *_range(cell.after)))
    return text % {"n": cell.count, "low": low, "high": high, "new_low": new_low, "new_high": new_high}


def _range(place: int) -> tuple[float, float]:
    width = 2 * SCALE / CELLS
    return -SCALE + place * width, -SCALE + (place + 1) * width


def _ticks() -> SafeString:
    scores = (-SCALE, 0, SCALE)
    places = [(score_text(score), (score + SCALE) / (2 * SCALE) * SIDE) for score in scores]
    below = ((short(MARGIN + at), SIDE + 10, anchor, text) for (text, at), anchor in zip(places, ANCHORS, strict=True))
    beside = ((MARGIN - 3, short(max(SIDE - at, 8)), "end", text) for text, at in places)
    return format_html_join("", '<text x="{}" y="{}" text-anchor="{}">{}</text>', (*below, *beside))


ANCHORS = ("start", "middle", "end")
