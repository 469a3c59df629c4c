"""Charts drawn on the server as SVG: colours come from the style sheet, every number is also in the label.

All scores are on the published scale, -100 to 100.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin, sqrt

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.scores.selectors import Bin
from frontend.numbers import score_text

SCALE = 100
# Geometry of the flower, in units of a 100 x 100 drawing centred on 0.
HEART, ROOT, SHORTEST, LONGEST, UNJUDGED = 9.5, 7.0, 18.0, 49.0, 24.0
# One or two petals are no flower: so few criteria go round more than once.
ROUNDS = {1: 8, 2: 2}
# Successive seeds of a sunflower are this far apart, in radians: the golden angle.
GOLDEN_ANGLE = pi * (3 - sqrt(5))
RAYS = 42


@dataclass(frozen=True, slots=True)
class Petal:
    """The score of one criterion, or its absence."""

    label: str
    score: float | None = None
    low: float = 0.0
    high: float = 0.0
    contributors: int = 0

    def __str__(self) -> str:
        if self.score is None:
            return _("%(label)s not judged yet") % {"label": self.label}
        people = ngettext("%(n)d contributor", "%(n)d contributors", self.contributors) % {"n": self.contributors}
        return _("%(label)s %(interval)s, %(people)s") % {
            "label": self.label,
            "interval": interval_text(self.score, self.low, self.high),
            "people": people,
        }


@dataclass(frozen=True, slots=True)
class Seed:
    """One item of a seed head."""

    title: str
    score: float


def interval_text(score: float, low: float, high: float) -> str:
    return _("%(score)s, between %(low)s and %(high)s") % {
        "score": score_text(score),
        "low": score_text(low),
        "high": score_text(high),
    }


def flower(petals: Sequence[Petal], *, size: int = 48) -> SafeString:
    """Draw the score flower: a petal per criterion, as long as its score.

    Its pale tip reaches to the high end of the interval, its deep base to the low end.
    """
    drawn = list(petals) * ROUNDS.get(len(petals), 1)
    label = "; ".join(str(petal) for petal in petals) or _("No criterion")
    turn = 360 / max(len(drawn), 1)
    width = petal_width(len(drawn))
    shapes = format_html_join(
        "",
        '<g transform="rotate({})">{}</g>',
        ((short(i * turn), _petal(petal, width)) for i, petal in enumerate(drawn)),
    )
    return format_html(
        '<svg class="flower" width="{0}" height="{0}" viewBox="-50 -50 100 100" role="img" aria-label="{1}">'
        '<title>{1}</title>{2}<circle class="flower-heart" r="{3}"/></svg>',
        size,
        label,
        shapes,
        HEART,
    )


def petal_width(count: int) -> float:
    return min(16.0, 34 * sin(pi / max(count, 3)))


def _petal(petal: Petal, width: float) -> SafeString:
    if petal.score is None:
        return format_html('<path class="petal-unjudged" d="{}"/>', petal_path(UNJUDGED, width * 0.7))
    tone = "petal petal-below" if petal.score < 0 else "petal"
    lengths = [petal_length(petal.high), petal_length(petal.score), petal_length(petal.low)]
    shades = ("petal-soft", "petal-score", "petal-sure")
    return format_html(
        '<g class="{}">{}</g>',
        tone,
        format_html_join(
            "",
            '<path class="{}" d="{}"/>',
            ((shade, petal_path(length, width)) for shade, length in zip(shades, lengths, strict=True)),
        ),
    )


def petal_length(score: float) -> float:
    """Return the petal's length. Below 0 it is a stub of its own colour: 0 is already near the bottom of a poll."""
    return SHORTEST + (LONGEST - SHORTEST) * min(max(score, 0.0), SCALE) / SCALE


def petal_path(length: float, width: float) -> str:
    near, far = ROOT + 0.35 * (length - ROOT), ROOT + 0.8 * (length - ROOT)
    width = min(width, 0.6 * (length - ROOT))
    points = [
        short(v)
        for v in (-ROOT, width, -near, width * 0.75, -far, 0, -length, -width * 0.75, -far, -width, -near, 0, -ROOT)
    ]
    return "M0 {}C{} {} {} {} {} {}C{} {} {} {} {} {}z".format(*points)


def petal_key(place: int, total: int) -> SafeString:
    """Draw which petals of a flower belong to a criterion; decorative, as its name stands beside it."""
    count = total * ROUNDS.get(total, 1)
    path = petal_path(LONGEST, petal_width(count))
    tones = ("petal" if i % total == place else "petal-unjudged" for i in range(count))
    shapes = ((tone, path, short(i * 360 / count)) for i, tone in enumerate(tones))
    return format_html(
        '<svg class="flower" width="28" height="28" viewBox="-50 -50 100 100" aria-hidden="true">{}</svg>',
        format_html_join("", '<path class="{}" d="{}" transform="rotate({})"/>', shapes),
    )


