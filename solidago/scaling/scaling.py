"""Affine maps from contributors' own scales to a common one, with uncertainties."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from solidago.dataset import Flags, Floats
from solidago.engine.threads import Threads
from solidago.kernels import rows as kernels
from solidago.ratings import Ratings
from solidago.results import Scalings
from solidago.triples import Triples


@dataclass(frozen=True, slots=True, eq=False)
class UserScalings:
    """One map a user of the dataset: ``score -> multiplier * score + translation``.

    Attributes
    ----------
    multiplier, translation, multiplier_uncertainty, translation_uncertainty : (U,) float64
    is_scaler : (U,) bool
    """

    multiplier: Floats
    translation: Floats
    multiplier_uncertainty: Floats
    translation_uncertainty: Floats
    is_scaler: Flags

    @classmethod
    def identity(cls, n_users: int) -> Self:
        """Return maps that change nothing, with certainty."""
        zero = np.zeros(n_users)
        return cls(np.ones(n_users), zero, zero, zero, np.zeros(n_users, bool))

    def divided(self, by: float) -> "UserScalings":
        """Return the maps followed by a division."""
        return UserScalings(
            self.multiplier / by,
            self.translation / by,
            self.multiplier_uncertainty / by,
            self.translation_uncertainty / by,
            self.is_scaler,
        )

    def shifted(self, by: float) -> "UserScalings":
        """Return the maps followed by an addition."""
        return UserScalings(
            self.multiplier,
            self.translation + by,
            self.multiplier_uncertainty,
            self.translation_uncertainty,
            self.is_scaler,
        )

    def of(self, users: NDArray[np.integer]) -> "UserScalings":
        """Return the maps of some users, as of users 0, 1, ...; a user may come several times."""
        return UserScalings(
            self.multiplier[users],
            self.translation[users],
            self.multiplier_uncertainty[users],
            self.translation_uncertainty[users],
            self.is_scaler[users],
        )

    def chosen(self, flags: Flags, others: "UserScalings") -> "UserScalings":
        """Return the maps with those of the flagged users taken from another set of maps."""
        pairs = ((getattr(others, spec.name), getattr(self, spec.name)) for spec in fields(self))
        return UserScalings(*(np.where(flags, other, own) for other, own in pairs))

    def replaced(self, user: int, others: "UserScalings", other: int) -> "UserScalings":
        """Return the maps with one user's taken from another set of maps."""
        changed = self.of(np.arange(len(self.multiplier)))
        for spec in fields(self):
            getattr(changed, spec.name)[user] = getattr(others, spec.name)[other]
        return changed

    def apply(self, ratings: Ratings, triples: Triples, threads: Threads) -> Triples:
        """Return the triples of the ratings on the common scale.

        Notes
        -----
        With A = s - l, B = s + r: ``l' = m l + dtau + (A min(dm, m) if A > 0 else -A dm)`` and
        ``r' = m r + dtau + (B dm if B > 0 else -B min(dm, m))``.
        """
        scaled = Triples.empty(len(triples))
        threads.over(
            np.ones(len(triples)),
            lambda first, last: kernels.rescale(
                first, last, ratings.user,
                self.multiplier, self.translation, self.multiplier_uncertainty, self.translation_uncertainty,
                triples.score, triples.left, triples.right, scaled.score, scaled.left, scaled.right,
            ),
        )  # fmt: skip
        return scaled


def by_user(found: Scalings, n_users: int) -> UserScalings:
    """Return the maps of a result for every user of the dataset, in arrays of their own; identity without scores."""
    maps = UserScalings.identity(n_users)
    columns = {spec.name: getattr(maps, spec.name).copy() for spec in fields(maps)}
    for name, column in columns.items():
        column[found.user] = getattr(found, name)
    return UserScalings(**columns)
