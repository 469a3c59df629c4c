"""An attack on a poll, on a copy: the whole run again, with the hostile accounts in it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from solidago.attacks.accounts import Accounts, Attack, hostile_accounts
from solidago.dataset import Dataset
from solidago.engine.threads import Threads
from solidago.errors import InvalidInput
from solidago.influence import bounds_of, bounds_of_new_entity, with_trusted_crowd
from solidago.monotonicity.run_state import RunState
from solidago.pipeline import run

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solidago.config import Config
    from solidago.dataset import Floats
    from solidago.results import Result

    Names = NDArray[np.object_]
    Bounds = tuple[float | None, float | None]

TOLD = 5
"""How many of the other entities that moved most are named."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entity stands: its score in points, its rank from 1, among how many; None where nobody judged it."""

    score: float | None
    rank: int | None
    of: int


@dataclass(frozen=True, slots=True)
class Moved:
    """Another entity, before and after."""

    entity: str
    before: Place
    after: Place


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attack achieved.

    Attributes
    ----------
    before, after : Place
        Of the target.
    low, high : float or None
        How far the accounts could have taken it at most, in points, had all scales stayed as they were; None with
        Licchavi, whose bound is on all scores together.
    others : tuple of Moved
        The other entities that moved most.
    largest_other_move, median_other_move : float
        In points, over all other entities.
    """

    criterion: str
    attack: Attack
    before: Place
    after: Place
    low: float | None
    high: float | None
    others: tuple[Moved, ...]
    largest_other_move: float
    median_other_move: float

    @property
    def is_within(self) -> bool:
        """Whether the target stayed within the bound, although scales moved too."""
        if self.after.score is None or self.low is None or self.high is None:
            return True
        return self.low - 1e-6 <= self.after.score <= self.high + 1e-6

    def to_mapping(self) -> dict[str, object]:
        """Return everything, ready for JSON."""
        return {**asdict(self), "is_within": self.is_within}


def simulate(
    dataset: Dataset, config: Config, attack: Attack, *, criterion: str, seed: int = 0, threads: int | None = None
) -> Outcome:
    """Run a poll without and with an attack. Nothing of the dataset changes.

    Parameters
    ----------
    dataset : Dataset
    config : Config
    attack : Attack
    criterion : str
        Attacked and computed; the others are left out.
    seed : int
        Decides what the accounts compare.
    threads : int, optional

    Raises
    ------
    InvalidInput
        An unknown criterion or entity, or too few entities to compare.
    """
    if criterion not in dataset.criteria:
        raise InvalidInput(f"Unknown criterion {criterion!r}; the dataset has: {', '.join(dataset.criteria)}.")
    before = run(dataset, config, criteria=[criterion], threads=threads)
    scores = _scores(dataset, before, criterion)
    target = _target(dataset, attack.target, scores)
    names = _names(attack.accounts, set(dataset.users))
    accounts = hostile_accounts(attack, names, target, scores, np.random.default_rng(seed))
    attacked = joined(dataset, criterion, accounts)
    after = run(attacked, config, threads=threads)
    moved = np.full(len(scores), np.nan)
    moved[np.searchsorted(dataset.entities, attacked.entities)] = _scores(attacked, after, criterion)
    trust = after.trust[np.searchsorted(attacked.users, names)]
    low, high = _bounds(dataset, config, before, criterion, target, trust, threads)
    return _outcome(criterion, attack, dataset, target, scores, moved, (low, high))


def joined(dataset: Dataset, criterion: str, accounts: Accounts) -> Dataset:
    """Return a dataset of one criterion with more accounts, their judgments and their vouches in it."""
    rows, people, entities = dataset.judgments[criterion], dataset.users, dataset.entities
    hostile, vouches, private = accounts.judgments, dataset.vouches, dataset.private
    users = {"user": _texts(people), "trust": dataset.trust, "pretrusted": dataset.pretrusted}
    judged = pl.DataFrame(_judged(people[rows.user], entities[rows.left], entities[rows.right], rows.value))
    left, right = (entities[hostile[side].to_numpy()] for side in ("left", "right"))
    added = pl.DataFrame(_judged(hostile["user"].to_numpy(), left, right, hostile["value"].to_numpy()))
    vouched = {"voucher": _texts(people[vouches.voucher]), "vouchee": _texts(people[vouches.vouchee])}
    return Dataset.from_columns(
        pl.concat([judged, added]).with_columns(criterion=pl.lit(criterion)),
        users=pl.concat([pl.DataFrame(users), accounts.users]),
        vouches=pl.concat([pl.DataFrame(vouched | {"weight": vouches.weight}), accounts.vouches]),
        private={"user": _texts(people[private.user]), "entity": _texts(entities[private.entity])},
    )


def _judged(user: Names, left: Names, right: Names, value: Floats) -> dict[str, object]:
    return {"user": _texts(user), "left": _texts(left), "right": _texts(right), "value": value}


def _texts(names: Names) -> pl.Series:
    return pl.Series(names.tolist(), dtype=pl.String)


def _scores(dataset: Dataset, result: Result, criterion: str) -> Floats:
    scores = np.full(len(dataset.entities), np.nan)
    collective = result.criteria[criterion].collective
    scores[collective.entity] = collective.score
    return scores


def _target(dataset: Dataset, target: str, scores: Floats) -> int:
    at = int(np.searchsorted(dataset.entities, target))
    if at == len(dataset.entities) or dataset.entities[at] != target:
        raise InvalidInput(f"Nobody has compared the entity {target!r} on any criterion.")
    if np.count_nonzero(~np.isnan(np.delete(scores, at))) < 2:
        raise InvalidInput("An attack needs at least two other entities that somebody judged.")
    return at


def _names(count: int, taken: set[str]) -> list[str]:
    """Return ids that nobody has."""
    prefix = "hostile"
    while any(name.startswith(prefix) for name in taken):
        prefix += "-"
    return [f"{prefix}{i:06}" for i in range(count)]


def _bounds(
    dataset: Dataset,
    config: Config,
    before: Result,
    criterion: str,
    target: int,
    trust: Floats,
    threads: int | None,
) -> Bounds:
    """Return the bound for accounts of full trust, or for any accounts with their total trust."""
    if config.method != "mehestan":
        return None, None
    column = 0 if bool((trust == 1.0).all()) else 1
    bounded_by = config if column == 0 else with_trusted_crowd(config, float(trust.sum()))
    with Threads(threads) as pool:
        state = RunState(dataset, criterion, config, before, pool)
        state.config = bounded_by
        found = bounds_of(state, newcomers=len(trust))
    row = np.flatnonzero(found.entity == target)
    if not len(row):
        return bounds_of_new_entity(bounded_by, newcomers=len(trust))[column]
    return float(found.low[row[0], column]), float(found.high[row[0], column])


def _outcome(
    criterion: str,
    attack: Attack,
    dataset: Dataset,
    target: int,
    before: Floats,
    after: Floats,
    bounds: Bounds,
) -> Outcome:
    moves = np.abs(after - before)
    moves[target] = np.nan
    others = moves[~np.isnan(moves)]
    first = np.argsort(-np.nan_to_num(moves, nan=-1.0), kind="stable")[: min(TOLD, len(others))]
    told = tuple(Moved(dataset.entities[i], _place(before, i), _place(after, i)) for i in first.tolist())
    low, high = bounds
    return Outcome(
        criterion=criterion,
        attack=attack,
        before=_place(before, target),
        after=_place(after, target),
        low=low,
        high=high,
        others=told,
        largest_other_move=float(others.max()),
        median_other_move=float(np.median(others)),
    )


def _place(scores: Floats, entity: int) -> Place:
    known = int(np.count_nonzero(~np.isnan(scores)))
    if np.isnan(scores[entity]):
        return Place(None, None, known)
    return Place(float(scores[entity]), 1 + int(np.count_nonzero(scores > scores[entity])), known)
