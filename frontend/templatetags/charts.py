"""Charts in templates."""

from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from backend.pipeline.comparing.selectors import Cell
from backend.scores.history import DayScore
from backend.scores.selectors import Bin
from frontend import charts, history_chart, moves_chart
from frontend.numbers import score_text

register = template.Library()


@register.simple_tag
def flower(petals: Sequence[charts.Petal], size: int = 48) -> SafeString:
    return charts.flower(petals, size=size)


@register.simple_tag
def petal_key(place: int, total: int) -> SafeString:
    return charts.petal_key(place, total)


@register.simple_tag
def interval(score: float, low: float, high: float) -> SafeString:
    return charts.interval(score, low, high)


@register.simple_tag
def histogram(bins: Sequence[Bin], label: str, mark: float | None = None) -> SafeString:
    return charts.histogram(bins, label=label, mark=mark)


@register.simple_tag
def history(days: Sequence[DayScore], title: str) -> SafeString:
    label = _("How the score on “%(title)s” moved: it was %(first)s on the first day and is %(last)s now") % {
        "title": title,
        "first": score_text(days[0].score),
        "last": score_text(days[-1].score),
    }
    return history_chart.history(days, label=label)


@register.simple_tag
def seed_head(seeds: Sequence[charts.Seed], title: str) -> SafeString:
    label = _("A sunflower whose seeds are the %(n)d best items of “%(title)s”") % {"n": len(seeds), "title": title}
    return charts.seed_head(seeds, label=label)


@register.simple_tag
def moves(cells: Sequence[Cell], old: int, new: int) -> SafeString:
    names = {"old": old, "new": new}
    moved = sum(cell.count for cell in cells if cell.before != cell.after)
    label = _("Scores of run %(old)s across, of run %(new)s up: %(moved)s of %(all)s items left their ten points") % {
        **names,
        "moved": moved,
        "all": sum(cell.count for cell in cells),
    }
    before, after = (_("Run %(id)s") % {"id": run} for run in (old, new))
    return moves_chart.moves(cells, label=label, before=before, after=after)
