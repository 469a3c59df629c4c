"""Hostile accounts: what they judge, and whom they vouch for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from solidago.errors import InvalidConfig

if TYPE_CHECKING:
    from collections.abc import Callable

    from solidago.dataset import Floats, Indices

STRATEGIES: tuple[str, ...] = ("push", "negate", "vouch", "rescale")
MOST_ACCOUNTS = 100_000
MOST_COMPARISONS = 1_000
BOUGHT = 0.1
"""Share of the accounts that have got hold of a trusted e-mail address, where the strategy is ``vouch``."""


@dataclass(frozen=True, slots=True)
class Attack:
    """What hostile accounts do.

    Attributes
    ----------
    target : str
        Id of an entity.
    accounts : int
    strategy : str
        ``push``: they compare the target with other entities, always at the extreme. ``negate``: they contradict the
        collective order, at the extreme. ``vouch``: they push, a tenth of them with a verified address, who vouch for
        all others. ``rescale``: they put many entities in one far-reaching order with the target at its end, to be
        scalers and stretch everybody's scale.
    upward : bool
        Whether the target shall rise or fall.
    trusted : bool
        Whether each account has full trust or none; ``vouch`` finds its own.
    comparisons : int
        That each account makes.
    """

    target: str
    accounts: int
    strategy: str = "push"
    upward: bool = True
    trusted: bool = False
    comparisons: int = 20

    def __post_init__(self) -> None:
        if self.strategy not in STRATEGIES:
            raise InvalidConfig("strategy", f"must be one of: {', '.join(STRATEGIES)}")
        for name, most in (("accounts", MOST_ACCOUNTS), ("comparisons", MOST_COMPARISONS)):
            if not 1 <= getattr(self, name) <= most:
                raise InvalidConfig(name, f"must be between 1 and {most}")


@dataclass(frozen=True, slots=True, eq=False)
class Accounts:
    """Hostile accounts as rows: ``judgments`` (user, left, right, value), ``users`` and ``vouches``."""

    judgments: pl.DataFrame
    users: pl.DataFrame
    vouches: pl.DataFrame


def hostile_accounts(
    attack: Attack, names: list[str], target: int, scores: Floats, rng: np.random.Generator
) -> Accounts:
    """Return what the accounts of these names do.

    Parameters
    ----------
    attack : Attack
    names : list of str
    target : int
        The entity's index.
    scores : (E,) float64
        Collective scores; NaN for entities that nobody judged, of which only the target is compared.
    rng : numpy.random.Generator

    Returns
    -------
    Accounts
        Whose judgments name users by their ids and entities by their indices.
    """
    others = np.flatnonzero(~np.isnan(scores))
    others = others[others != target].astype(np.int32)
    user, left, right, value = _WORDS[attack.strategy](attack, target, others, scores, rng)
    judged = {"user": np.array(names, object)[user], "left": left, "right": right, "value": value}
    return Accounts(_without_doubles(pl.DataFrame(judged)), _users(attack, names), _vouches(attack, names))


def _without_doubles(judgments: pl.DataFrame) -> pl.DataFrame:
    """Keep one judgment of a pair, whichever side each entity is on, and none of an entity with itself."""
    return (
        judgments.filter(pl.col("left") != pl.col("right"))
        .with_columns(low=pl.min_horizontal("left", "right"), high=pl.max_horizontal("left", "right"))
        .unique(["user", "low", "high"], keep="first", maintain_order=True)
        .drop("low", "high")
    )


_Words = tuple["Indices", "Indices", "Indices", "Floats"]


def _push(attack: Attack, target: int, others: Indices, scores: Floats, rng: np.random.Generator) -> _Words:
    """Compare the target with others drawn at random."""
    user, right = _drawn(attack, others, rng)
    value = np.full(len(user), -1.0 if attack.upward else 1.0)
    return user, np.full(len(user), target, np.int32), right, value


def _negate(attack: Attack, target: int, others: Indices, scores: Floats, rng: np.random.Generator) -> _Words:
    """Compare any two, and prefer what the poll prefers less."""
    known = others if np.isnan(scores[target]) else np.append(others, np.int32(target))
    user, left = _drawn(attack, known, rng)
    _, right = _drawn(attack, known, rng)
    return user, left, right, np.where(scores[right] > scores[left], -1.0, 1.0)


def _rescale(attack: Attack, target: int, others: Indices, scores: Floats, rng: np.random.Generator) -> _Words:
    """Prefer each entity to the one before it, the target last, or first if it shall fall."""
    ladders = [_ladder(attack, target, others, rng) for _ in range(attack.accounts)]
    user = np.repeat(np.arange(attack.accounts, dtype=np.int32), [len(ladder) - 1 for ladder in ladders])
    left = np.concatenate([ladder[:-1] for ladder in ladders])
    right = np.concatenate([ladder[1:] for ladder in ladders])
    return user, left, right, np.ones(len(user))


def _ladder(attack: Attack, target: int, others: Indices, rng: np.random.Generator) -> Indices:
    steps = rng.choice(others, min(attack.comparisons, len(others)), replace=False)
    ladder: Indices = np.append(steps, np.int32(target))
    return ladder if attack.upward else ladder[::-1]


def _drawn(attack: Attack, entities: Indices, rng: np.random.Generator) -> tuple[Indices, Indices]:
    """Return for each comparison its account and an entity."""
    user = np.repeat(np.arange(attack.accounts, dtype=np.int32), attack.comparisons)
    return user, entities[rng.integers(len(entities), size=len(user))]


_WORDS: dict[str, Callable[[Attack, int, Indices, Floats, np.random.Generator], _Words]] = {
    "push": _push,
    "negate": _negate,
    "vouch": _push,
    "rescale": _rescale,
}


def _bought(attack: Attack) -> int:
    return max(1, round(BOUGHT * attack.accounts)) if attack.strategy == "vouch" else 0


def _users(attack: Attack, names: list[str]) -> pl.DataFrame:
    """Give trust, or let it flow from the verified accounts."""
    trust = None if attack.strategy == "vouch" else float(attack.trusted)
    place = pl.int_range(pl.len())
    return pl.DataFrame({"user": names}).with_columns(
        trust=pl.lit(trust, pl.Float64), pretrusted=place < _bought(attack)
    )


def _vouches(attack: Attack, names: list[str]) -> pl.DataFrame:
    """Let each verified account vouch for its share of the others: a voucher's trust is shared out."""
    bought = _bought(attack)
    vouched = names[bought:] if bought else []
    voucher = [names[i % bought] for i in range(len(vouched))]
    columns = {"voucher": pl.Series(voucher, dtype=pl.String), "vouchee": pl.Series(vouched, dtype=pl.String)}
    return pl.DataFrame(columns).with_columns(weight=pl.lit(1.0))
