"""``python -m benchmarks [--sizes N ...] [--repeats N] [--markdown FILE]``."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Sample, measure_bare, measure_run
from benchmarks.polls import CONTRIBUTORS, write_poll
from benchmarks.report import markdown, plain, rows
from solidago.presets import DEFAULT


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=sys.modules["benchmarks"].__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(CONTRIBUTORS), metavar="JUDGMENTS")
    parser.add_argument("--repeats", type=int, default=3, help="runs by size, of which the medians are shown")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there as well")
    options = parser.parse_args()
    if min(options.sizes) < 100 or options.repeats < 1:
        parser.error("sizes are 100 judgments or more, and there is at least one repeat")
    with tempfile.TemporaryDirectory() as name:
        samples = {size: _samples(Path(name), size, options.repeats) for size in options.sizes}
    table = rows(samples)
    print(plain(table))
    if options.markdown:
        options.markdown.write_text(markdown(table), encoding="utf-8")


def _samples(folder: Path, size: int, repeats: int) -> list[Sample]:
    archive, out = write_poll(folder, size), folder / f"scores-{size}"
    measure_run(archive, out, preset="tournesol")  # kernels into the disk cache, files into the page cache
    samples = []
    for repeat in range(repeats):
        print(f"{size:,} judgments, run {repeat + 1} of {repeats}", file=sys.stderr)
        default = measure_run(archive, out, preset=DEFAULT)
        run = measure_run(archive, out, preset="tournesol")
        samples.append(Sample(run, default, measure_bare(archive, out, size)))
    return samples


main()
