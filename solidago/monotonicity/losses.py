"""Losses of a judgment, as functions of the difference of two scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from solidago.errors import InvalidInput

if TYPE_CHECKING:
    from solidago.dataset import Floats
    from solidago.root_laws import RootLaw

Shape = Literal["log-sigmoid", "hinge", "squared"]

HINGE_WIDTH = 0.1
"""The hinge's corner is rounded over this width: at a corner there is no Hessian to speak of."""


class Loss(Protocol):
    """A loss of ``x = score of left - score of right`` and of the judgment, positive for the right."""

    def derivatives(self, x: Floats, value: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the loss, its slope and its curvature in x."""


@dataclass(frozen=True, slots=True)
class GbtLoss:
    """``Phi(x) + r x``, the negative log-likelihood of a generalised Bradley-Terry model."""

    law: RootLaw

    def derivatives(self, x: Floats, value: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the loss, its slope and its curvature in x."""
        phi, slope, curvature = self.law.cumulants(x)
        return phi + value * x, slope + value, curvature


@dataclass(frozen=True, slots=True)
class PreferenceLoss:
    """``f(z)``, z = beta times the winner's score minus the loser's: the losses of generalised preference optimisation.

    With log-likelihood ratios as scores: log-sigmoid is DPO (Rafailov et al., 2023), hinge SLiC (Zhao et al., 2023),
    squared IPO (Azar et al., 2024); the family is that of Tang et al. (2024).

    Attributes
    ----------
    shape : {"log-sigmoid", "hinge", "squared"}
        ``log(1 + exp(-z))``, ``max(0, 1 - z)`` with a rounded corner, ``(z - 1)^2``.
    beta : float > 0
    """

    shape: Shape
    beta: float = 1.0

    def __post_init__(self) -> None:
        if self.shape not in ("log-sigmoid", "hinge", "squared"):
            raise InvalidInput("The shape of a preference loss is log-sigmoid, hinge or squared.")
        if not 0.0 < self.beta < np.inf:
            raise InvalidInput("beta must be a positive number.")

    def derivatives(self, x: Floats, value: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the loss, its slope and its curvature in x; a judgment counts by its sign only."""
        to_z = -self.beta * np.sign(value)
        loss, slope, curvature = _SHAPES[self.shape](to_z * x)
        return loss, to_z * slope, to_z**2 * curvature


def _log_sigmoid(z: Floats) -> tuple[Floats, Floats, Floats]:
    wrong = 0.5 * (1.0 - np.tanh(0.5 * z))
    return np.logaddexp(0.0, -z), -wrong, wrong * (1.0 - wrong)


def _hinge(z: Floats) -> tuple[Floats, Floats, Floats]:
    short = np.clip((1.0 + 0.5 * HINGE_WIDTH - z) / HINGE_WIDTH, 0.0, 1.0)  # 0 beyond the corner, 1 before it
    loss = np.where(short == 1.0, 1.0 - z, 0.5 * HINGE_WIDTH * short**2)
    return loss, -short, np.where((short > 0.0) & (short < 1.0), 1.0 / HINGE_WIDTH, 0.0)


def _squared(z: Floats) -> tuple[Floats, Floats, Floats]:
    return (z - 1.0) ** 2, 2.0 * (z - 1.0), np.full_like(z, 2.0)


_SHAPES = {"log-sigmoid": _log_sigmoid, "hinge": _hinge, "squared": _squared}
