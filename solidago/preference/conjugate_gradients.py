"""Conjugate gradients, on one linear system or on many independent ones at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from solidago.errors import NotConverged
from solidago.stopping import look

if TYPE_CHECKING:
    from collections.abc import Callable

    from solidago.dataset import Floats

MOST_STEPS = 10_000
"""Far beyond what a Jacobi-preconditioned graph Laplacian plus a prior needs: hundreds, at most."""


class Blocks(Protocol):
    """How the coordinates fall apart into systems."""

    def dot(self, a: Floats, b: Floats) -> Floats:
        """Return the inner product of a and b in each system."""

    def spread(self, scalars: Floats) -> Floats:
        """Return each system's scalar at each of its coordinates."""


def dot(a: Floats, b: Floats) -> float:
    """Return the inner product, added up in one order whatever the number of threads: BLAS has no such promise.

    Parameters
    ----------
    a, b : (M,) float64

    Returns
    -------
    float
    """
    return float(np.multiply(a, b).sum())


class OneBlock:
    """All coordinates belong to one system."""

    def dot(self, a: Floats, b: Floats) -> Floats:
        """Return the inner product, as an array of one element."""
        return np.array([dot(a, b)])

    def spread(self, scalars: Floats) -> Floats:
        """Return the one scalar, which numpy spreads."""
        return scalars


def conjugate_gradients(
    apply: Callable[[Floats], Floats], diagonal: Floats, target: Floats, tolerance: Floats, blocks: Blocks
) -> tuple[Floats, int]:
    """Solve ``matrix @ x = target`` with Jacobi preconditioning (Hestenes and Stiefel, 1952).

    Parameters
    ----------
    apply : callable
        The product with a symmetric positive definite matrix, block-diagonal over the systems.
    diagonal, target : (M,) float64
    tolerance : (systems,) float64
        Euclidean norm of ``target - matrix @ x`` at which a system is solved. Systems already solved stay as they are.
    blocks : Blocks

    Returns
    -------
    x : (M,) float64
    steps : int

    Raises
    ------
    NotConverged
        A system is not solved after `MOST_STEPS`: the matrix is not positive definite, or the tolerance below rounding.
    Cancelled
        Somebody asked for it, see `solidago.stopping`.
    """
    x, residual = np.zeros_like(target), target.copy()
    direction = residual / diagonal
    size = blocks.dot(residual, direction)
    for step in range(MOST_STEPS):
        look()
        open_ = blocks.dot(residual, residual) > tolerance**2
        if not open_.any():
            return x, step
        image = apply(direction)
        curvature = blocks.dot(direction, image)
        length = blocks.spread(np.divide(size, curvature, out=np.zeros_like(size), where=open_ & (curvature > 0.0)))
        x += length * direction
        residual -= length * image
        scaled = residual / diagonal
        before, size = size, blocks.dot(residual, scaled)
        ratio = np.divide(size, before, out=np.zeros_like(size), where=open_ & (before > 0.0))
        direction = scaled + blocks.spread(ratio) * direction
    raise NotConverged(f"A linear system is not solved after {MOST_STEPS} conjugate gradient steps.")
