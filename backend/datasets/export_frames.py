"""The rows of an export: names as they are shown, and frames in the columns of Tournesol's layout."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from backend.common.bulk import copy_out
from backend.datasets import export_queries as queries
from backend.polls.models import Criterion, Poll
from solidago import trust
from solidago.dataset import Dataset, Judgments
from solidago.io import tournesol
from solidago.io.guard import guarded

SLICE = 50_000
"""Rows turned into text at a time: a few megabytes."""
PAIR = ["user_id", "low_id", "high_id"]
Names = Mapping[int, str]
"""Of contributors or items, as an export shows them, by the database's keys."""


@dataclass(frozen=True, slots=True, eq=False)
class PublicJudgments:
    """The public judgments of a criterion: user, left and right (indices into the snapshot), value, week_date."""

    criterion: str
    rows: pl.DataFrame


def public_judgments(*, poll: Poll, criteria: Sequence[Criterion], dataset: Dataset) -> list[PublicJudgments]:
    """Return what was public in the snapshot and still is, in the snapshot's order."""
    current = copy_out(queries.JUDGMENTS, [poll.pk], queries.JUDGMENT_COLUMNS)
    return [
        PublicJudgments(criterion.name, _still_there(dataset, dataset.judgments[criterion.name], now))
        for criterion in criteria
        if criterion.name in dataset.judgments
        for now in [current.filter(pl.col("criterion_id") == criterion.pk).drop("criterion_id")]
    ]


def _still_there(dataset: Dataset, judgments: Judgments, now: pl.DataFrame) -> pl.DataFrame:
    public = tournesol.between_public(dataset, judgments)
    then = {name: getattr(judgments, name)[public] for name in ("user", "left", "right", "value")}
    users, entities = dataset.users.astype(np.int64), dataset.entities.astype(np.int64)
    left, right = entities[then["left"]], entities[then["right"]]
    keys = {"user_id": users[then["user"]], "low_id": np.minimum(left, right), "high_id": np.maximum(left, right)}
    joined = pl.DataFrame({**then, **keys}).join(now, on=PAIR, how="inner", maintain_order="left")
    return joined.drop(PAIR)


def people_names(*, score_set_id: int, dataset: Dataset, judgments: Sequence[PublicJudgments]) -> Names:
    """Return the names of those who show something, in the order of their keys."""
    raters = copy_out(queries.RATERS, [score_set_id], queries.KEY_COLUMN)["id"]
    keys = dataset.users.astype(np.int64)
    wanted = {*raters, *(int(keys[user]) for part in judgments for user in part.rows["user"].unique())}
    found = copy_out(queries.CONTRIBUTORS, [sorted(wanted)], queries.CONTRIBUTOR_COLUMNS)
    return _distinct(found)


def _distinct(found: pl.DataFrame) -> Names:
    """Tell those apart who came from different places with the same name: the account keeps it."""
    names: dict[int, str] = {}
    taken: set[str] = set()
    for key, _, name in found.sort(pl.col("origin").fill_null("") != "", "id").iter_rows():
        shown = name
        while shown in taken:
            shown = f"{shown} #{key}"
        taken.add(shown)
        names[key] = guarded(shown)
    return dict(sorted(names.items()))


def item_names(items: pl.DataFrame) -> Names:
    """Return the items' names; they are distinct in a poll."""
    return {key: guarded(uid) for key, uid in items.select("id", "uid").iter_rows()}


def comparison_frames(
    dataset: Dataset, judgments: Sequence[PublicJudgments], people: Names, items: Names
) -> Iterator[pl.DataFrame]:
    """Yield the rows of comparisons.csv, a slice at a time; at least one frame, for the header."""
    users, entities = _in_order(dataset.users, people), _in_order(dataset.entities, items)
    empty = pl.DataFrame(schema={"user": pl.Int32, "left": pl.Int32, "right": pl.Int32, "value": pl.Float64})
    for part in judgments or [PublicJudgments("", empty.with_columns(week_date=pl.lit("")))]:
        for rows in part.rows.iter_slices(SLICE) if len(part.rows) else [part.rows]:
            yield pl.DataFrame(
                [
                    users.gather(rows["user"]).alias("public_username"),
                    entities.gather(rows["left"]).alias("video_a"),
                    entities.gather(rows["right"]).alias("video_b"),
                    pl.Series("criteria", [part.criterion], pl.String).new_from_index(0, len(rows)),
                    *tournesol.scores(rows["value"].to_numpy()),
                    rows["week_date"],
                ]
            )


def _in_order(ids: np.ndarray[tuple[int], np.dtype[np.object_]], names: Names) -> pl.Series:
    """Return the name of each id of the snapshot; null for those that an export does not show."""
    return pl.Series([names.get(int(key)) for key in ids], dtype=pl.String)


def user_frame(dataset: Dataset, people: Names) -> pl.DataFrame:
    """Return the rows of users.csv: trust as the run computed it, for from public vouches it could not be."""
    computed = dict(zip(dataset.users, trust.compute(dataset), strict=True))
    return pl.DataFrame(
        {
            "public_username": list(people.values()),
            "trust_score": [computed.get(str(key)) for key in people],
            "user_key": list(people),
        },
        schema={"public_username": pl.String, "trust_score": pl.Float64, "user_key": pl.Int64},
    )


def vouch_frame(people: Names) -> pl.DataFrame:
    """Return the rows of vouchers.csv."""
    keys = list(people)
    found = copy_out(queries.VOUCHES, [keys, keys], queries.VOUCH_COLUMNS)
    return found.select(
        pl.col("voucher").replace_strict(people, return_dtype=pl.String).alias("by_username"),
        pl.col("vouchee").replace_strict(people, return_dtype=pl.String).alias("to_username"),
        "value",
    )


def item_frame(items: pl.DataFrame, names: Names) -> pl.DataFrame:
    """Return the rows of items.csv."""
    return pl.DataFrame(
        {
            "video": list(names.values()),
            "item_key": list(names),
            "title": [guarded(title) for title in items["title"]],
        },
        schema={"video": pl.String, "item_key": pl.Int64, "title": pl.String},
    )
