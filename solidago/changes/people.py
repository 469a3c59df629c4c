"""How many of an entity's raters stand behind each part of its move."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from solidago.changes.state import NOISE, known_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solidago.changes.state import State
    from solidago.dataset import Flags, Floats

    Whole = NDArray[np.int64]


def behind_trust(old: State, new: State) -> Whole:
    """Return by entity how many of its raters are trusted otherwise in the new state; the ratings are the same."""
    return _raters(old, _differs(old.trust, new.trust)[old.outcome.individual.user])


def behind_visibility(old: State, new: State) -> Whole:
    """Return by entity how many of its old raters are gone, or show or hide it now."""
    stays = np.isin(old.keys, new.keys)
    turned = np.isin(old.keys, _private(old)) != np.isin(old.keys, _private(new))
    return _raters(old, ~stays | turned)


def behind_judgments(old: State, new: State) -> Whole:
    """Return by entity how many of its raters came or went, or have another raw score."""
    was_there, at_old = known_rows(old, new)
    moved = ~was_there
    for before, after in zip(old.raw.columns(), new.raw.columns(), strict=True):
        moved[was_there] |= _differs(before[at_old], after[was_there])
    return _raters(new, moved) + _raters(old, ~np.isin(old.keys, new.keys))


def behind_rights(old: State, new: State) -> Whole:
    """Return by entity how many of its raters, there before and after, have another voting right."""
    was_there, at_old = known_rows(old, new)
    before, after = old.outcome.individual.voting_right, new.outcome.individual.voting_right
    moved = np.zeros(len(after), bool)
    moved[was_there] = _differs(before[at_old], after[was_there])
    return _raters(new, moved)


def behind_scaling(old: State, new: State) -> Whole:
    """Return by entity how many of its raters, there before and after, have another scale."""
    was_there, _ = known_rows(old, new)
    before, after = old.maps, new.maps
    numbers = [spec.name for spec in fields(before) if spec.name != "is_scaler"]
    columns = (_differs(getattr(before, name), getattr(after, name)) for name in numbers)
    moved: Flags = np.logical_or.reduce(list(columns))
    return _raters(new, was_there & moved[new.outcome.individual.user])


def _differs(before: Floats, after: Floats) -> Flags:
    return np.abs(after - before) > NOISE


def _private(state: State) -> Whole:
    private = state.dataset.private
    return private.user.astype(np.int64) * len(state.dataset.entities) + private.entity


def _raters(state: State, chosen: Flags) -> Whole:
    """Return by entity how many of the chosen ratings are of it."""
    return np.bincount(state.outcome.individual.entity[chosen], minlength=len(state.dataset.entities))
