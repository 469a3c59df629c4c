"""How many judgments of each entity came, changed and went between two datasets, and of how many users."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solidago.dataset import Flags, Judgments

    Whole = NDArray[np.int64]

KINDS: tuple[str, ...] = ("new", "changed", "gone")
"""Columns of the counts."""


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """What happened to the judgments of each entity.

    Attributes
    ----------
    judgments : (E, 3) int64
        How many came, have another value, and went; columns as in `KINDS`.
    users : (E, 3) int64
        How many users these are of.
    """

    judgments: Whole
    users: Whole


def count(old: Judgments, new: Judgments, n_entities: int) -> Counts:
    """Compare two sets of judgments in one numbering of users and entities.

    Parameters
    ----------
    old, new : Judgments
        Canonical: sorted, without doubles.
    n_entities : int

    Returns
    -------
    Counts
    """
    before, after = _keys(old, n_entities), _keys(new, n_entities)
    _, at_old, at_new = np.intersect1d(before, after, assume_unique=True, return_indices=True)
    differs = old.value[at_old] != new.value[at_new]
    chosen = (
        (new, _all_but(len(after), at_new)),
        (new, _only(len(after), at_new[differs])),
        (old, _all_but(len(before), at_old)),
    )
    judgments, users = zip(*(_per_entity(rows, flags, n_entities) for rows, flags in chosen), strict=True)
    return Counts(np.stack(judgments, axis=1), np.stack(users, axis=1))


def _keys(rows: Judgments, n_entities: int) -> Whole:
    """Return each judgment's user and pair as one number."""
    return (rows.user.astype(np.int64) * n_entities + rows.left) * n_entities + rows.right


def _only(size: int, places: Whole) -> Flags:
    flags = np.zeros(size, bool)
    flags[places] = True
    return flags


def _all_but(size: int, places: Whole) -> Flags:
    return ~_only(size, places)


def _per_entity(rows: Judgments, chosen: Flags, n_entities: int) -> tuple[Whole, Whole]:
    """Return by entity how many of the chosen judgments are about it, and of how many users."""
    entity = np.concatenate([rows.left[chosen], rows.right[chosen]]).astype(np.int64)
    user = np.concatenate([rows.user[chosen]] * 2).astype(np.int64)
    distinct = np.unique(user * n_entities + entity) % n_entities if n_entities else entity
    return np.bincount(entity, minlength=n_entities), np.bincount(distinct, minlength=n_entities)
