"""How long the runs of a poll took, and how much they read, drawn on the server as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.pipeline.models import Run
from frontend.charts import short
from frontend.timeline import timeline

MOST_CHARTED = 40
"""Runs of a chart: on a phone a bar is then still some pixels wide."""
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 340, 150, 30, 8, 18
WIDEST = 22

PARTS: tuple[tuple[str | Promise, frozenset[str]], ...] = (
    (gettext_lazy("Reading the judgments"), frozenset({"snapshot"})),
    (gettext_lazy("Trust and voting rights"), frozenset({"trust", "voting rights"})),
    (gettext_lazy("Each contributor's own scores"), frozenset({"preferences"})),
    (gettext_lazy("One scale for all contributors"), frozenset({"scaling", "standardisation"})),
    (gettext_lazy("The common scores"), frozenset({"aggregation"})),
    (gettext_lazy("Checking them"), frozenset({"audit", "influence"})),
    (gettext_lazy("Publishing, or comparing with what is published"), frozenset({"publication", "effect"})),
)
"""What is told apart in a bar, from below, and the steps of each."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One run: seconds of each of `PARTS`."""

    run: Run
    seconds: tuple[float, ...]

    @property
    def total(self) -> float:
        return float(sum(self.seconds))


@dataclass(frozen=True, slots=True)
class Charts:
    """The drawings, with their numbers for a table."""

    durations: SafeString
    judgments: SafeString
    contributors: SafeString
    parts: tuple[str | Promise, ...]
    bars: tuple[Bar, ...]

    @property
    def most_judgments(self) -> int:
        return max(bar.run.judgments or 0 for bar in self.bars)

    @property
    def most_contributors(self) -> int:
        return max(bar.run.contributors or 0 for bar in self.bars)


def charts_of(runs: Sequence[Run]) -> Charts | None:
    """Return the charts of runs, oldest first; nothing for fewer than two."""
    if len(runs) < 2:
        return None
    bars = tuple(Bar(run, tuple(_seconds(run, steps) for _label, steps in PARTS)) for run in runs)
    return Charts(
        durations(bars),
        timeline([(_name(run), run.judgments or 0) for run in runs], label=_("Judgments that each run read")),
        timeline([(_name(run), run.contributors or 0) for run in runs], label=_("Contributors of each run")),
        tuple(label for label, _steps in PARTS),
        bars,
    )


def _seconds(run: Run, steps: frozenset[str]) -> float:
    return float(sum(seconds for step, seconds in run.seconds.items() if step in steps))


def _name(run: Run) -> str:
    return _("Run %(id)s") % {"id": run.pk}


def durations(bars: Sequence[Bar]) -> SafeString:
    """Draw a bar for each run, its parts one upon the other."""
    highest = max(bar.total for bar in bars) or 1.0
    step = (WIDTH - LEFT) / len(bars)
    width = min(step * 0.8, WIDEST)
    shapes = [
        shape
        for place, bar in enumerate(bars)
        for shape in _stack(bar, LEFT + place * step + (step - width) / 2, width, (HEIGHT - TOP - BOTTOM) / highest)
    ]
    label = _("Seconds of the last %(count)s runs, from %(least)s to %(most)s") % {
        "count": len(bars),
        "least": number_format(min(bar.total for bar in bars), 2),
        "most": number_format(highest, 2),
    }
    return format_html(
        '<svg class="durations" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        WIDTH,
        HEIGHT,
        label,
        _axis(highest),
        format_html_join(
            "", '<rect class="part-{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>', shapes
        ),
        _ends(bars),
    )


def _stack(bar: Bar, x: float, width: float, scale: float) -> list[tuple[int, str, str, str, str, str]]:
    shapes, top = [], float(HEIGHT - BOTTOM)
    for part, seconds in enumerate(bar.seconds):
        if seconds <= 0.0:
            continue
        top -= seconds * scale
        title = _("%(run)s, %(part)s: %(seconds)s s") % {
            "run": _name(bar.run),
            "part": PARTS[part][0],
            "seconds": number_format(seconds, 2),
        }
        shapes.append((part, short(x), f"{top:.2f}", short(width), f"{seconds * scale:.2f}", title))
    return shapes


def _axis(highest: float) -> SafeString:
    """Name the seconds at the bottom, in the middle and on top."""
    return format_html_join(
        "",
        '<line class="history-rule" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>'
        '<text x="{3}" y="{2}" dy="2.5" text-anchor="end">{4}</text>',
        (
            (LEFT, WIDTH, short(TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - share)), LEFT - 4, _tick(highest * share))
            for share in (0.0, 0.5, 1.0)
        ),
    )


def _tick(seconds: float) -> str:
    return number_format(seconds, 0 if seconds >= 10.0 or not seconds else 1 if seconds >= 1.0 else 2)


def _ends(bars: Sequence[Bar]) -> SafeString:
    return format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="{}">{}</text>',
        (
            (LEFT, HEIGHT - 5, "start", _name(bars[0].run)),
            (WIDTH, HEIGHT - 5, "end", _name(bars[-1].run)),
        ),
    )