def interval(score: float, low: float, high: float) -> SafeString:
    """Draw a score as a dot and its uncertainty as a band, on a rule from -100 to 100 with a tick at 0."""
    start, stop = _percent(low), _percent(high)
    return format_html(
        '<svg class="interval" width="100%" height="16" role="img" aria-label="{}">'
        '<line class="interval-rule" x1="0" x2="100%" y1="8" y2="8"/>'
        '<line class="interval-zero" x1="50%" x2="50%" y1="2" y2="14"/>'
        '<rect class="interval-band" x="{}%" y="4" width="{}%" height="8" rx="4"/>'
        '<circle class="interval-dot" cx="{}%" cy="8" r="5"/></svg>',
        interval_text(score, low, high),
        short(start),
        short(max(stop - start, 0.5)),
        short(_percent(score)),
    )


def histogram(bins: Sequence[Bin], *, label: str, mark: float | None = None) -> SafeString:
    """Draw how many scores lie in each bin, and mark the collective score."""
    highest = max((b.count for b in bins), default=0) or 1
    bars = format_html_join(
        "",
        '<rect class="bar" x="{}" y="{}" width="{}" height="{}" rx="1.5"><title>{}</title></rect>',
        (_bar(b, highest) for b in bins if b.count),
    )
    marker = (
        ""
        if mark is None
        else format_html('<line class="bar-mark" x1="{0}" x2="{0}" y1="4" y2="100"/>', short(2 * _percent(mark)))
    )
    ticks = format_html_join(
        "",
        '<text x="{}" y="111" text-anchor="{}">{}</text>',
        ((0, "start", score_text(-SCALE)), (100, "middle", "0"), (200, "end", score_text(SCALE))),
    )
    return format_html(
        '<svg class="histogram" viewBox="0 0 200 114" role="img" aria-label="{}">{}'
        '<line class="bar-rule" x1="0" x2="200" y1="100" y2="100"/>{}{}</svg>',
        label,
        bars,
        marker,
        ticks,
    )


def _bar(b: Bin, highest: int) -> tuple[str, str, str, str, str]:
    left, right, height = 2 * _percent(b.low), 2 * _percent(b.high), 92 * b.count / highest
    title = _("%(count)d between %(low)s and %(high)s") % {
        "count": b.count,
        "low": score_text(b.low),
        "high": score_text(b.high),
    }
    return short(left + 0.6), short(100 - height), short(max(right - left - 1.2, 0.6)), short(height), title


def seed_head(seeds: Sequence[Seed], *, label: str) -> SafeString:
    """Draw items, best first, as the seeds of a sunflower: the higher its score, the brighter and larger."""
    reach = 62 / sqrt(max(len(seeds), 1))
    best = max((seed.score for seed in seeds), default=0)
    dots = format_html_join(
        "",
        '<circle class="seed seed-{}" cx="{}" cy="{}" r="{}"><title>{}: {}</title></circle>',
        (_seed(i, seed, reach, best) for i, seed in enumerate(seeds)),
    )
    rays = format_html_join("", '<path class="{}" d="{}" transform="rotate({})"/>', (_ray(k) for k in range(RAYS)))
    return format_html(
        '<svg class="seed-head" viewBox="-100 -100 200 200" role="img" aria-label="{}">{}'
        '<circle class="seed-bed" r="68"/>{}</svg>',
        label,
        rays,
        dots,
    )


def _seed(rank: int, seed: Seed, reach: float, best: float) -> tuple[int, str, str, str, str, str]:
    radius, angle = reach * sqrt(rank + 0.5), rank * GOLDEN_ANGLE
    share = max(seed.score, 0.0) / best if best > 0 else 0.0
    size = reach * (0.42 + 0.4 * share)
    tone = min(int(share * 6), 5)
    return (
        tone,
        short(radius * cos(angle)),
        short(radius * sin(angle)),
        short(size),
        seed.title,
        score_text(seed.score),
    )


def _ray(place: int) -> tuple[str, str, str]:
    """Return one petal around a seed head: first those behind, then those in front between them."""
    behind = place < RAYS // 2
    tip, width = (98, 8.5) if behind else (91, 8)
    turn = (place % (RAYS // 2) + (0.5 if behind else 0)) * 360 / (RAYS // 2)
    path = f"M0-62C{width}-70 {width}-{tip - 10} 0-{tip}C-{width}-{tip - 10}-{width}-70 0-62z"
    return "ray-back" if behind else "ray", path, short(turn)


def _percent(score: float) -> float:
    return (min(max(score, -SCALE), SCALE) + SCALE) / (2 * SCALE) * 100


def short(number: float) -> str:
    """Write a coordinate without useless digits: pages hold thousands of them."""
    return f"{number:.1f}".removesuffix(".0")
