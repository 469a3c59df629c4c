"""The one form in which judgments enter the library: columns, index maps, canonical order.

Everything is validated here, once; every other module trusts its input. Building a dataset from the same
facts in any row order gives the same arrays, which is what makes a run a pure function of its data.
"""

from __future__ import annotations

import hashlib
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from solidago import tables
from solidago.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import polars as pl

    from solidago.tables import Columns

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

    @classmethod
    def from_columns(
        cls,
        judgments: Columns,
        *,
        users: Columns,
        vouches: Columns | None = None,
        private: Columns | None = None,
    ) -> Dataset:
        """Validate columns and bring them into canonical order.

        Columns may be a polars frame or a mapping of names to arrays; ids are texts, of at most 500 characters;
        other columns than those named here are ignored.

        Parameters
        ----------
        judgments
            ``user``, ``left``, ``right``, ``criterion``, ``value`` and optionally ``maximum`` (1 if left out):
            positive values prefer the right entity, and no value goes beyond its maximum. A user judges a pair
            once per criterion, whichever side each entity was on.
        users
            ``user`` and optionally ``trust`` in [0, 1] (NaN or null: to be computed) and ``pretrusted`` (bool).
            Every user that another table names must be here.
        vouches
            ``voucher``, ``vouchee`` and optionally ``weight`` in [0, 1] (1 if left out).
        private
            ``user``, ``entity``: what the user keeps private.

        Raises
        ------
        InvalidRow
            A row breaks a rule; the error names the table, the row and the rule.
        InvalidInput
            A column is missing or of the wrong type.

        Examples
        --------
        >>> dataset = Dataset.from_columns(
        ...     {"user": ["ada"], "left": ["b"], "right": ["a"], "criterion": ["good"], "value": [0.5]},
        ...     users={"user": ["ada"], "trust": [1.0]},
        ... )
        >>> dataset.judgments["good"].value  # turned, so that the left entity comes first
        array([-0.5])
        """
        judged = _checked(judgments, tables.JUDGMENTS)
        people = _checked(users, tables.USERS)
        vouched = _checked(vouches, tables.VOUCHES)
        hidden = _checked(private, tables.PRIVATE)
        user_index = tables.index_of(people["user"])
        entity_index = tables.index_of(judged["left"], judged["right"], hidden["entity"])
        criteria = tables.index_of(judged["criterion"])
        trust, pretrusted = _people(people, user_index)
        return cls(
            users=_names(user_index),
            entities=_names(entity_index),
            criteria=tuple(criteria),
            judgments=_judgments(judged, user_index, entity_index, criteria),
            trust=trust,
            pretrusted=pretrusted,
            vouches=_vouches(vouched, user_index),
            private=_private(hidden, user_index, entity_index),
        )

    def digest(self) -> str:
        """Return the SHA-256 of the canonical content, in hexadecimal: equal facts, equal digest."""
        digest = hashlib.sha256()
        for name, array in self.arrays():
            digest.update(f"{name} {array.dtype.str} {array.size}\n".encode())
            digest.update(array.data)
        return digest.hexdigest()

    def check_canonical(self) -> None:
        """Confirm what the rest of the library relies on, for arrays that did not come through `from_columns`.

        Raises
        ------
        InvalidInput
            An id, an index, a value or an order is not canonical.
        """
        n_users, n_entities = len(self.users), len(self.entities)
        for name, texts in (("users", self.users), ("entities", self.entities), ("criteria", self.criteria)):
            _confirm(_ascending_texts(texts), f"{name} are not distinct ids in ascending order")
        _confirm(len(self.trust) == n_users == len(self.pretrusted), "users, trust and pretrusted differ in length")
        _confirm(_in_unit(self.trust[~np.isnan(self.trust)]), "a trust lies outside [0, 1]")
        for criterion, rows in self.judgments.items():
            pairs = ((rows.user, n_users), (rows.left, n_entities), (rows.right, n_entities))
            _confirm(_ascending_rows(*pairs), f"the judgments on {criterion!r} are not in canonical order")
            _confirm(bool((rows.left < rows.right).all()), f"a judgment on {criterion!r} has left >= right")
            _confirm(_in_unit(np.abs(rows.value)), f"a judgment on {criterion!r} lies outside [-1, 1]")
        vouches, private = self.vouches, self.private
        _confirm(_ascending_rows((vouches.voucher, n_users), (vouches.vouchee, n_users)), "vouches are not in order")
        _confirm(len(vouches.weight) == len(vouches.voucher), "vouches and weights differ in length")
        _confirm(_in_unit(vouches.weight), "a vouch lies outside [0, 1]")
        _confirm(bool((vouches.voucher != vouches.vouchee).all()), "somebody vouches for themselves")
        _confirm(_ascending_rows((private.user, n_users), (private.entity, n_entities)), "privacy is not in order")

    def arrays(self) -> Iterator[tuple[str, NDArray[np.generic]]]:
        """Yield the whole content as named, flat, little-endian arrays, in a fixed order.

        Texts become UTF-8 bytes (``*.text``) with the length in bytes of each (``*.length``).
        """
        for name, texts in (("users", self.users), ("entities", self.entities), ("criteria", self.criteria)):
            encoded = [str(text).encode() for text in texts]
            yield f"{name}.text", np.frombuffer(b"".join(encoded), np.uint8)
            yield f"{name}.length", np.array([len(text) for text in encoded], "<i4")
        counts = [len(self.judgments[criterion]) for criterion in self.criteria]
        yield "judgments.count", np.array(counts, "<i8")
        for part in ("user", "left", "right", "value"):
            columns = [getattr(self.judgments[criterion], part) for criterion in self.criteria]
            kind = "<f8" if part == "value" else "<i4"
            yield f"judgments.{part}", np.concatenate(columns or [[]]).astype(kind)
        yield "trust", self.trust.astype("<f8")
        yield "pretrusted", self.pretrusted.astype("|b1")
        yield "vouches.voucher", self.vouches.voucher.astype("<i4")
        yield "vouches.vouchee", self.vouches.vouchee.astype("<i4")
        yield "vouches.weight", self.vouches.weight.astype("<f8")
        yield "private.user", self.private.user.astype("<i4")
        yield "private.entity", self.private.entity.astype("<i4")


