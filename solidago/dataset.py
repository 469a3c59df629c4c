"""The one form in which judgments enter the library: columns, index maps, canonical order.

Everything is validated here, once; every other module trusts its input. Building a dataset from the same
facts in any row order gives the same arrays, which is what makes a run a pure function of its data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Judgments:
    """The judgments of one criterion, one row each.

    Canonical: ``left < right`` in every row (a judgment given the other way round is turned, sign included)
    and rows sorted by (user, left, right, value).

    Attributes
    ----------
    user, left, right : (C,) int32
        Indices into the dataset's users and entities.
    value : (C,) float64 in [-1, 1]
        Stored value divided by its maximum; positive prefers the right entity.
    """

    user: Indices
    left: Indices
    right: Indices
    value: Floats

    def __len__(self) -> int:
        return len(self.value)


@dataclass(frozen=True, slots=True, eq=False)
class Vouches:
    """Who vouches for whom. ``weight`` in [0, 1]; sorted by (voucher, vouchee); no self-vouch, no double."""

    voucher: Indices
    vouchee: Indices
    weight: Floats


@dataclass(frozen=True, slots=True, eq=False)
class PrivateRatings:
    """The (user, entity) pairs that their user keeps private, sorted, without doubles. All others are public."""

    user: Indices
    entity: Indices


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Everything a run needs to know, for all criteria of one poll.

    Attributes
    ----------
    users, entities : (U,), (E,) object arrays of str
        Stable ids, ascending as strings, so that an index order is an id order.
    criteria : tuple of str, ascending
    judgments : mapping criterion -> Judgments
    trust : (U,) float64
        Trust as given, in [0, 1]; NaN where it is to be computed from ``pretrusted`` and ``vouches``.
    pretrusted : (U,) bool
    vouches : Vouches
    private : PrivateRatings
    """

    users: NDArray[np.object_]
    entities: NDArray[np.object_]
    criteria: tuple[str, ...]
    judgments: Mapping[str, Judgments]
    trust: Floats
    pretrusted: Flags
    vouches: Vouches
    private: PrivateRatings
