"""Root laws: how a judgment is distributed between two equally good entities.

With Phi the cumulant generating function of the law f, a contributor who thinks b better than a by -x answers r with
a density proportional to ``f(r) exp(-x r)``. Phi is even, strictly convex and zero at zero.
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from solidago.config import Config
from solidago.dataset import Floats
from solidago.errors import InvalidInput
from solidago.kernels import laws


@dataclass(frozen=True, slots=True)
class RootLaw:
    """One of the laws ``uniform`` on [-1, 1], ``k-nary:K``, ``bernoulli`` on {-1, 1} and ``gaussian``.

    Attributes
    ----------
    name : str
    code : int
    a, b : float
        What the kernels know it by: K/(K-1) and 1/(K-1) for K values, else 0.
    """

    name: str
    code: int
    a: float = 0.0
    b: float = 0.0

    @classmethod
    def named(cls, name: str) -> Self:
        """Return the law of that name.

        Raises
        ------
        InvalidConfig
            There is no such law.
        """
        Config(root_law=name)
        kind, _, count = name.partition(":")
        if kind == "k-nary":
            k = int(count)
            return cls(name, laws.K_NARY, k / (k - 1), 1 / (k - 1))
        return cls(name, {"uniform": laws.UNIFORM, "bernoulli": laws.BERNOULLI, "gaussian": laws.GAUSSIAN}[kind])

    def cumulants(self, x: ArrayLike) -> tuple[Floats, Floats, Floats]:
        """Return Phi(x), its slope E[r | x] and its curvature Var[r | x] > 0.

        Parameters
        ----------
        x : array_like of finite float
            Score differences.

        Raises
        ------
        InvalidInput
            A difference that is not a finite number.

        Notes
        -----
        Uniform: ``log(sinh(x) / x)``, ``coth(x) - 1/x``, ``1/x^2 - 1/sinh(x)^2``. K values: a geometric sum. Bernoulli:
        ``log(cosh(x))``. Gaussian: ``x^2 / 2``. Exact to rounding for any x: no overflow, no cancellation.

        Examples
        --------
        >>> [round(float(c), 6) for c in RootLaw.named("bernoulli").cumulants(1.0)]
        [0.433781, 0.761594, 0.419974]
        """
        points = np.asarray(x, dtype=np.float64)
        if not np.isfinite(points).all():
            raise InvalidInput("Score differences must be finite numbers.")
        flat = points.flatten()
        phi, slope, curvature = np.empty_like(flat), np.empty_like(flat), np.empty_like(flat)
        laws.evaluate(self.code, self.a, self.b, flat, phi, slope, curvature)
        return phi.reshape(points.shape), slope.reshape(points.shape), curvature.reshape(points.shape)

    def sample(self, x: ArrayLike, rng: np.random.Generator) -> Floats:
        """Draw judgments r with density proportional to ``f(r) exp(x r)``, one for each x.

        Parameters
        ----------
        x : array_like of finite float
            How much better the preferred side of r > 0 is; a judgment of (a, b) takes theta_b - theta_a.
        rng : numpy.random.Generator
        """
        points = np.asarray(x, dtype=np.float64)
        if self.code == laws.GAUSSIAN:
            return points + rng.standard_normal(points.shape)
        u = 1.0 - rng.random(points.shape)
        if self.code == laws.UNIFORM:
            return _tilted_uniform(points, u)
        gap = 2.0 * self.b if self.code == laws.K_NARY else 2.0
        return _tilted_steps(points, u, gap, round(2.0 / gap))


def _tilted_uniform(x: Floats, u: Floats) -> Floats:
    """Invert the distribution function: sign(x) (1 + log(u + (1 - u) exp(-2 |x|)) / |x|), 2u - 1 at x = 0."""
    size = np.abs(x)
    safe = np.maximum(size, 1e-8)
    with np.errstate(under="ignore"):
        drawn = 1.0 + np.log(u + (1.0 - u) * np.exp(-2.0 * safe)) / safe
    return np.where(size < 1e-8, 2.0 * u - 1.0, np.sign(x) * np.clip(drawn, -1.0, 1.0))


def _tilted_steps(x: Floats, u: Floats, gap: float, steps: int) -> Floats:
    """Draw among -1, -1 + gap, ..., 1: the number of steps below the top on x's side is a truncated geometric."""
    ratio = -np.abs(x) * gap
    with np.errstate(divide="ignore", invalid="ignore", under="ignore"):
        mass = -np.expm1((steps + 1) * ratio)
        geometric = np.floor(np.log1p(-u * mass) / ratio)
    down = np.where(np.abs(x) < 1e-12, np.floor(u * (steps + 1)), geometric)
    top = np.where(x < 0.0, -1.0, 1.0)
    return top * (1.0 - gap * np.clip(down, 0, steps))


def max_judgment(law: RootLaw) -> float:
    """Return the largest judgment that the law allows."""
    return math.inf if law.code == laws.GAUSSIAN else 1.0
