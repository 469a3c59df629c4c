"""From the library's result, by indices, to tables of scores, by the database's keys."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backend.common.bulk import Schema
from backend.polls.models import Poll
from backend.polls.selectors import criterion_list
from backend.scores.tables import COLLECTIVE, INDIVIDUAL, SCALINGS, ScoreTables
from solidago.dataset import Dataset, PrivateRatings
from solidago.pipeline import CollectiveScores, CriterionResult, IndividualScores, Result, Scalings


def score_tables(*, poll: Poll, dataset: Dataset, result: Result) -> ScoreTables:
    """Return all scores of a run; criteria in the poll's order."""
    found = [(c.pk, result.criteria[c.name]) for c in criterion_list(poll=poll) if c.name in result.criteria]
    keys = _Keys(users=dataset.users.astype(np.int64), entities=dataset.entities.astype(np.int64))
    return ScoreTables(
        collective=_stacked((_collective(pk, result, keys) for pk, result in found), COLLECTIVE),
        individual=_stacked((_individual(pk, result, keys, dataset) for pk, result in found), INDIVIDUAL),
        scalings=_stacked((_scalings(pk, result, keys) for pk, result in found), SCALINGS),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Keys:
    """The database's key of each user and entity of the dataset."""

    users: NDArray[np.int64]
    entities: NDArray[np.int64]


Columns = dict[str, object]


def _stacked(parts: Iterable[Columns], schema: Schema) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=schema), *(_frame(part, schema) for part in parts)])


def _frame(part: Columns, schema: Schema) -> pl.DataFrame:
    return pl.DataFrame({name: part[name] for name in schema if name != "criterion_id"}).select(
        (pl.lit(part["criterion_id"]) if name == "criterion_id" else pl.col(name)).cast(kind).alias(name)
        for name, kind in schema.items()
    )


def _collective(criterion_id: int, result: CriterionResult, keys: _Keys) -> Columns:
    scores = result.collective
    return {**_fields(scores), "criterion_id": criterion_id, "entity_id": keys.entities[scores.entity]}


def _individual(criterion_id: int, result: CriterionResult, keys: _Keys, dataset: Dataset) -> Columns:
    scores = result.individual
    return {
        **_fields(scores),
        "criterion_id": criterion_id,
        "entity_id": keys.entities[scores.entity],
        "contributor_id": keys.users[scores.user],
        "is_public": ~np.isin(_pairs(scores, dataset), _pairs(dataset.private, dataset)),
    }


def _scalings(criterion_id: int, result: CriterionResult, keys: _Keys) -> Columns:
    scalings = result.scalings
    return {**_fields(scalings), "criterion_id": criterion_id, "contributor_id": keys.users[scalings.user]}


def _fields(columns: CollectiveScores | IndividualScores | Scalings) -> Columns:
    return {field.name: getattr(columns, field.name) for field in fields(columns)}


def _pairs(rows: IndividualScores | PrivateRatings, dataset: Dataset) -> NDArray[np.int64]:
    """Return each row's user and entity as one number."""
    return rows.user.astype(np.int64) * len(dataset.entities) + rows.entity
