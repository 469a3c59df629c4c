"""Cumulant generating functions Phi of the root laws, with two derivatives, on whole arrays.

Everything reduces to the uniform law's ``log(sinh(t) / t)``, t = abs(x), written for vector units: no branches and no
calls to a mathematical library, because the loops over judgments spend their time here.
"""

import math
from fractions import Fraction

import numpy as np

from solidago.dataset import Floats
from solidago.engine.jit import inlined, kernel, part

UNIFORM, K_NARY, BERNOULLI, GAUSSIAN = 0, 1, 2, 3

# Below this, series; above, exponentials. Both are exact to rounding there.
_SMALL = 0.5
_LOG2_E = math.log2(math.e)
_LN_2 = math.log(2.0)
_EXPONENTIAL = tuple(1.0 / math.factorial(n) for n in range(14))


def _log_sinh_series(terms: int) -> tuple[float, ...]:
    """Coefficients c of log(sinh(t) / t) = sum_n c_n t^(2n), n >= 1, from L' S = S' with S = sinh(t) / t."""
    sinh = [Fraction(1, math.factorial(2 * n + 1)) for n in range(terms + 1)]
    log = [Fraction(0)]
    for n in range(1, terms + 1):
        log.append(sinh[n] - sum((j * log[j] * sinh[n - j] for j in range(1, n)), Fraction(0)) / n)
    return tuple(float(c) for c in log[1:])


# What 12 terms leave is below 1e-17 at 1/2.
_PHI = _log_sinh_series(12)
_SLOPE = tuple(2 * n * c for n, c in enumerate(_PHI, start=1))
_CURVATURE = tuple((2 * n - 1) * c for n, c in enumerate(_SLOPE, start=1))


@inlined
def _polynomial(coefficients: tuple[float, ...], y: float) -> float:
    total = 0.0
    for i in range(len(coefficients) - 1, -1, -1):
        total = total * y + coefficients[i]
    return total


@inlined
def _decay(t: float) -> float:
    """exp(-t) for t >= 0, to 1e-16 absolute, or relative to t where it is large; 1e-304 beyond 700."""
    t = min(t, 700.0)
    power = np.floor(t * _LOG2_E + 0.5)
    rest = power * _LN_2 - t
    scale = np.int64((np.int64(1023) - np.int64(np.int32(power))) << np.int64(52)).view(np.float64)
    return _polynomial(_EXPONENTIAL, rest) * scale


@inlined
def _uniform(t: float) -> tuple[float, float, float, float, float]:
    """Return (linear, factor, slope, curvature, csch2) of the uniform law, Phi(t) = linear + log(factor), t >= 0.

    The split spares logarithms: that of a sum of Phi is one logarithm, of the product of the factors.
    """
    small = t < _SMALL
    y = t * t
    u = max(t, _SMALL)
    decay = _decay(2.0 * u)
    inverse = 1.0 / u
    gap = 1.0 / (1.0 - decay)
    csch2 = 4.0 * decay * gap * gap
    linear = _polynomial(_PHI, y) * y if small else t
    factor = 1.0 if small else (1.0 - decay) * 0.5 * inverse
    slope = _polynomial(_SLOPE, y) * t if small else (1.0 + decay) * gap - inverse
    curvature = _polynomial(_CURVATURE, y) if small else inverse * inverse - csch2
    return linear, factor, slope, curvature, csch2


@inlined
def _k_nary(t: float, a: float, b: float) -> tuple[float, float, float, float]:
    """K equidistant values: a geometric sum, Phi(t) = U(a t) - U(b t), U uniform, a = K/(K-1), b = 1/(K-1)."""
    linear_a, factor_a, slope_a, curvature_a, csch2_a = _uniform(a * t)
    linear_b, factor_b, slope_b, curvature_b, csch2_b = _uniform(b * t)
    # Both curvatures contain 1/t^2, which must not cancel when what remains is exponentially small. Beyond t = 350 a,
    # where `_decay` no longer falls, nothing remains.
    near = a * a * curvature_a - b * b * curvature_b
    far = max(0.0, b * b * csch2_b - a * a * csch2_a)
    curvature = near if b * t < _SMALL else far
    return linear_a - linear_b, factor_a / factor_b, a * slope_a - b * slope_b, curvature


@inlined
def _bernoulli(t: float) -> tuple[float, float, float, float]:
    """-1 or 1: Phi(t) = log cosh t."""
    decay = _decay(2.0 * t)
    inverse = 1.0 / (1.0 + decay)
    return t, (1.0 + decay) * 0.5, (1.0 - decay) * inverse, 4.0 * decay * inverse * inverse


@part
def slopes(law: int, a: float, b: float, x: Floats, n: int, first: Floats, second: Floats) -> None:
    """Write Phi' and Phi'' of the first n of x."""
    if law == UNIFORM:
        for i in range(n):
            _, _, slope, curvature, _ = _uniform(abs(x[i]))
            first[i] = slope if x[i] > 0.0 else -slope
            second[i] = curvature
    elif law == K_NARY:
        for i in range(n):
            _, _, slope, curvature = _k_nary(abs(x[i]), a, b)
            first[i] = slope if x[i] > 0.0 else -slope
            second[i] = curvature
    elif law == BERNOULLI:
        for i in range(n):
            _, _, slope, curvature = _bernoulli(abs(x[i]))
            first[i] = slope if x[i] > 0.0 else -slope
            second[i] = curvature
    else:
        for i in range(n):
            first[i] = x[i]
            second[i] = 1.0


@part
def cumulants(
    law: int, a: float, b: float, x: Floats, n: int, linear: Floats, factor: Floats, first: Floats, second: Floats
) -> None:
    """Write (linear, factor) with Phi = linear + log(factor), Phi' and Phi'' of the first n of x."""
    if law == UNIFORM:
        for i in range(n):
            linear[i], factor[i], slope, second[i], _ = _uniform(abs(x[i]))
            first[i] = slope if x[i] > 0.0 else -slope
    elif law == K_NARY:
        for i in range(n):
            linear[i], factor[i], slope, second[i] = _k_nary(abs(x[i]), a, b)
            first[i] = slope if x[i] > 0.0 else -slope
    elif law == BERNOULLI:
        for i in range(n):
            linear[i], factor[i], slope, second[i] = _bernoulli(abs(x[i]))
            first[i] = slope if x[i] > 0.0 else -slope
    else:
        for i in range(n):
            linear[i], factor[i], first[i], second[i] = 0.5 * x[i] * x[i], 1.0, x[i], 1.0


@kernel
def evaluate(law: int, a: float, b: float, x: Floats, phi: Floats, first: Floats, second: Floats) -> None:
    """Write Phi, Phi' and Phi'' at each x."""
    factor = np.empty(len(x))
    cumulants(law, a, b, x, len(x), phi, factor, first, second)
    for i in range(len(x)):
        phi[i] = max(0.0, phi[i] + math.log(factor[i]))
