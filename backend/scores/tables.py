"""The scores of a whole run as frames, in the shape in which they are stored."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import polars as pl

from backend.common.bulk import Schema

KEYS = ("criterion_id", "entity_id", "contributor_id")
COLLECTIVE: Schema = {
    "criterion_id": pl.Int64,
    "entity_id": pl.Int64,
    "score": pl.Float64,
    "left": pl.Float64,
    "right": pl.Float64,
    "polarisation": pl.Float64,
    "contributors": pl.Int64,
    "voting_right": pl.Float64,
}
INDIVIDUAL: Schema = {
    "criterion_id": pl.Int64,
    "entity_id": pl.Int64,
    "contributor_id": pl.Int64,
    "score": pl.Float64,
    "left": pl.Float64,
    "right": pl.Float64,
    "raw_score": pl.Float64,
    "raw_left": pl.Float64,
    "raw_right": pl.Float64,
    "voting_right": pl.Float64,
    "is_public": pl.Boolean,
}
SCALINGS: Schema = {
    "criterion_id": pl.Int64,
    "contributor_id": pl.Int64,
    "multiplier": pl.Float64,
    "translation": pl.Float64,
    "multiplier_uncertainty": pl.Float64,
    "translation_uncertainty": pl.Float64,
    "is_scaler": pl.Boolean,
}


@dataclass(frozen=True, slots=True)
class ScoreTables:
    """Rows of `CollectiveScore`, `IndividualScore` and `ContributorScaling`, without the key of their score set.

    Frames follow the schemas `COLLECTIVE`, `INDIVIDUAL` and `SCALINGS`, in a canonical row order.
    """

    collective: pl.DataFrame
    individual: pl.DataFrame
    scalings: pl.DataFrame

    def digest(self) -> str:
        """Return the SHA-256 of all columns, in hexadecimal: equal scores, equal digest."""
        digest = hashlib.sha256()
        for name, column in self._columns():
            digest.update(f"{name} {column.dtype} {len(column)}\n".encode())
            digest.update(column.to_numpy().tobytes())
        return digest.hexdigest()

    def _columns(self) -> Iterator[tuple[str, pl.Series]]:
        for table in ("collective", "individual", "scalings"):
            for column in getattr(self, table).get_columns():
                yield f"{table}.{column.name}", column

    def only(self, existing: dict[str, pl.Series]) -> Self:
        """Return the rows whose criterion, entity and contributor are among the existing keys."""
        return type(self)(*(_only(frame, existing) for frame in (self.collective, self.individual, self.scalings)))


def _only(frame: pl.DataFrame, existing: dict[str, pl.Series]) -> pl.DataFrame:
    return frame.filter(pl.col(key).is_in(existing[key].implode()) for key in KEYS if key in frame.columns)
