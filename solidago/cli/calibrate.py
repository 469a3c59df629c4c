"""Which constants suit a dataset: a table, and one line to conclude."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solidago.calibration import Calibration, Candidate, calibrate
from solidago.errors import InvalidInput
from solidago.io import tournesol

if TYPE_CHECKING:
    from pathlib import Path

    from solidago.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Question:
    """What the command line asks."""

    dataset: Path
    criterion: str | None
    sigmas: list[float]
    root_laws: list[str]
    folds: int
    seed: int
    threads: int | None


def answer(question: Question) -> None:
    """Measure and print, or raise and print nothing."""
    dataset = tournesol.read(question.dataset).dataset
    found = calibrate(
        dataset,
        question.criterion if question.criterion is not None else _main(dataset),
        sigmas=question.sigmas,
        root_laws=question.root_laws,
        folds=question.folds,
        seed=question.seed,
        threads=question.threads,
    )
    print("\n".join(lines(found)))


def _main(dataset: Dataset) -> str:
    """Return the criterion with most judgments."""
    if not dataset.criteria:
        raise InvalidInput("The dataset has no judgments: there is nothing to measure.")
    return max(dataset.criteria, key=lambda criterion: len(dataset.judgments[criterion]))


def lines(found: Calibration) -> list[str]:
    """Return the report, line by line."""
    best = found.best
    return [
        f"{found.criterion}: {found.judgments} judgments by {found.contributors} contributors, {found.folds} folds",
        f"mean squared error of predicted judgments (from -1 to 1; {found.indifferent:.4f} if all were taken for 0)",
        "",
        f"{'root law':<12} {'sigma':>6}   {'error':<17}  behind the best",
        *(_row(candidate, best) for candidate in found.candidates),
        "",
        f'Recommended: {{"root_law": "{best.root_law}", "sigma": {best.sigma:g}}}',
    ]


def _row(candidate: Candidate, best: Candidate) -> str:
    error = f"{candidate.error:.4f} +- {candidate.standard_error:.4f}"
    behind = "best" if candidate is best else f"{candidate.behind:.4f} +- {candidate.behind_error:.4f}"
    return f"{candidate.root_law:<12} {candidate.sigma:>6g}   {error}  {behind}"
