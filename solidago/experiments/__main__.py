"""Run experiments and write their tables: ``python -m solidago.experiments [NAME ...] [--out FILE]``."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from solidago.errors import SolidagoError
from solidago.experiments import digits, held_out, licchavi, linear_gbt, monotonicity, price, uncertainty
from solidago.experiments.report import Skipped, write

EXPERIMENTS = {
    "linear-gbt": linear_gbt.run,
    "embeddings": linear_gbt.run_certificates,
    "licchavi": licchavi.run,
    "digits": digits.run,
    "skewness": licchavi.run_skewness,
    "monotonicity": monotonicity.run,
    "uncertainty": uncertainty.run,
    "price": price.run,
    "held-out": held_out.run,
}


def main(arguments: list[str] | None = None) -> int:
    """Run what is asked for, by default everything; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m solidago.experiments", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"among: {', '.join(EXPERIMENTS)}; default: all")
    parser.add_argument("--out", type=Path, default=Path("docs/experiments.md"), help="Markdown file to update")
    given = parser.parse_args(arguments)
    unknown = set(given.names) - set(EXPERIMENTS)
    if unknown:
        parser.error(f"unknown experiment: {', '.join(sorted(unknown))}; known are: {', '.join(EXPERIMENTS)}")
    for name in given.names or EXPERIMENTS:
        started = time.perf_counter()
        try:
            write(given.out, EXPERIMENTS[name]())
        except Skipped as reason:
            print(f"{name}: skipped: {reason}", file=sys.stderr)
            continue
        except (SolidagoError, OSError) as problem:
            print(f"{name}: {problem}", file=sys.stderr)
            return 2
        print(f"{name}: {time.perf_counter() - started:.1f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
