"""How simulated people answer: by the law that the model assumes, or as real people have moved their sliders."""

import functools
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from solidago.config import Config
from solidago.dataset import Floats
from solidago.preference.gbt import fit_one
from solidago.root_laws import RootLaw

ARCHIVE = Path(__file__).parents[2] / "shared/data/tournesol_public_2024-01_tiny.zip"
CRITERION, SIGMA = "largely_recommended", 4.0
"""Of the model through which real sliders are seen; this sigma predicts that dataset best (maths, "Calibration")."""
LEAST_JUDGED, FOLDS, NEIGHBOURS = 5, 10, 200

Answer = Callable[[float, np.random.Generator], float]


def by_law(law: RootLaw) -> Answer:
    """Answer a difference (right minus left) by a root law."""
    return lambda difference, rng: float(law.sample(difference, rng))


@functools.cache
def by_habit() -> Answer:
    """Answer as real people did where the others of their own judgments predicted about the same difference.

    Raises
    ------
    FileNotFoundError
        The dataset is not there.
    """
    size, said = _predicted_and_said(ARCHIVE)

    def answer(difference: float, rng: np.random.Generator) -> float:
        place = int(np.searchsorted(size, abs(difference)))
        near = said[max(0, place - NEIGHBOURS // 2) : place + NEIGHBOURS // 2]
        return float(rng.choice(near)) * (1.0 if difference >= 0.0 else -1.0)

    return answer


def _predicted_and_said(archive: Path) -> tuple[Floats, Floats]:
    """Return sizes of predicted differences, ascending, and what was said of each, positive for the predicted side."""
    with zipfile.ZipFile(archive) as files:
        [name] = (name for name in files.namelist() if name.endswith("comparisons.csv"))
        rows = pl.read_csv(io.BytesIO(files.read(name))).filter(pl.col("criteria") == CRITERION)
    parts = [_of_one(group) for _, group in rows.group_by("public_username", maintain_order=True)]
    predicted, said = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.argsort(np.abs(predicted), kind="stable")
    return np.abs(predicted)[order], (said * np.where(predicted < 0.0, -1.0, 1.0))[order]


def _of_one(rows: pl.DataFrame) -> tuple[Floats, Floats]:
    """Predict each of a contributor's judgments from nine tenths of the others, between items judged often."""
    items, ends = np.unique(rows.select("video_a", "video_b").to_numpy(), return_inverse=True)
    left, right = ends.reshape(-1, 2).T
    value = -rows["score"].to_numpy() / 10.0  # of that file: negative prefers the right one
    fold = np.random.default_rng(0).integers(FOLDS, size=len(value))
    predicted = np.zeros(len(value))
    for held in (fold == number for number in range(FOLDS)):
        theta = fit_one(left[~held], right[~held], value[~held], len(items), Config(sigma=SIGMA)).score
        predicted[held] = theta[right[held]] - theta[left[held]]
    judged = np.bincount(ends.ravel())
    often = (judged[left] >= LEAST_JUDGED) & (judged[right] >= LEAST_JUDGED)
    return predicted[often], value[often]
