"""A chart of counts over time, drawn on the server like those of `frontend.charts`."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT, TOP = 200, 60, 6
WIDEST = 12
"""Width of a bar where there are few."""


def timeline(bars: Sequence[tuple[str, int]], *, label: str) -> SafeString:
    """Draw a bar for each named count, oldest first; the ends are named below."""
    highest = max((count for _name, count in bars), default=0) or 1
    step = WIDTH / max(len(bars), 1)
    width = min(step * 0.8, WIDEST)
    shapes = format_html_join(
        "",
        '<rect class="bar" x="{}" y="{}" width="{}" height="{}" rx="1"><title>{}: {}</title></rect>',
        (
            (
                f"{i * step + (step - width) / 2:.1f}",
                f"{HEIGHT - (HEIGHT - TOP) * count / highest:.1f}",
                f"{width:.1f}",
                f"{(HEIGHT - TOP) * count / highest:.1f}",
                name,
                count,
            )
            for i, (name, count) in enumerate(bars)
            if count
        ),
    )
    return format_html(
        '<svg class="histogram" viewBox="0 0 {0} {1}" role="img" aria-label="{2}">{3}'
        '<line class="bar-rule" x1="0" x2="{0}" y1="{4}" y2="{4}"/>{5}</svg>',
        WIDTH,
        HEIGHT + 13,
        label,
        shapes,
        HEIGHT,
        _ends([name for name, _count in bars]),
    )


def _ends(names: Sequence[str]) -> SafeString:
    places = [(WIDTH / 2, "middle")] if len(names) == 1 else [(0.0, "start"), (float(WIDTH), "end")]
    told = [names[0], names[-1]][: len(places)] if names else []
    return format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="{}">{}</text>',
        ((f"{x:g}", HEIGHT + 10, anchor, name) for (x, anchor), name in zip(places, told, strict=False)),
    )
