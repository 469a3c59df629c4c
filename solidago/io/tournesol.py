"""The layout of Tournesol's public dataset: a zip archive of comparisons.csv, users.csv and vouchers.csv.

Columns may come in any order and with others beside them. ``score_max`` is optional (10: the exports before 2024
had no such column). Trust is ``trust_score`` as given, or computed from ``is_pretrusted`` and the vouches where that
column is there. People who appear only in vouchers.csv are users as well. A negative score prefers video_a. Names
that our own exports guard against spreadsheets (`solidago.io.guard`) come back as they were.
"""

from __future__ import annotations

import math
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from solidago import tables, trust
from solidago.dataset import Dataset
from solidago.errors import InvalidFile, InvalidInput, InvalidRow
from solidago.io.archive import Source, open_archive
from solidago.io.csv_member import CsvMember, csv_member, flags, numbers
from solidago.io.guard import unguarded
from solidago.io.metadata import FORMULA_GUARD, read_metadata

if TYPE_CHECKING:
    from pathlib import Path

    from solidago.dataset import Flags, Floats, Judgments

COMPARISONS, USERS, VOUCHERS = "comparisons.csv", "users.csv", "vouchers.csv"
SCORE_MAX = 10.0
"""Maximum of scores where the file has no such column."""


@dataclass(frozen=True, slots=True, eq=False)
class Export:
    """A validated export: its rows in file order, and the dataset they make.

    Attributes
    ----------
    comparisons : user, left, right, criterion (text), value, maximum (float)
    users : user (text), trust (float, NaN where to be computed), pretrusted (bool)
        Those of users.csv in file order, then those that only vouchers.csv names.
    vouches : voucher, vouchee (text), weight (float)
    dataset : Dataset
    sha256 : str
        Of the archive as a file.
    """

    comparisons: pl.DataFrame
    users: pl.DataFrame
    vouches: pl.DataFrame
    dataset: Dataset
    sha256: str


def read(source: Source) -> Export:
    """Read and validate an export.

    Parameters
    ----------
    source
        A path, or a seekable binary stream.

    Raises
    ------
    InvalidFile
        With the member, the line and what is wrong with it.
    """
    with open_archive(source) as archive:
        is_guarded = FORMULA_GUARD in read_metadata(archive)
        members = {"users": csv_member(USERS, archive.read(USERS))}
        users, given = _users(members["users"])
        if VOUCHERS in archive or not given:
            members["vouches"] = csv_member(VOUCHERS, archive.read(VOUCHERS))
        members["judgments"] = csv_member(COMPARISONS, archive.read(COMPARISONS))
        sha256 = archive.sha256
    comparisons = _comparisons(members["judgments"])
    vouches = _vouches(members["vouches"]) if "vouches" in members else pl.DataFrame(tables.VOUCHES.empty())
    if is_guarded:
        comparisons = comparisons.with_columns(unguarded(name) for name in ("user", "left", "right"))
        users = users.with_columns(unguarded("user"))
        vouches = vouches.with_columns(unguarded(name).cast(pl.String) for name in ("voucher", "vouchee"))
    try:
        users = _with_vouchers(users, vouches)
        dataset = Dataset.from_columns(comparisons, users=users, vouches=vouches)
    except InvalidRow as error:
        raise members[error.table].error(error.problem, error.row) from error
    return Export(comparisons, users, vouches, dataset, sha256)


def _comparisons(member: CsvMember) -> pl.DataFrame:
    required = ("public_username", "video_a", "video_b", "criteria", "score")
    texts = member.texts(required, ["score_max"])
    value = numbers(member, texts, "score")
    maximum = numbers(member, texts, "score_max") if "score_max" in texts.columns else pl.lit(SCORE_MAX)
    return texts.select(
        user="public_username",
        left="video_a",
        right="video_b",
        criterion="criteria",
        value=value,
        maximum=maximum,
    )


def _users(member: CsvMember) -> tuple[pl.DataFrame, bool]:
    """Return the table of users, and whether the file gives their trust."""
    texts = member.texts(["public_username"], ["trust_score", "is_pretrusted"])
    if "is_pretrusted" in texts.columns:
        pretrusted = flags(member, texts, "is_pretrusted")
        return texts.select(user="public_username", trust=pl.lit(math.nan), pretrusted=pretrusted), False
    if "trust_score" in texts.columns:
        given = numbers(member, texts, "trust_score").fill_null(math.nan)
        return texts.select(user="public_username", trust=given, pretrusted=pl.lit(value=False)), True
    raise InvalidFile("the column 'trust_score' (or 'is_pretrusted') is missing", member=member.name, line=1)


