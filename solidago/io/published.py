"""An export with its scores: what a poll published, and what is needed to compute it again.

To the members of Tournesol's layout our exports add: ``user_key`` in users.csv and ``items.csv`` with ``item_key``, the
ids by which the run sorted and drew; in metadata.json the configuration, the counts of what the run used and of what
is public, and the SHA-256 of every other member. Where these are missing (exports of other software), names stand for
keys and the configuration is the default one.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import polars as pl

from solidago import tables, trust
from solidago.config import Config
from solidago.dataset import Dataset
from solidago.errors import InvalidFile, InvalidInput
from solidago.io import tournesol
from solidago.io.archive import Archive, Source, open_archive
from solidago.io.csv_member import csv_member, numbers
from solidago.io.guard import unguarded
from solidago.io.metadata import FORMULA_GUARD, read_metadata

if TYPE_CHECKING:
    from collections.abc import Mapping

ITEMS, COLLECTIVE, INDIVIDUAL = "items.csv", "collective_criteria_scores.csv", "individual_criteria_scores.csv"
IDS: Mapping[str, tuple[str, ...]] = {
    COLLECTIVE: ("video", "criteria"),
    INDIVIDUAL: ("public_username", "video", "criteria"),
}
NUMBERS: Mapping[str, tuple[str, ...]] = {
    COLLECTIVE: ("score", "uncertainty", "uncertainty_left", "uncertainty_right", "polarisation", "contributors"),
    INDIVIDUAL: ("score", "uncertainty", "uncertainty_left", "uncertainty_right", "voting_right"),
}
OURS = "helianthus"
"""What ``format`` in metadata.json begins with in our exports."""


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """An export that was read whole.

    Attributes
    ----------
    comparisons, users : DataFrame
        As in `tournesol.Export`, but with keys for names.
    scores : mapping file name -> DataFrame
        Names of `IDS` as they are shown, and those numbers of `NUMBERS` that the file has.
    user_names, item_names : mapping key -> name
    metadata : mapping
        Empty where there is none.
    digests : mapping member name -> SHA-256 of the member as it is, of those that the metadata name
    """

    comparisons: pl.DataFrame
    users: pl.DataFrame
    scores: Mapping[str, pl.DataFrame]
    user_names: Mapping[str, str]
    item_names: Mapping[str, str]
    metadata: Mapping[str, object]
    digests: Mapping[str, str]

    @property
    def is_ours(self) -> bool:
        """Whether this platform made it, hence whether its scores can be computed again."""
        return str(self.metadata.get("format", "")).startswith(OURS)

    def config(self) -> Config:
        """Return the configuration of the run, the default one where the export has none.

        Raises
        ------
        InvalidFile
            It is no configuration.
        """
        given = self.metadata.get("config", {}) if self.is_ours else {}
        if not isinstance(given, dict):
            raise InvalidFile("has no configuration of constants by name", member="metadata.json")
        return Config.from_mapping(given)

    def dataset(self, *, without: frozenset[str] = frozenset()) -> Dataset:
        """Return what the run computed from, as far as it is public, without some users (keys)."""
        comparisons, users = self.comparisons, self.users
        if without:
            comparisons, users = (frame.filter(~pl.col("user").is_in(list(without))) for frame in (comparisons, users))
        return Dataset.from_columns(comparisons, users=users)


def read(source: Source) -> Published:
    """Read an export with its scores.

    Raises
    ------
    InvalidFile
        With the member, the line and what is wrong with it.
    """
    export = tournesol.read(source)
    with open_archive(source) as archive:
        metadata = read_metadata(archive)
        is_guarded = FORMULA_GUARD in metadata
        user_keys = _keys(archive, tournesol.USERS, "public_username", "user_key", is_guarded=is_guarded)
        item_keys = _keys(archive, ITEMS, "video", "item_key", is_guarded=is_guarded)
        found = {name: _scores(archive, name, is_guarded=is_guarded) for name in IDS}
        digests = {name: _digest(archive, name) for name in _claimed(metadata)}
    comparisons, users = export.comparisons, _trusted(export)
    if user_keys:
        comparisons, users = _keyed(comparisons, user_keys, "user"), _keyed(users, user_keys, "user")
    if item_keys:
        comparisons = _keyed(_keyed(comparisons, item_keys, "left"), item_keys, "right")
    return Published(
        comparisons=comparisons,
        users=users,
        scores=found,
        user_names={user_keys.get(name, name): name for name in export.users["user"]},
        item_names={item_keys.get(str(name), str(name)): str(name) for name in export.dataset.entities},
        metadata=metadata,
        digests=digests,
    )


def _trusted(export: tournesol.Export) -> pl.DataFrame:
    """Return the users with the trust that the run gave or would give them: vouches are not needed after this."""
    computed = dict(zip(export.dataset.users, trust.compute(export.dataset), strict=True))
    return export.users.with_columns(
        trust=pl.Series([computed[name] for name in export.users["user"]], dtype=pl.Float64)
    )


def _keys(archive: Archive, member: str, name: str, key: str, *, is_guarded: bool) -> dict[str, str]:
    """Return the key of each name of a member; nothing where it has no keys.

    Raises
    ------
    InvalidFile
        Two rows have the same name or the same key, or a row lacks one.
    """
    if member not in archive:
        return {}
    csv = csv_member(member, archive.read(member))
    if key not in csv.columns:
        return {}
    texts = csv.texts([name, key])
    texts = texts.with_columns(unguarded(name)) if is_guarded else texts
    for column in (name, key):
        if texts[column].null_count() or texts[column].n_unique() < len(texts):
            raise InvalidFile(f"lacks a {column} in a row, or gives the same twice", member=member)
    return dict(texts.iter_rows())


def _keyed(frame: pl.DataFrame, keys: Mapping[str, str], column: str) -> pl.DataFrame:
    """Replace names by keys; a name without one keeps itself."""
    return frame.with_columns(pl.col(column).replace(keys))


def _scores(archive: Archive, member: str, *, is_guarded: bool) -> pl.DataFrame:
    if member not in archive:
        return pl.DataFrame(schema=dict.fromkeys(IDS[member], pl.String) | {"score": pl.Float64})
    csv = csv_member(member, archive.read(member))
    present = [name for name in NUMBERS[member] if name in csv.columns]
    texts = csv.texts([*IDS[member], "score"], [name for name in present if name != "score"])
    values = [numbers(csv, texts, name).fill_null(math.nan).alias(name) for name in present]
    ids = texts.select(unguarded(name) if is_guarded else pl.col(name) for name in IDS[member])
    if ids.is_duplicated().any():
        raise InvalidFile("scores the same twice", member=member)
    return ids.with_columns(values)


def _claimed(metadata: Mapping[str, object]) -> list[str]:
    """Return the members whose SHA-256 the metadata give."""
    files = metadata.get("files")
    return list(files) if isinstance(files, dict) else []


def _digest(archive: Archive, name: str) -> str:
    return hashlib.sha256(archive.read(name)).hexdigest() if name in archive else ""


def keys_of(names: list[str], published: Published) -> frozenset[str]:
    """Return the keys of users by their names.

    Raises
    ------
    InvalidInput
        Nobody has such a name; the error lists those that are like it.
    """
    by_name = {name: key for key, name in published.user_names.items()}
    for name in names:
        if name not in by_name:
            near = get_close_matches(name, by_name, n=3, cutoff=0.5)
            hint = f" Did you mean: {', '.join(near)}?" if near else " users.csv lists everybody."
            raise InvalidInput(f"Nobody in this export is called {name[: tables.SHOWN]!r}.{hint}")
    return frozenset(by_name[name] for name in names)
