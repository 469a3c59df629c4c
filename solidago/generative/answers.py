"""How a contributor answers: the k-nary law of Generalised Bradley-Terry, sampled exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from solidago.dataset import Floats


def draw_answers(difference: Floats, answers: int, rng: np.random.Generator) -> Floats:
    """Return slider positions in ``-(answers - 1)/2 .. (answers - 1)/2``, positive toward the right entity.

    With ``d = theta_right - theta_left``, position r (divided by its maximum) has probability proportional to
    ``exp(d r)``: counted from the favoured end, a geometric law cut off after ``answers`` terms, whose distribution
    function is inverted in closed form.

    Parameters
    ----------
    difference : (C,) float64
        theta_right - theta_left.
    answers : int
        Positions of the slider.
    rng : numpy.random.Generator

    Returns
    -------
    (C,) float64
    """
    uniform = rng.random(len(difference))
    slope = np.maximum(2.0 * np.abs(difference) / (answers - 1), 1e-12)  # at 1e-12 the law is even to rounding
    steps = np.floor(np.log1p(uniform * np.expm1(-slope * answers)) / -slope)
    steps = np.minimum(steps, answers - 1)
    positions: Floats = np.copysign(1.0, difference) * ((answers - 1) / 2.0 - steps) + 0.0
    return positions
