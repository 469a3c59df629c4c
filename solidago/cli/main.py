"""Arguments, exit status, and one line for what went wrong. Slow imports wait until the arguments are known."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from solidago.errors import InvalidInput, SolidagoError

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILED, REFUSED, INTERRUPTED = 1, 2, 130


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say; return the exit status (2: the input is at fault)."""
    options = _parser().parse_args(arguments)
    try:
        return options.command(options) or 0
    except KeyboardInterrupt:
        return _end("Stopped; nothing was written.", INTERRUPTED)
    except InvalidInput as error:
        return _end(f"Error: {error}", REFUSED)
    except SolidagoError as error:
        return _end(f"Failed: {error}", FAILED)


def _end(line: str, status: int) -> int:
    print(line, file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m solidago", description="Robust scores from pairwise judgments.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="compute the scores of a dataset")
    run.add_argument("dataset", type=Path, metavar="DATASET.zip", help="in the layout of Tournesol's public dataset")
    run.add_argument("--out", type=Path, required=True, metavar="DIR", help="directory for the scores")
    run.add_argument("--criterion", action="append", metavar="C", help="only this criterion (repeatable)")
    run.add_argument("--preset", metavar="NAME", help="jury, community, internet or tournesol (default: community)")
    run.add_argument("--config", type=Path, metavar="FILE.json", help="constants that differ from the preset's")
    run.add_argument("--threads", type=_threads, metavar="N", help="at most so many threads (default: all)")
    run.set_defaults(command=_run)
    _add_calibrate(commands.add_parser("calibrate", help="measure which sigma and root law suit a dataset"))
    _add_verify(commands.add_parser("verify", help="compute the scores of a poll's public export again and compare"))
    warm = commands.add_parser("warm", help="compile the numeric kernels, so that later runs start at once")
    warm.set_defaults(command=_warm)
    return parser


def _add_calibrate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", type=Path, metavar="DATASET.zip", help="in the layout of Tournesol's public dataset")
    parser.add_argument("--criterion", metavar="C", help="which one (default: the one with most judgments)")
    parser.add_argument("--sigma", action="append", type=float, metavar="S", help="to try (repeatable)")
    parser.add_argument(
        "--root-law", action="append", metavar="LAW", help="to try (repeatable), for instance k-nary:21"
    )
    parser.add_argument("--folds", type=int, default=10, metavar="N", help="of the cross-validation (default: 10)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the folds (default: 0)")
    parser.add_argument("--threads", type=_threads, metavar="N", help="at most so many threads (default: all)")
    parser.set_defaults(command=_calibrate)


def _add_verify(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Exit status: 0 verified, 3 something is private, 4 different, 5 of other software."
    parser.add_argument("export", type=Path, metavar="EXPORT.zip", help="the public dataset of a poll")
    parser.add_argument(
        "--without", action="append", default=[], metavar="USER", help="show what this person changed (repeatable)"
    )
    parser.add_argument("--threads", type=_threads, metavar="N", help="at most so many threads (default: all)")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.set_defaults(command=_verify)


def _threads(text: str) -> int:
    count = int(text) if text.isascii() and text.isdecimal() else 0
    if count < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return count


def _run(options: argparse.Namespace) -> None:
    if options.threads is not None:
        os.environ["POLARS_MAX_THREADS"] = str(options.threads)  # polars reads it when it is imported
    from solidago.cli.run import Order, run

    run(
        Order(
            dataset=options.dataset,
            out=options.out,
            criteria=options.criterion,
            preset=options.preset,
            config=options.config,
            threads=options.threads,
        )
    )


def _calibrate(options: argparse.Namespace) -> None:
    from solidago.calibration import ROOT_LAWS, SIGMAS
    from solidago.cli.calibrate import Question, answer

    answer(
        Question(
            dataset=options.dataset,
            criterion=options.criterion,
            sigmas=options.sigma or list(SIGMAS),
            root_laws=options.root_law or list(ROOT_LAWS),
            folds=options.folds,
            seed=options.seed,
            threads=options.threads,
        )
    )


def _verify(options: argparse.Namespace) -> int:
    if options.threads is not None:
        os.environ["POLARS_MAX_THREADS"] = str(options.threads)  # polars reads it when it is imported
    from solidago.cli.verify import Doubt, answer

    return answer(Doubt(export=options.export, without=options.without, threads=options.threads, as_json=options.json))


def _warm(options: argparse.Namespace) -> None:
    from solidago.engine import warm

    warm()
