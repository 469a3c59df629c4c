"""Scores as files, in the layout of Tournesol's public dataset, and a record of the run beside them.

Numbers are printed so that reading gives the same 64-bit value; rows are sorted by name. Nothing appears under its
name in the directory before all files are complete.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from solidago.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from solidago.dataset import Dataset
    from solidago.results import CriterionResult, Result

    Columns = dict[str, NDArray[np.generic]]

RUN = "run.json"


def _collective(outcome: CriterionResult) -> Columns:
    scores = outcome.collective
    return {
        "video": scores.entity,
        "score": scores.score,
        "uncertainty": scores.left + scores.right,
        "uncertainty_left": scores.left,
        "uncertainty_right": scores.right,
        "polarisation": scores.polarisation,
        "contributors": scores.contributors,
    }


def _individual(outcome: CriterionResult) -> Columns:
    scores = outcome.individual
    return {
        "public_username": scores.user,
        "video": scores.entity,
        "score": scores.score,
        "uncertainty": scores.left + scores.right,
        "uncertainty_left": scores.left,
        "uncertainty_right": scores.right,
        "voting_right": scores.voting_right,
        "raw_score": scores.raw_score,
        "raw_uncertainty_left": scores.raw_left,
        "raw_uncertainty_right": scores.raw_right,
    }


def _scalings(outcome: CriterionResult) -> Columns:
    scalings = outcome.scalings
    return {
        "public_username": scalings.user,
        "multiplier": scalings.multiplier,
        "translation": scalings.translation,
        "multiplier_uncertainty": scalings.multiplier_uncertainty,
        "translation_uncertainty": scalings.translation_uncertainty,
        "is_scaler": scalings.is_scaler,
    }


@dataclass(frozen=True, slots=True)
class Layout:
    """A file of scores: the columns that name a row, before and after those that describe it."""

    name: str
    ids: tuple[str, ...]
    others: tuple[str, ...]
    columns: Callable[[CriterionResult], Columns]


LAYOUTS = (
    Layout(
        "collective_criteria_scores.csv",
        ("video", "criteria"),
        ("score", "uncertainty", "uncertainty_left", "uncertainty_right", "polarisation", "contributors"),
        _collective,
    ),
    Layout(
        "individual_criteria_scores.csv",
        ("public_username", "video", "criteria"),
        (
            "score",
            "uncertainty",
            "uncertainty_left",
            "uncertainty_right",
            "voting_right",
            "raw_score",
            "raw_uncertainty_left",
            "raw_uncertainty_right",
        ),
        _individual,
    ),
    Layout(
        "contributor_scalings.csv",
        ("public_username", "criteria"),
        (
            "multiplier",
            "translation",
            "multiplier_uncertainty",
            "translation_uncertainty",
            "is_scaler",
        ),
        _scalings,
    ),
)


def table(layout: Layout, dataset: Dataset, result: Result) -> pl.DataFrame:
    """Return the rows of a file, sorted by the columns that name them."""
    if not result.criteria:
        return pl.DataFrame(schema=layout.ids + layout.others)
    numbered = pl.concat(
        pl.DataFrame(layout.columns(outcome)).with_columns(criteria=pl.lit(i))
        for i, outcome in enumerate(result.criteria[name] for name in sorted(result.criteria))
    )
    names = {
        "public_username": pl.Series(dataset.users, dtype=pl.String),
        "video": pl.Series(dataset.entities, dtype=pl.String),
        "criteria": pl.Series(sorted(result.criteria), dtype=pl.String),
    }
    # Indices ascend like the names they stand for, and are faster to sort.
    ordered = numbered.sort(layout.ids) if len(result.criteria) > 1 else numbered
    return ordered.select(
        *(names[column].gather(ordered[column]).alias(column) for column in layout.ids), *layout.others
    )


@contextmanager
def all_or_nothing(directory: Path) -> Iterator[Path]:
    """Lend a folder whose files move to the directory together when the block ends well, and vanish otherwise.

    Raises
    ------
    InvalidInput
        The directory cannot be written to.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=directory) as name:
            yield Path(name)
            for path in sorted(Path(name).iterdir()):
                path.replace(directory / path.name)
    except OSError as error:
        raise InvalidInput(f"Cannot write to {str(directory)!r}: {error.strerror or error}.") from error


def write_tables(folder: Path, dataset: Dataset, result: Result) -> dict[str, str]:
    """Write the three files of scores; return the SHA-256 of each by its name."""

    def write_one(layout: Layout) -> str:
        path = folder / layout.name
        table(layout, dataset, result).write_csv(path)
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    with ThreadPoolExecutor() as pool:
        digests = pool.map(write_one, LAYOUTS)
        return {layout.name: digest for layout, digest in zip(LAYOUTS, digests, strict=True)}


def write_record(folder: Path, record: Mapping[str, object]) -> None:
    """Write ``run.json``: what was computed from what, and how."""
    (folder / RUN).write_text(json.dumps(record, indent=2, allow_nan=False) + "\n", encoding="utf-8")