def _vouches(member: CsvMember) -> pl.DataFrame:
    texts = member.texts(["by_username", "to_username", "value"])
    return texts.select(voucher="by_username", vouchee="to_username", weight=numbers(member, texts, "value"))


def _with_vouchers(users: pl.DataFrame, vouches: pl.DataFrame) -> pl.DataFrame:
    """Append the people that only vouches name, of unknown trust."""
    typed = tables.as_table(vouches, tables.VOUCHES)
    tables.check(typed, tables.VOUCHES)  # before their names become users
    named = pl.concat([typed["voucher"], typed["vouchee"].rename("voucher")]).unique(maintain_order=True)
    others = named.filter(~named.is_in(users["user"].implode()))
    added = others.to_frame("user").with_columns(trust=pl.lit(math.nan), pretrusted=pl.lit(value=False))
    return pl.concat([users, added])


def write(path: Path, dataset: Dataset) -> None:
    """Write the public part of a dataset as an export; `read` gives it back.

    Comparisons of an entity that their contributor keeps private are left out, as Tournesol does. If no trust is
    given, ``is_pretrusted`` is written, else every trust, computed where it was not given.

    Raises
    ------
    InvalidInput
        The file cannot be written.
    """
    members = {
        COMPARISONS: _public_comparisons(dataset),
        USERS: _public_users(dataset),
        VOUCHERS: pl.DataFrame(
            {
                "by_username": dataset.users[dataset.vouches.voucher],
                "to_username": dataset.users[dataset.vouches.vouchee],
                "value": dataset.vouches.weight,
            },
            schema_overrides={"by_username": pl.String, "to_username": pl.String},
        ),
    }
    try:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, frame in members.items():
                archive.writestr(name, frame.write_csv())
    except OSError as error:
        raise InvalidInput(f"Cannot write {str(path)!r}: {error.strerror or error}.") from error


def _public_comparisons(dataset: Dataset) -> pl.DataFrame:
    users, entities = pl.Series(dataset.users, dtype=pl.String), pl.Series(dataset.entities, dtype=pl.String)
    frames = [pl.DataFrame(schema=dict.fromkeys(("public_username", "video_a", "video_b", "criteria"), pl.String))]
    for criterion, judgments in dataset.judgments.items():
        public = between_public(dataset, judgments)
        frames.append(
            pl.DataFrame(
                {
                    "public_username": users.gather(judgments.user[public]),
                    "video_a": entities.gather(judgments.left[public]),
                    "video_b": entities.gather(judgments.right[public]),
                }
            ).with_columns(pl.lit(criterion).alias("criteria"), *scores(judgments.value[public]))
        )
    return pl.concat(frames, how="diagonal_relaxed")


def between_public(dataset: Dataset, judgments: Judgments) -> Flags:
    """Tell which judgments are between two entities that their contributor keeps public: those that may be shown.

    Parameters
    ----------
    dataset : Dataset
    judgments : Judgments of C judgments
        Of one of its criteria.

    Returns
    -------
    (C,) bool
    """
    size = max(len(dataset.entities), 1)
    hidden = dataset.private.user.astype(np.int64) * size + dataset.private.entity
    first = judgments.user.astype(np.int64) * size
    return ~(np.isin(first + judgments.left, hidden) | np.isin(first + judgments.right, hidden))


def scores(value: Floats) -> list[pl.Series]:
    """Return the columns score and score_max whose quotient is exactly the value: slider positions where they are.

    Parameters
    ----------
    value : (C,) float64 in [-1, 1]

    Returns
    -------
    score, score_max : Series of C numbers
        Whole numbers if all are.
    """
    rounded = np.rint(value * SCORE_MAX)
    position = np.where(rounded / SCORE_MAX == value, rounded, value * SCORE_MAX)
    exact = position / SCORE_MAX == value
    score, maximum = np.where(exact, position, value), np.where(exact, SCORE_MAX, 1.0)
    whole = np.array_equal(score, np.rint(score))
    return [
        pl.Series("score", score.astype(np.int64) if whole else score),
        pl.Series("score_max", maximum.astype(np.int64)),
    ]


def _public_users(dataset: Dataset) -> pl.DataFrame:
    names = pl.Series("public_username", dataset.users, dtype=pl.String).to_frame()
    if np.isnan(dataset.trust).all():
        return names.with_columns(is_pretrusted=pl.Series(dataset.pretrusted))
    return names.with_columns(trust_score=pl.Series(trust.compute(dataset)))