def _confirm(holds: bool, otherwise: str) -> None:
    if not holds:
        raise InvalidInput(otherwise)


def _ascending_texts(texts: Sequence[str] | NDArray[np.object_]) -> bool:
    return all(0 < len(text) <= tables.LONGEST_ID for text in texts) and all(map(operator.lt, texts, texts[1:]))


def _ascending_rows(*columns: tuple[Indices, int]) -> bool:
    """Whether all indices are in range and the rows strictly ascend."""
    if len({len(column) for column, _ in columns}) > 1:
        return False
    if any(((column < 0) | (column >= size)).any() for column, size in columns):
        return False
    key = tables.packed(*((column.astype(np.int64), size) for column, size in columns))
    return bool((key[1:] > key[:-1]).all())


def _in_unit(values: Floats) -> bool:
    return bool(((values >= 0.0) & (values <= 1.0)).all())


def _checked(columns: Columns | None, table: tables.Table) -> pl.DataFrame:
    frame = tables.as_table(table.empty() if columns is None else columns, table)
    tables.check(frame, table)
    return frame


def _names(index: pl.Series) -> NDArray[np.object_]:
    names = np.empty(len(index), object)
    names[:] = index.to_list()
    return names


def _people(people: pl.DataFrame, index: pl.Series) -> tuple[Floats, Flags]:
    (user,) = tables.codes(people, tables.USERS, user=index)
    order = np.argsort(user, kind="stable")
    tables.refuse_doubles(user, order, people, tables.USERS, "names the user {user!r} a second time")
    trust = people["trust"].to_numpy()[order] + 0.0
    trust[np.isnan(trust)] = np.nan  # one bit pattern for "unknown", whatever the caller's was
    return trust, people["pretrusted"].to_numpy()[order]


def _judgments(
    judged: pl.DataFrame, users: pl.Series, entities: pl.Series, criteria: pl.Series
) -> dict[str, Judgments]:
    user, left, right, criterion = tables.codes(
        judged, tables.JUDGMENTS, user=users, left=entities, right=entities, criterion=criteria
    )
    value = judged["value"].to_numpy() / judged["maximum"].to_numpy()
    # Adding zero turns -0.0 into 0.0: an indifferent judgment has the same bytes from both sides.
    value = np.where(left > right, -value, value) + 0.0
    low, high = np.minimum(left, right), np.maximum(left, right)
    key = tables.packed(
        (criterion, len(criteria)),
        (user, len(users)),
        (low, len(entities)),
        (high, len(entities)),
    )
    order = np.argsort(key, kind="stable")
    says = "judges {left!r} and {right!r} a second time for {user!r} on {criterion!r}"
    tables.refuse_doubles(key, order, judged, tables.JUDGMENTS, says)
    users32, low32, high32 = (column[order].astype(np.int32) for column in (user, low, high))
    value = value[order]
    ends = np.cumsum(np.bincount(criterion, minlength=len(criteria)))
    return {
        name: Judgments(users32[start:end], low32[start:end], high32[start:end], value[start:end])
        for name, start, end in zip(criteria, [0, *ends], ends, strict=False)
    }


def _vouches(vouched: pl.DataFrame, users: pl.Series) -> Vouches:
    voucher, vouchee = tables.codes(vouched, tables.VOUCHES, voucher=users, vouchee=users)
    key = tables.packed((voucher, len(users)), (vouchee, len(users)))
    order = np.argsort(key, kind="stable")
    tables.refuse_doubles(key, order, vouched, tables.VOUCHES, "lets {voucher!r} vouch for {vouchee!r} a second time")
    weight = vouched["weight"].to_numpy()[order] + 0.0
    return Vouches(voucher[order].astype(np.int32), vouchee[order].astype(np.int32), weight)


def _private(hidden: pl.DataFrame, users: pl.Series, entities: pl.Series) -> PrivateRatings:
    user, entity = tables.codes(hidden, tables.PRIVATE, user=users, entity=entities)
    key = tables.packed((user, len(users)), (entity, len(entities)))
    order = np.argsort(key, kind="stable")
    tables.refuse_doubles(key, order, hidden, tables.PRIVATE, "names the entity {entity!r} of {user!r} a second time")
    return PrivateRatings(user[order].astype(np.int32), entity[order].astype(np.int32))
