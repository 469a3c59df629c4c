"""What a synthetic poll is made of."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from solidago.errors import InvalidConfig

BEHAVIOURS = ("negate", "boost")
MOST_PAIRS = 2**62
"""Pairs by contributor are numbered in 64 bits."""


def _number(default: float | None, low: float, high: float) -> Any:
    return dataclasses.field(default=default, metadata={"range": (low, high)})


@dataclass(frozen=True, slots=True)
class Recipe:
    """Sizes and shares of a synthetic poll.

    Attributes
    ----------
    contributors, entities : int
    criteria : tuple of str
        Judged by different tastes, the first always, each other one in a share of the comparisons.
    secondary_share : float
    judgments : int, optional
        Comparisons in all, shared out by a Zipf law. Left out: Zipf(1.5) + Poisson(30) for each contributor.
    activity_exponent, popularity_exponent : float
        Of the Zipf laws of contributors' activity (with ``judgments``) and entities' popularity; 0 is even.
    dimension : int
        Of the space of entities and tastes.
    multiplier_shape : float, optional
        Contributors exaggerate by a Gamma factor of mean 1 and this shape; left out: by none.
    answers : int
        Positions of the slider; 21 is -10..10.
    share_hostile : float
        Untrustworthy contributors.
    hostile_behaviour : str
        ``negate``: their taste is turned round. ``boost``: half of their comparisons praise one entity.
    hostile_trusted : bool
        Whether hostile contributors have bought their way in: verified and vouched for like everybody else.
    share_minority : float
        Of the trustworthy contributors: honest people who care about something else.
    minority_opposes : bool
        Whether what they care about is the contrary of what the majority does; else it is unrelated.
    share_pretrusted : float
        Of the trustworthy contributors.
    vouches : float
        Mean number that a contributor gives, all to people of the same kind.
    share_private : float
        Of the contributors' entities.
    """

    contributors: int = _number(100, 1, 10**7)
    entities: int = _number(300, 2, 10**7)
    criteria: tuple[str, ...] = ("largely_recommended",)
    secondary_share: float = _number(0.5, 0, 1)
    judgments: int | None = _number(None, 1, 10**8)
    activity_exponent: float = _number(1.0, 0, 5)
    popularity_exponent: float = _number(0.0, 0, 5)
    dimension: int = _number(5, 1, 1000)
    multiplier_shape: float | None = _number(None, 0.01, 1e6)
    answers: int = _number(21, 2, 10_001)
    share_hostile: float = _number(0.0, 0, 1)
    hostile_behaviour: str = "negate"
    hostile_trusted: bool = False
    share_minority: float = _number(0.0, 0, 1)
    minority_opposes: bool = False
    share_pretrusted: float = _number(0.2, 0, 1)
    vouches: float = _number(2.0, 0, 1000)
    share_private: float = _number(0.2, 0, 1)

    def __post_init__(self) -> None:
        for spec in dataclasses.fields(self):
            value = getattr(self, spec.name)
            if "range" in spec.metadata and not (value is None and spec.default is None):
                low, high = spec.metadata["range"]
                if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                    raise InvalidConfig(spec.name, f"must be a number between {low:g} and {high:g}")
        if self.contributors * self.entities**2 > MOST_PAIRS:
            raise InvalidConfig("entities", f"squared, times contributors, must not exceed {MOST_PAIRS}")
        if self.hostile_behaviour not in BEHAVIOURS:
            raise InvalidConfig("hostile_behaviour", f"must be one of: {', '.join(BEHAVIOURS)}")
        if self.share_minority and not self.minority_opposes and len(self.criteria) == self.dimension:
            raise InvalidConfig("dimension", "must exceed the number of criteria: a minority cares about another one")
        if not self.criteria or len(set(self.criteria)) < len(self.criteria) or len(self.criteria) > self.dimension:
            raise InvalidConfig(
                "criteria", "must be distinct, at least one and at most as many as there are dimensions"
            )
