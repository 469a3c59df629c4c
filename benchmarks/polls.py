"""The polls that are measured: Zipf activity and popularity, about three comparisons to an entity of a contributor."""

from pathlib import Path

from solidago.generative import Recipe, generate
from solidago.io import tournesol

SEED = 1
CONTRIBUTORS = {10_000: 200, 100_000: 2_000, 1_000_000: 15_000}
ENTITIES = {10_000: 1_000, 100_000: 6_000, 1_000_000: 40_000}


def write_poll(folder: Path, judgments: int) -> Path:
    """Write the poll with that many judgments as an archive; return its path."""
    path = folder / f"poll-{judgments}.zip"
    tournesol.write(path, generate(recipe_of(judgments), SEED).dataset)
    return path


def recipe_of(judgments: int) -> Recipe:
    """Return what the poll with that many judgments is made of."""
    return Recipe(
        contributors=CONTRIBUTORS.get(judgments, max(2, judgments // 60)),
        entities=ENTITIES.get(judgments, max(20, judgments // 20)),
        judgments=judgments,
        popularity_exponent=1.0,
        share_private=0.0,
    )
