"""How an experiment is written down: a section of docs/experiments.md, replaced whenever it runs again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Skipped(Exception):
    """An experiment cannot be made here; its section stays as it is."""


_HEAD = """# Experiments

Figures from the research that the library implements, computed again by `python -m solidago.experiments NAME`, which
writes the tables below. "Published" is what the research reports, where its setting is known closely enough to compare.
"""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under column names."""

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]

    def markdown(self) -> str:
        """Return the table in Markdown, numbers to three significant digits."""
        lines = [self.columns, ["---"] * len(self.columns), *([_cell(cell) for cell in row] for row in self.rows)]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


@dataclass(frozen=True, slots=True)
class Section:
    """What an experiment found."""

    name: str
    title: str
    parts: Sequence[str | Table]

    def markdown(self) -> str:
        """Return the section between its marks."""
        body = "\n\n".join(part if isinstance(part, str) else part.markdown() for part in self.parts)
        return f"<!-- {self.name} -->\n## {self.title}\n\n{body}\n<!-- /{self.name} -->\n"


def _cell(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def write(path: Path, section: Section) -> None:
    """Put the section in its place in the document, or at its end."""
    document = path.read_text(encoding="utf-8") if path.exists() else _HEAD
    name = re.escape(section.name)
    place = re.compile(rf"<!-- {name} -->\n.*?<!-- /{name} -->\n", re.DOTALL)
    text = section.markdown()
    written, known = place.subn(lambda _: text, document)
    path.write_text(written if known else f"{document.rstrip()}\n\n{text}", encoding="utf-8")
