"""A score with its two uncertainties, for many scores at once."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from solidago.dataset import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Triples:
    """Scores between ``score - left`` and ``score + right``, both uncertainties >= 0; all of the same length."""

    score: Floats
    left: Floats
    right: Floats

    @classmethod
    def empty(cls, n: int) -> Self:
        """Return n triples to be written to."""
        return cls(np.empty(n), np.empty(n), np.empty(n))

    def __len__(self) -> int:
        return len(self.score)

    def columns(self) -> tuple[Floats, Floats, Floats]:
        """Return score, left and right."""
        return self.score, self.left, self.right

    def followed_by(self, other: Self) -> Self:
        """Return these triples, then the others."""
        pairs = zip(self.columns(), other.columns(), strict=True)
        return type(self)(*(np.concatenate(pair) for pair in pairs))
