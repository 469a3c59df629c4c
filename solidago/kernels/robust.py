"""Robust one-dimensional primitives over the first n of some voters: v values, w weights, lu and ru uncertainties."""

import math

import numpy as np

from solidago.dataset import Floats
from solidago.engine.jit import kernel, part

# Roots are certified to this, relatively to 1 + |x|.
_TOLERANCE = 1e-10
_STEPS = 300
# Keeps 0/0 away where value, root and uncertainty coincide; its powers stay representable.
_TINY = 1e-200


@part
def _force(
    v: Floats, w: Floats, lu: Floats, ru: Floats, n: int, lipschitz: float, default: float, above: float, below: float,
    x: float,
) -> tuple[float, float, float]:  # fmt: skip
    """Force on x, increasing, its slope and bend: a spring to the default and a bounded pull by each voter."""
    force, slope, bend = 0.0, 0.0, 0.0
    for i in range(n):
        z = x - v[i]
        # Both loaded in any case: a conditional load keeps the loop from vector units.
        left, right = lu[i], ru[i]
        eta = right if z > 0.0 else left
        weight = (below if z > 0.0 else above) * w[i]
        inverse = 1.0 / math.sqrt(eta * eta + z * z + _TINY)
        pull, stiffness = weight * (z * inverse), weight * (eta * eta) * (inverse * inverse * inverse)
        force += pull
        slope += stiffness
        bend -= 3.0 * stiffness * z * (inverse * inverse)
    return (x - default) / lipschitz + force, 1.0 / lipschitz + slope, bend


@part
def _reach(v: Floats, w: Floats, n: int, lipschitz: float, default: float) -> tuple[float, float]:
    """Return an interval that contains the root."""
    low, high, total = default, default, 0.0
    for i in range(n):
        low, high, total = min(low, v[i]), max(high, v[i]), total + w[i]
    return max(low, default - lipschitz * total) - _TOLERANCE, min(high, default + lipschitz * total) + _TOLERANCE


@part
def _root(
    v: Floats, w: Floats, lu: Floats, ru: Floats, n: int, lipschitz: float, default: float, q: float, start: float
) -> tuple[float, float]:  # fmt: skip
    """Return the root of the force, or the point where it changes sign, and the slope there.

    Halley's steps from ``start``, at most twice as long as Newton's; once one fails, kept in a bracket. The force's
    slope is at least 1/L: at x, the root is within L |force|.
    """
    above, below = min(1.0, q / (1.0 - q)), min(1.0, (1.0 - q) / q)
    low, high, bracketed = -math.inf, math.inf, False
    x, slope, before = start, math.inf, math.inf
    for _ in range(_STEPS):
        force, slope, bend = _force(v, w, lu, ru, n, lipschitz, default, above, below, x)
        if lipschitz * abs(force) <= _TOLERANCE * (1.0 + abs(x)):
            return x, slope
        if force > 0.0:
            high = x
        else:
            low = x
        if high - low <= _TOLERANCE * (1.0 + abs(x)):
            break
        target = x - force / max(slope - 0.5 * force * bend / slope, 0.5 * slope)
        if not (low < target < high) or abs(force) > 0.5 * before:
            if not bracketed:
                bottom, top = _reach(v, w, n, lipschitz, default)
                low, high, bracketed = max(low, bottom), min(high, top), True
            target = 0.5 * (low + high)
        x, before = target, abs(force)
    return 0.5 * (low + high), slope


@part
def quantile(
    v: Floats, w: Floats, lu: Floats, ru: Floats, n: int, lipschitz: float, default: float, q: float, start: float
) -> float:
    """Return QrQuantile, found from ``start``."""
    return _root(v, w, lu, ru, n, lipschitz, default, q, start)[0]


@part
def median(
    v: Floats, w: Floats, lu: Floats, ru: Floats, n: int, lipschitz: float, default: float, start: float
) -> float:
    """Return QrMed, the QrQuantile of 1/2."""
    return quantile(v, w, lu, ru, n, lipschitz, default, 0.5, start)


@part
def two_medians(
    v: Floats, w: Floats, lu: Floats, ru: Floats, n: int, lipschitz: float, default: float, other: float
) -> tuple[float, float]:  # fmt: skip
    """Return the QrMed of each default: as only springs differ, the first tells where the second about is."""
    first, slope = _root(v, w, lu, ru, n, lipschitz, default, 0.5, default)
    second = quantile(v, w, lu, ru, n, lipschitz, other, 0.5, first + (other - default) / (lipschitz * slope))
    return first, second


@part
def deviation(
    v: Floats, w: Floats, lu: Floats, ru: Floats, n: int, lipschitz: float, center: float, default: float, q: float,
    buffer: Floats,
) -> float:  # fmt: skip
    """Return QrDev: a QrQuantile of distances to the center, at least 0. ``buffer`` (3, >= n) is overwritten."""
    distance, inner, outer = buffer[0], buffer[1], buffer[2]
    for i in range(n):
        z = v[i] - center
        distance[i] = abs(z)
        inner[i] = min(abs(z), lu[i] if z > 0.0 else ru[i])
        outer[i] = ru[i] if z > 0.0 else lu[i]
    return max(0.0, quantile(distance, w, inner, outer, n, lipschitz, default, q, default))


@part
def mean(v: Floats, w: Floats, lu: Floats, ru: Floats, n: int, lipschitz: float, default: float) -> float:
    """Return LrMean: the mean of values clipped around a QrMed; the default without weight."""
    total, moment = 0.0, 0.0
    for i in range(n):
        total += w[i]
    if total == 0.0:
        return default
    center = median(v, w, lu, ru, n, 0.25 * lipschitz, default, default)
    radius = 0.25 * total * lipschitz
    for i in range(n):
        moment += w[i] * min(max(v[i], center - radius), center + radius)
    return moment / total


@kernel
def one_quantile(v: Floats, w: Floats, lu: Floats, ru: Floats, lipschitz: float, default: float, q: float) -> float:
    """Return the QrQuantile of whole arrays."""
    return quantile(v, w, lu, ru, len(v), lipschitz, default, q, default)


@kernel
def one_deviation(
    v: Floats, w: Floats, lu: Floats, ru: Floats, lipschitz: float, center: float, default: float, q: float
) -> float:
    """Return the QrDev of whole arrays."""
    return deviation(v, w, lu, ru, len(v), lipschitz, center, default, q, np.empty((3, len(v))))


@kernel
def one_mean(v: Floats, w: Floats, lu: Floats, ru: Floats, lipschitz: float, default: float) -> float:
    """Return the LrMean of whole arrays."""
    return mean(v, w, lu, ru, len(v), lipschitz, default)
