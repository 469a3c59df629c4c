"""The index that all steps share: who rates what in one criterion."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from solidago.dataset import Floats, Indices, Judgments, PrivateRatings
from solidago.engine.threads import Threads
from solidago.kernels import ratings as kernels


@dataclass(frozen=True, eq=False)
class Ratings:
    """The (user, entity) pairs with at least one judgment, sorted; users and entities are the dataset's indices.

    Attributes
    ----------
    user, entity : (S,) int32
    rows : (U + 1,) int32
        User u has the ratings ``rows[u]:rows[u + 1]``.
    comparisons : (U + 1,) int32
        User u has the judgments ``comparisons[u]:comparisons[u + 1]``.
    a, b : (C,) int32
        The compared entities of each judgment, as positions among its user's ratings.
    value : (C,) float64
        Positive prefers b.
    privacy : (S,) float64
        Weight of a rating: 1 if public.
    n_entities : int
    """

    user: Indices
    entity: Indices
    rows: Indices
    comparisons: Indices
    a: Indices
    b: Indices
    value: Floats
    privacy: Floats
    n_entities: int

    def __len__(self) -> int:
        return len(self.user)

    @property
    def n_users(self) -> int:
        """Number of users of the dataset."""
        return len(self.rows) - 1

    @cached_property
    def active(self) -> Indices:
        """Users with a rating, ascending."""
        return np.flatnonzero(np.diff(self.rows)).astype(np.int32)

    def by_entity(self, order: Indices | None = None) -> tuple[Indices, Indices]:
        """List the ratings of each entity.

        Parameters
        ----------
        order : (S,) int, optional
            All ratings, in the order that each list must follow; by default that of users.

        Returns
        -------
        start : (E + 1,) int32
        raters : (S,) int32
            ``raters[start[e]:start[e + 1]]`` are the ratings of entity e.
        """
        everything = np.arange(len(self), dtype=np.int32) if order is None else order
        start, raters = np.empty(self.n_entities + 1, np.int32), np.empty(len(self), np.int32)
        kernels.group(self.entity, everything, start, raters)
        return start, raters


def index_ratings(
    judgments: Judgments,
    n_users: int,
    n_entities: int,
    private: PrivateRatings,
    private_weight: float,
    threads: Threads,
) -> Ratings:
    """Index the judgments of one criterion."""
    comparisons = np.searchsorted(judgments.user, np.arange(n_users + 1)).astype(np.int32)
    # Copies: an array that is read-only or strided, as one from a file may be, would have kernels compiled anew.
    left, right = np.array(judgments.left, np.int32), np.array(judgments.right, np.int32)
    value = np.array(judgments.value, np.float64)
    work = np.diff(comparisons)
    counts = np.zeros(n_users, np.int32)
    threads.over(work, lambda i, j: kernels.count_ratings(i, j, comparisons, left, right, n_entities, counts))
    rows = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    user, entity = np.empty(rows[-1], np.int32), np.empty(rows[-1], np.int32)
    a, b = np.empty(len(left), np.int32), np.empty(len(left), np.int32)
    threads.over(
        work,
        lambda i, j: kernels.fill_ratings(i, j, comparisons, left, right, n_entities, rows, user, entity, a, b),
    )
    privacy = _privacy(user, entity, n_entities, private, private_weight)
    return Ratings(user, entity, rows, comparisons, a, b, value, privacy, n_entities)


def _privacy(user: Indices, entity: Indices, n_entities: int, private: PrivateRatings, weight: float) -> Floats:
    """Return the weight of every rating; what is private without being rated here does not count."""
    privacy = np.ones(len(user))
    if len(user) and len(private.user):
        rated = user.astype(np.int64) * n_entities + entity
        hidden = private.user.astype(np.int64) * n_entities + private.entity
        at = np.minimum(np.searchsorted(rated, hidden), len(rated) - 1)
        privacy[at[rated[at] == hidden]] = weight
    return privacy
