"""Judgments, each moved a little toward one of its entities, and the contributors as they would then be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solidago.ratings import Ratings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solidago.dataset import Floats, Indices


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """Intensified judgments, one row each.

    Attributes
    ----------
    judgment, user : (M,) int32
        Which judgment of the criterion, and whose.
    rating : (M, 2) int32
        Its contributor's ratings of the entity that is preferred a little more, and of the other one.
    toward : (M,) float64
        1 if the preferred one is on the right, else -1.
    value : (M,) float64
        The judgment after the move.
    """

    judgment: Indices
    user: Indices
    rating: Indices
    toward: Floats
    value: Floats

    def __len__(self) -> int:
        return len(self.value)

    def of(self, moves: NDArray[np.intp]) -> Moves:
        """Return some of the rows."""
        return Moves(self.judgment[moves], self.user[moves], self.rating[moves], self.toward[moves], self.value[moves])

    def applied(self, ratings: Ratings) -> Ratings:
        """Return one contributor a move, who judges as its contributor does except for the moved judgment."""
        twins = copies(ratings, self.user)
        twins.value[twins.comparisons[:-1] + self.judgment - ratings.comparisons[self.user]] = self.value
        return twins

    def own_rows(self, ratings: Ratings, twins: Ratings) -> Indices:
        """Return where the moves' ratings are among those of `applied`."""
        rows: Indices = self.rating + (twins.rows[:-1] - ratings.rows[self.user])[:, None]
        return rows


def draw(ratings: Ratings, step: float, sample: int, effort: float, rng: np.random.Generator) -> Moves:
    """Draw judgments; move each by a step to the left and to the right, unless it is already at that end.

    Parameters
    ----------
    ratings : Ratings
    step : float
        Of the slider, from -1 to 1.
    sample : int
        At most so many judgments.
    effort : float
        And only until their contributors have made together this share of all judgments; but at least one.
    rng : numpy.random.Generator
    """
    count = len(ratings.value)
    drawn = rng.permutation(count)[:sample]
    user = np.searchsorted(ratings.comparisons, drawn, side="right") - 1
    work = np.cumsum(np.diff(ratings.comparisons)[user])
    kept = (work <= effort * count) | (np.arange(len(drawn)) == 0)
    judgment, user = np.repeat(drawn[kept], 2), np.repeat(user[kept], 2)
    toward = np.tile([-1.0, 1.0], len(judgment) // 2)
    left, right = (ratings.rows[user] + side[judgment] for side in (ratings.a, ratings.b))
    rating = np.where((toward > 0.0)[:, None], np.stack((right, left), axis=1), np.stack((left, right), axis=1))
    value = np.clip(ratings.value[judgment] + step * toward, -1.0, 1.0)
    moved = value != ratings.value[judgment]
    return Moves(
        judgment[moved].astype(np.int32),
        user[moved].astype(np.int32),
        rating[moved].astype(np.int32),
        toward[moved],
        value[moved],
    )


def copies(ratings: Ratings, users: Indices) -> Ratings:
    """Return ratings and judgments of some users, as of users 0, 1, ...; a user may come several times.

    Parameters
    ----------
    ratings : Ratings
    users : (N,) int

    Returns
    -------
    Ratings
        Of N users.
    """
    rated, judged = spans(ratings.rows, users), spans(ratings.comparisons, users)
    counts = np.diff(ratings.rows)[users]
    return Ratings(
        user=np.repeat(np.arange(len(users), dtype=np.int32), counts),
        entity=ratings.entity[rated],
        rows=_borders(counts),
        comparisons=_borders(np.diff(ratings.comparisons)[users]),
        a=ratings.a[judged],
        b=ratings.b[judged],
        value=ratings.value[judged],
        privacy=ratings.privacy[rated],
        n_entities=ratings.n_entities,
    )


def spans(borders: Indices, users: Indices) -> NDArray[np.intp]:
    """Return the indices ``borders[u]:borders[u + 1]`` of each user, one after the other.

    Parameters
    ----------
    borders : (U + 1,) int, ascending
    users : (N,) int

    Returns
    -------
    (sum of lengths,) intp
    """
    counts = np.diff(borders)[users]
    before = np.cumsum(counts) - counts
    return np.repeat(borders[users] - before, counts) + np.arange(counts.sum())


def _borders(counts: Indices) -> Indices:
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
