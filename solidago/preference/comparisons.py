"""One contributor's comparisons on one criterion, checked once, for the models that are fitted outside of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from scipy import sparse

from solidago.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from solidago.dataset import Floats, Indices


@dataclass(frozen=True, slots=True, eq=False)
class Comparisons:
    """Judgments between entities numbered from 0.

    Attributes
    ----------
    left, right : (C,) int32
    value : (C,) float64 in [-1, 1]
        Positive prefers the right entity.
    n_entities : int
    """

    left: Indices
    right: Indices
    value: Floats
    n_entities: int

    @classmethod
    def of(cls, left: ArrayLike, right: ArrayLike, value: ArrayLike, n_entities: int) -> Self:
        """Check the columns.

        Raises
        ------
        InvalidInput
            Lengths differ, an index is not a whole number from 0 to ``n_entities - 1``, an entity is compared with
            itself, or a value is not a number from -1 to 1.
        """
        if n_entities < 1:
            raise InvalidInput("There must be at least one entity.")
        a, b = entity_indices("left", left, n_entities), entity_indices("right", right, n_entities)
        r = np.asarray(value, dtype=np.float64)
        if not a.shape == b.shape == r.shape:
            raise InvalidInput("left, right and value must have the same length.")
        if (a == b).any():
            raise InvalidInput("An entity cannot be compared with itself.")
        if not (np.abs(r) <= 1.0).all():  # also false for NaN
            raise InvalidInput("Judgments must be numbers between -1 and 1.")
        return cls(a, b, r, n_entities)

    def __len__(self) -> int:
        return len(self.value)

    def incidence(self) -> sparse.csr_array:
        """Return the (C, n_entities) matrix that maps scores to differences, left minus right."""
        n = len(self)
        rows = np.tile(np.arange(n), 2)
        signs = np.repeat([1.0, -1.0], n)
        columns = np.concatenate((self.left, self.right))
        return sparse.csr_array((signs, (rows, columns)), shape=(n, self.n_entities))


def entity_indices(name: str, given: ArrayLike, n_entities: int) -> Indices:
    """Return entity numbers as int32, or say what is wrong with them.

    Parameters
    ----------
    name : str
        What the numbers are called in errors.
    given : (N,) array_like of int
    n_entities : int

    Returns
    -------
    (N,) int32

    Raises
    ------
    InvalidInput
        Not a list of whole numbers, or one of them is not from 0 to ``n_entities - 1``.
    """
    indices = np.asarray(given)
    if indices.ndim != 1 or (len(indices) and indices.dtype.kind not in "iu"):
        raise InvalidInput(f"{name} must be a list of whole numbers.")
    if len(indices) and not (indices.min() >= 0 and indices.max() < n_entities):
        raise InvalidInput(f"{name} must be between 0 and {n_entities - 1}.")
    return indices.astype(np.int32)
