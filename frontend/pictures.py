"""Pictures that other sites show beside a link to a poll or an item: a flower, a title and a score."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from io import BytesIO
from math import cos, radians, sin
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from frontend.charts import HEART, ROUNDS, UNJUDGED, petal_length, petal_path, petal_width

WIDTH, HEIGHT = 1200, 630
"""What sites ask for: 1.91 to 1."""
FONT = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
FORMAT = 1
"""Of the drawing: another one makes all pictures anew."""
MARGIN, FLOWER, TEXT_LEFT = 70, 420, 560
TEXT_WIDTH = WIDTH - TEXT_LEFT - MARGIN
FINER = 3
"""The flower is drawn so many times larger, then made smaller: that smooths its edges."""
STEPS = 12
"""Points of a curve."""
NOWHERE = "\uffff"
"""No font has it: it shows what a font draws in place of a missing character."""

Colour = tuple[int, int, int]
# The light colours of the style sheet.
PAPER: Colour = (251, 247, 238)
INK: Colour = (36, 28, 16)
FAINT: Colour = (109, 96, 75)
PETAL: Colour = (232, 163, 23)
DEEP: Colour = (184, 116, 8)
CLAY: Colour = (162, 64, 42)
NONE: Colour = (207, 196, 175)
BROWN: Colour = (74, 44, 18)


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture shows. ``petals`` are scores with the ends of their intervals, or None where there is none."""

    title: str
    above: str
    below: str
    score: str = ""
    petals: Sequence[tuple[float, float, float] | None] = ()

    @property
    def digest(self) -> str:
        """Another text for every other picture."""
        told = json.dumps([FORMAT, asdict(self)], ensure_ascii=True)
        return hashlib.sha256(told.encode()).hexdigest()


def picture_png(picture: Picture) -> bytes:
    """Draw a picture; characters that the font lacks, such as emoji, are left out."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    image.paste(_flower(picture.petals), (MARGIN, (HEIGHT - FLOWER) // 2))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, HEIGHT - 12, WIDTH, HEIGHT), fill=PETAL)
    top = MARGIN
    top = _text(draw, top, picture.above, size=30, lines=1, colour=FAINT)
    top = _text(draw, top + 14, picture.title, size=54, lines=4, colour=INK)
    if picture.score:
        top = _text(draw, top + 10, picture.score, size=96, lines=1, colour=DEEP)
    _text(draw, top + 10, picture.below, size=30, lines=2, colour=FAINT)
    out = BytesIO()
    image.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    # Without the layout engine, which few machines have, every machine draws the same.
    return ImageFont.truetype(FONT, size, layout_engine=ImageFont.Layout.BASIC)


def _text(draw: ImageDraw.ImageDraw, top: int, text: str, *, size: int, lines: int, colour: Colour) -> int:
    """Write a text in some lines at most, and return where it ends."""
    font, height = _font(size), round(size * 1.25)
    for line in _lines(_known(text), font, lines):
        draw.text((TEXT_LEFT, top), line, font=font, fill=colour)
        top += height
    return top


def _known(text: str) -> str:
    """Return a text without the characters that the font lacks, spaces made one."""
    font = _font(20)
    lacking = bytes(font.getmask(NOWHERE))
    return " ".join("".join(c if c.isspace() or bytes(font.getmask(c)) != lacking else " " for c in text[:400]).split())


def _lines(text: str, font: ImageFont.FreeTypeFont, most: int) -> list[str]:
    """Cut a text into lines that fit; what does not fit into the last one ends in an ellipsis."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most:
        fitting = _fitting(rest, font)
        if fitting < len(rest) and len(lines) + 1 == most:
            return [*lines, rest[: max(_fitting(rest, font, "…"), 1)].rstrip() + "…"]
        space = rest.rfind(" ", 0, fitting + 1) if fitting < len(rest) else -1
        cut = space if space > 0 else max(fitting, 1)
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return lines


def _fitting(text: str, font: ImageFont.FreeTypeFont, ending: str = "") -> int:
    """Return how many characters fit on a line, by halving."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if font.getlength(text[:middle] + ending) <= TEXT_WIDTH:
            low = middle
        else:
            high = middle - 1
    return low


def _flower(petals: Sequence[tuple[float, float, float] | None]) -> Image.Image:
    size = FLOWER * FINER
    image = Image.new("RGB", (size, size), PAPER)
    draw = ImageDraw.Draw(image)
    drawn = list(petals or [None] * 8) * ROUNDS.get(len(petals), 1)
    width = petal_width(len(drawn))
    for place, petal in enumerate(drawn):
        for length, colour, share in _layers(petal):
            outline = petal_path(length, width * share)
            draw.polygon(list(_turned(outline, 360 * place / len(drawn), size)), fill=colour)
    heart = HEART * size / 100
    draw.ellipse((size / 2 - heart, size / 2 - heart, size / 2 + heart, size / 2 + heart), fill=BROWN)
    return image.resize((FLOWER, FLOWER), Image.Resampling.LANCZOS)


def _layers(petal: tuple[float, float, float] | None) -> list[tuple[float, Colour, float]]:
    """Return length, colour and width of what lies over one another: up to the high end, the score, the low end."""
    if petal is None:
        return [(UNJUDGED, NONE, 0.7)]
    score, low, high = petal
    full, deep = (PETAL, DEEP) if score >= 0 else (CLAY, CLAY)
    tones = (_mixed(full, PAPER, 0.3), full, _mixed(deep, full, 0.4))
    return [(petal_length(end), tone, 1.0) for end, tone in zip((high, score, low), tones, strict=True)]


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(share * a + (1 - share) * b) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _turned(path: str, angle: float, size: int) -> Iterator[tuple[float, float]]:
    """Yield the points of a path of two cubic curves, turned around the middle of the drawing."""
    numbers = [float(text) for text in re.findall(r"-?[0-9.]+", path)]
    corners = list(zip(numbers[::2], numbers[1::2], strict=True))
    turn_x, turn_y = cos(radians(angle)), sin(radians(angle))
    for first in (0, 3):
        for x, y in _curve(corners[first : first + 4]):
            yield (50 + x * turn_x - y * turn_y) * size / 100, (50 + x * turn_y + y * turn_x) * size / 100


def _curve(corners: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    for step in range(STEPS):
        t = step / STEPS
        shares = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        yield (
            sum(share * x for share, (x, _y) in zip(shares, corners, strict=True)),
            sum(share * y for share, (_x, y) in zip(shares, corners, strict=True)),
        )
