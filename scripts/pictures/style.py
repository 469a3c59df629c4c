"""What all pictures have in common: small SVG files, the same bytes every time, readable on light and dark pages."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

Picture = Callable[[Figure], None]

PAPER, INK, FAINT = "#fbfaf7", "#1f2430", "#c9ccd2"
DARK = {PAPER: "#171b22", INK: "#e4e7ec", FAINT: "#4a505b"}
"""What stands for these where the reader's system is dark. The paper is opaque, so that both go together."""
BLUE, ORANGE, GREEN, PINK, GREY = "#3f83c8", "#cf7a1c", "#35945a", "#b4589a", "#80868f"
"""At least 3:1 on either paper."""

_SETTINGS = {
    "svg.hashsalt": "helianthus",
    "svg.fonttype": "none",  # letters stay letters: smaller, and readable aloud
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial", "sans-serif"],
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "figure.facecolor": PAPER,
    "legend.frameon": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "path.simplify_threshold": 0.5,
}


def save(picture: Picture, path: Path) -> None:
    """Draw a picture and write it."""
    drawn = io.StringIO()
    with mpl.rc_context(_SETTINGS):
        figure = Figure(figsize=(7.2, 3.4), layout="constrained")
        picture(figure)
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    path.write_text(_with_two_themes(drawn.getvalue()), encoding="utf-8")


def _with_two_themes(svg: str) -> str:
    """Replace the neutral colours by variables that the reader's system decides."""
    names = {PAPER: "--paper", INK: "--ink", FAINT: "--faint"}
    for color, name in names.items():
        svg = svg.replace(color, f"var({name}, {color})")
    light, dark = ("; ".join(f"{name}: {colors[color]}" for color, name in names.items()) for colors in (_LIGHT, DARK))
    theme = f"<style>svg {{ {light} }} @media (prefers-color-scheme: dark) {{ svg {{ {dark} }} }}</style>\n"
    lines = [line.rstrip() for line in svg.splitlines()]
    return re.sub(r"(<svg [^>]*>\n)", lambda tag: tag[1] + theme, "\n".join(lines) + "\n", count=1)


_LIGHT = {color: color for color in DARK}


def horizon(axes: Axes, at: float = 0.0) -> None:
    """Draw a faint horizontal line behind everything."""
    axes.axhline(at, color=FAINT, linewidth=1, zorder=0)
