"""Compute published scores again from a public export, and compare.

A run is a pure function of its dataset and configuration, so whoever has both can confirm what was published. An
export holds only what contributors make public: where that is everything, all scores must come out again; where
something is private, its weight is missing, and differences are expected and stated.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, cast

import numpy as np
import polars as pl

from solidago import pipeline
from solidago.io import results
from solidago.io.published import COLLECTIVE, IDS, INDIVIDUAL, NUMBERS, Published, keys_of
from solidago.source import code_version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solidago.dataset import Floats

TOLERANCE = 1e-6
"""Points by which a recomputed score may differ: other processors round sums in another order."""
NAMED = 10
"""Differences and moves that a report names."""


class Verdict(StrEnum):
    """What can be said of an export."""

    VERIFIED = "verified"
    INCOMPLETE = "incomplete"
    DIFFERENT = "different"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """Published scores beside recomputed ones.

    Attributes
    ----------
    published : int
        Scores in the file.
    matching, differing : int
        Of those computed again: all numbers within `TOLERANCE`, or not.
    lost : int
        Published, but the export holds no judgment to compute them from.
    unpublished : int
        Computed, but not in the file.
    largest, median : float
        Difference of scores, in points; 0 where none was computed again.
    worst : DataFrame
        The `NAMED` rows that differ most: ids, ``number`` (which one: the score, or another where scores agree),
        ``published``, ``recomputed``, ``difference``.
    """

    published: int
    matching: int
    differing: int
    lost: int
    unpublished: int
    largest: float
    median: float
    worst: pl.DataFrame

    @property
    def is_complete(self) -> bool:
        """Whether every score, and no other, came out again."""
        return not (self.differing or self.lost or self.unpublished)


@dataclass(frozen=True, slots=True)
class Missing:
    """What the run used and the export does not hold."""

    judgments: int
    contributors: int
    entities: int


@dataclass(frozen=True, slots=True, eq=False)
class Verification:
    """The outcome of `verify`.

    Attributes
    ----------
    verdict : Verdict
    collective, individual : Match
    missing : Missing
    damage : tuple of str
        Members that are not what the export's own metadata say.
    same_code : bool
        Whether this library is, to the byte, the one that published.
    """

    verdict: Verdict
    collective: Match
    individual: Match
    missing: Missing
    damage: tuple[str, ...]
    same_code: bool


def verify(published: Published, *, threads: int | None = None) -> Verification:
    """Compute the scores of an export again and compare.

    Parameters
    ----------
    published : Published
    threads : int, optional
        At most so many; all by default.

    Raises
    ------
    InvalidInput
        The export's configuration or rows break a rule.
    NotConverged
        A fit ended without its certificate.
    """
    recomputed = recompute(published, threads=threads)
    collective, individual = (
        _match(published.scores[name], recomputed[name], name) for name in (COLLECTIVE, INDIVIDUAL)
    )
    missing, damage = _missing(published), tuple(_damage(published))
    return Verification(
        verdict=_verdict(published, missing, damage, collective.is_complete and individual.is_complete),
        collective=collective,
        individual=individual,
        missing=missing,
        damage=damage,
        same_code=published.metadata.get("code_version") == code_version(),
    )


def recompute(
    published: Published, *, without: frozenset[str] = frozenset(), threads: int | None = None
) -> dict[str, pl.DataFrame]:
    """Return the scores that a run gives now, by file name, under the names that the export shows."""
    dataset = published.dataset(without=without)
    result = pipeline.run(dataset, published.config(), threads=threads)
    frames = {layout.name: results.table(layout, dataset, result) for layout in results.LAYOUTS}
    names = {"public_username": published.user_names, "video": published.item_names, "criteria": {}}
    return {
        name: frames[name].select(
            *(pl.col(column).cast(pl.String).replace({"": "", **names[column]}) for column in IDS[name]),
            *(pl.col(column).cast(pl.Float64) for column in NUMBERS[name]),
        )
        for name in IDS
    }


def _match(published: pl.DataFrame, recomputed: pl.DataFrame, name: str) -> Match:
    ids, compared = list(IDS[name]), [column for column in NUMBERS[name] if column in published.columns]
    both = published.join(recomputed, on=ids, how="full", coalesce=True, suffix="_again")
    there, again = pl.col("score").is_not_null(), pl.col("score_again").is_not_null()
    joined = both.filter(there & again)
    gaps = np.column_stack([_gap(joined, column) for column in compared])
    score, largest = gaps[:, compared.index("score")], gaps.max(axis=1, initial=0.0)
    return Match(
        published=len(published),
        matching=int((largest <= TOLERANCE).sum()),
        differing=int((largest > TOLERANCE).sum()),
        lost=len(both.filter(~again)),
        unpublished=len(both.filter(~there)),
        largest=float(score.max(initial=0.0)),
        median=float(np.median(score)) if len(score) else 0.0,
        worst=_worst(joined, ids, compared, gaps),
    )


def _gap(joined: pl.DataFrame, column: str) -> Floats:
    """Return how far the two values of each row are apart: infinitely where one is no number."""
    gap: Floats = np.abs(joined[column].to_numpy() - joined[f"{column}_again"].to_numpy())
    gap[np.isnan(gap)] = np.inf
    return gap


def _worst(joined: pl.DataFrame, ids: list[str], compared: list[str], gaps: Floats) -> pl.DataFrame:
    """Return the rows that differ most: by their scores, then, where scores agree, by another number."""
    score = gaps[:, compared.index("score")]
    furthest = np.where(score > TOLERANCE, compared.index("score"), gaps.argmax(axis=1))
    difference = np.take_along_axis(gaps, furthest[:, None], axis=1)[:, 0]
    order = np.lexsort((-difference, -np.where(score > TOLERANCE, score, 0.0)))[:NAMED]
    order = order[difference[order] > TOLERANCE]
    rows, columns = joined[order], [compared[i] for i in furthest[order]]
    return rows.select(ids).with_columns(
        pl.Series("number", columns, dtype=pl.String),
        pl.Series("published", [rows[c][i] for i, c in enumerate(columns)], dtype=pl.Float64),
        pl.Series("recomputed", [rows[f"{c}_again"][i] for i, c in enumerate(columns)], dtype=pl.Float64),
        pl.Series("difference", difference[order], dtype=pl.Float64),
    )


def _missing(published: Published) -> Missing:
    """Return what the run used less what is here; nothing where the export does not say what was used."""
    used = _counts(published, "used")
    judging = published.comparisons["user"].n_unique()
    compared = pl.concat([published.comparisons["left"], published.comparisons["right"].alias("left")]).n_unique()
    return Missing(
        judgments=used.get("judgments", len(published.comparisons)) - len(published.comparisons),
        contributors=used.get("contributors", judging) - judging,
        entities=used.get("entities", compared) - compared,
    )


def _counts(published: Published, which: str) -> dict[str, int]:
    counts = published.metadata.get("counts")
    chosen = counts.get(which) if isinstance(counts, dict) else None
    return {k: v for k, v in chosen.items() if type(v) is int} if isinstance(chosen, dict) else {}


def _damage(published: Published) -> list[str]:
    """Return the members that are not what the metadata say they were."""
    claimed = cast("dict[str, object]", published.metadata.get("files") or {})
    return [name for name, found in published.digests.items() if claimed[name] != found]


def _verdict(published: Published, missing: Missing, damage: Sequence[str], matches: bool) -> Verdict:
    if not published.is_ours:
        return Verdict.FOREIGN
    if damage or missing.judgments < 0:
        return Verdict.DIFFERENT
    if missing.judgments:
        return Verdict.INCOMPLETE
    return Verdict.VERIFIED if matches else Verdict.DIFFERENT


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """What some contributors changed: collective scores with and without them.

    Attributes
    ----------
    users : tuple of str
    judgments : int
        Those of theirs that are public.
    scores, moved : int
        Collective scores in all, and those that differ by more than `TOLERANCE`.
    moves : DataFrame
        The scores that moved most: video, criteria, ``without``, ``with``, ``points``, ``rank_without``, ``rank_with``.
        Null where an item has no score.
    """

    users: tuple[str, ...]
    judgments: int
    scores: int
    moved: int
    moves: pl.DataFrame


def influence(published: Published, users: Sequence[str], *, threads: int | None = None) -> Influence:
    """Compute what the judgments of some contributors changed; their vouches stay, for trust is taken as published.

    Raises
    ------
    InvalidInput
        The export has nobody of such a name; the error names those that are like it.
    """
    keys = keys_of(list(users), published)
    with_them = _ranked(recompute(published, threads=threads)[COLLECTIVE], "with")
    without = _ranked(recompute(published, without=keys, threads=threads)[COLLECTIVE], "without")
    both = with_them.join(without, on=list(IDS[COLLECTIVE]), how="full", coalesce=True)
    points = pl.col("with").fill_null(0.0) - pl.col("without").fill_null(0.0)
    moved = both.with_columns(points=points).filter(
        (pl.col("points").abs() > TOLERANCE) | pl.col("with").is_null() | pl.col("without").is_null()
    )
    ordered = moved.sort(pl.col("points").abs(), descending=True, maintain_order=True).head(2 * NAMED)
    return Influence(
        users=tuple(users),
        judgments=len(published.comparisons.filter(pl.col("user").is_in(list(keys)))),
        scores=len(both),
        moved=len(moved),
        moves=ordered.select(*IDS[COLLECTIVE], "without", "with", "points", "rank_without", "rank_with"),
    )


def _ranked(scores: pl.DataFrame, name: str) -> pl.DataFrame:
    rank = pl.col("score").rank("min", descending=True).over("criteria").alias(f"rank_{name}")
    return scores.select(*IDS[COLLECTIVE], pl.col("score").alias(name), rank)
