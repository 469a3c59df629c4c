"""From the move of each published score to the parts that add up to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from solidago.changes import people
from solidago.changes.alignment import aligned, without_gone
from solidago.changes.counts import Counts, count
from solidago.changes.state import NOISE, State, mixtures, state_of
from solidago.engine.threads import Threads
from solidago.trust import compute as compute_trust

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solidago.changes.alignment import Aligned
    from solidago.config import Config
    from solidago.dataset import Dataset, Floats

PARTS: tuple[str, ...] = (
    "trust",
    "settings",
    "visibility",
    "judgments",
    "voting rights",
    "scaling",
    "unit and zero",
)
"""Columns of the parts, in the order in which the old is replaced by the new."""
POLL_WIDE = ("settings", "unit and zero")
"""Parts behind which no single rater stands."""


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """Why the published scores of one criterion moved; one row an entity that both runs score, ascending by id.

    Attributes
    ----------
    entity : (R,) object array of str
        Ids.
    old, new : (R,) float64 in (-100, 100)
        Published scores.
    parts : (R, 7) float64
        In points; the sum of a row is ``new - old``. Columns as in `PARTS`.
    people : (R, 7) int64
        How many of the entity's raters stand behind each part; 0 for those of the whole poll.
    counts : Counts
        What happened to the entity's judgments; its rows are those of the entities here.
    """

    entity: NDArray[np.object_]
    old: Floats
    new: Floats
    parts: Floats
    people: NDArray[np.int64]
    counts: Counts

    def __len__(self) -> int:
        return len(self.entity)


def changes_explain(
    old: Dataset,
    old_config: Config,
    new: Dataset,
    new_config: Config,
    criterion: str,
    *,
    threads: int | None = None,
) -> Changes:
    """Split the move of every published score between two runs into parts that add up to it.

    Parameters
    ----------
    old, new : Dataset
        What the two runs read.
    old_config, new_config : Config
    criterion : str
    threads : int, optional
        As for `solidago.pipeline.run`; does not change the result.

    Returns
    -------
    Changes

    Raises
    ------
    NotConverged
        A fit ended without its certificate.

    Notes
    -----
    The old is replaced by the new one thing after the other, each time with all that follows from it, and a part is
    what its replacement does to the published score. So the parts add up to the move exactly, and an input that did
    not change has a part of exactly 0. First the inputs, each by computing everything again:

    1. *trust*: that of users who are in both datasets, from new vouches and verified addresses;
    2. *settings*: the configuration;
    3. *visibility*: users and entities that are no longer there (suspended, hidden, deleted) leave with all their
       judgments, and ratings become as public or private as they are now.

    What is left are judgments that came, changed or were deleted. Their effect is split by the step that carries it,
    with the library's own aggregation of the new ratings:

    4. *judgments*: the new raw scores; voting rights, scales, unit and zero as they were;
    5. *voting rights*: those that follow (a floor shared with newcomers, standings);
    6. *scaling*: the multipliers and translations that follow;
    7. *unit and zero*: the poll's common deviation and shift that follow.

    The order matters where things act together, as in any such account; this one puts first what is decided about
    people and the poll, so that a change of vouches alone is all *trust*, of the configuration alone all *settings*.

    Nobody rates an entity in an intermediate state: its score there is 0, the default of the aggregation. With the
    method ``licchavi`` steps 4 to 6 are one solution and all in *judgments*.

    Our own; sequential substitution is what accounts of index numbers call a chain: B. M. Balk, "Price and Quantity
    Index Numbers", 2008.
    """
    before, after = aligned(old, new, criterion)
    states = _inputs_replaced(before, after, old_config, new_config, criterion, threads)
    last = state_of(after.dataset, criterion, new_config, threads)
    with Threads(threads) as pool:
        mixed = list(mixtures(states[-1], last, pool))
    scores = np.stack([*(state.published for state in states), *mixed, last.published], axis=1)
    behind = _people(states, last)
    counts = count(before.dataset.judgments[criterion], after.dataset.judgments[criterion], len(scores))
    rows = np.intersect1d(states[0].outcome.collective.entity, last.outcome.collective.entity)
    return Changes(
        entity=before.dataset.entities[rows],
        old=scores[rows, 0],
        new=scores[rows, -1],
        parts=np.diff(scores[rows], axis=1),
        people=behind[rows],
        counts=Counts(counts.judgments[rows], counts.users[rows]),
    )


def _inputs_replaced(
    before: Aligned, after: Aligned, old_config: Config, new_config: Config, criterion: str, threads: int | None
) -> list[State]:
    """Return the old state, then those with the new trust, the new settings too, and without what is gone."""
    first = state_of(before.dataset, criterion, old_config, threads)
    old_trust, new_trust = compute_trust(before.dataset), compute_trust(after.dataset)
    trust = np.where(after.has_user & before.has_user, new_trust, old_trust)
    given = replace(before.dataset, trust=trust)
    trusted = first
    if (np.abs(trust - old_trust) > NOISE).any():
        trusted = state_of(given, criterion, old_config, threads)
    configured = trusted if old_config == new_config else state_of(given, criterion, new_config, threads)
    left = replace(without_gone(before, after, criterion), trust=trust)
    is_same = _digest(left) == _digest(given)
    return [first, trusted, configured, configured if is_same else state_of(left, criterion, new_config, threads)]


def _digest(dataset: Dataset) -> str:
    """Return what tells datasets of the same trust apart, privacy of what nobody rates left out."""
    (judgments,) = dataset.judgments.values()
    rated = np.concatenate([judgments.user.astype(np.int64) * len(dataset.entities)] * 2)
    rated += np.concatenate([judgments.left, judgments.right])
    private = dataset.private
    counts = np.isin(private.user.astype(np.int64) * len(dataset.entities) + private.entity, rated)
    told = type(private)(private.user[counts], private.entity[counts])
    return replace(dataset, private=told).digest()


def _people(states: list[State], last: State) -> NDArray[np.int64]:
    """Return how many raters of each entity are behind each part."""
    first, trusted, configured, left = states
    nobody = np.zeros(len(first.dataset.entities), np.int64)
    return np.stack(
        [
            people.behind_trust(first, trusted),
            nobody,
            people.behind_visibility(configured, left),
            people.behind_judgments(left, last),
            people.behind_rights(left, last),
            people.behind_scaling(left, last),
            nobody,
        ],
        axis=1,
    )
