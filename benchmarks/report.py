"""Measured runs as a table: a row a figure, a column a size, medians of the repeats."""

from collections.abc import Callable
from functools import partial
from statistics import median

from benchmarks.measure import Run, Sample
from solidago.pipeline import STEPS


def rows(samples: dict[int, list[Sample]]) -> list[list[str]]:
    """Return the table's cells, the heading first."""
    table = [["", *(f"{size:,} judgments" for size in samples)]]

    def add(label: str, figure: Callable[[Sample], float], digits: int = 2) -> None:
        cells = (median(figure(sample) for sample in repeats) for repeats in samples.values())
        table.append([label, *(f"{cell:.{digits}f}" for cell in cells)])

    for step in ("read", "load", *STEPS, "write"):
        add(f"{step} (s)", partial(_step, step), 3)
    add("numeric steps together (s)", lambda sample: _numeric(sample.run))
    add("the same with the default preset (s)", lambda sample: _numeric(sample.default))
    add("whole process (s)", lambda sample: sample.run.process)
    add("CPU of the process (s)", lambda sample: sample.run.cpu)
    add("peak memory (MB)", lambda sample: sample.run.peak, 0)
    add("a bare pass over Phi', Phi'' (s)", lambda sample: sample.bare.laws, 4)
    add("numeric steps / bare pass", lambda sample: _numeric(sample.run) / sample.bare.laws, 0)
    add("bare reading and writing of the tables (s)", lambda sample: sample.bare.files)
    add("whole process / bare reading and writing", lambda sample: sample.run.process / sample.bare.files, 1)
    return table


def _step(step: str, sample: Sample) -> float:
    return sample.run.steps[step]


def _numeric(run: Run) -> float:
    return sum(run.steps[step] for step in STEPS)


def plain(table: list[list[str]]) -> str:
    """Align a table for a terminal."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(pairs))
        for pairs in (list(zip(row, widths, strict=True)) for row in table)
    )
    return "\n".join(lines)


def markdown(table: list[list[str]]) -> str:
    """Format a table for a document."""
    heading, *body = (f"| {' | '.join(row)} |" for row in table)
    ruler = f"|---|{'---:|' * (len(table[0]) - 1)}"
    return "\n".join([heading, ruler, *body]) + "\n"
