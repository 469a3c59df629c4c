"""Generalised Bradley-Terry models, one a user: Newton's method, then the uncertainties of each score.

A user's entities have local indices 0..n-1 and share the user's rows of the output. A comparison of entities
a and b with value r costs ``Phi(theta_a - theta_b) + r (theta_a - theta_b)``.
"""

import math

import numpy as np

from solidago.dataset import Floats, Indices
from solidago.engine.jit import kernel, part
from solidago.kernels.laws import GAUSSIAN, cumulants, slopes

Pointers = Indices

# The certificate asks for |gradient|_2 <= 1e-9; stopping a little earlier than rounding allows leaves a margin.
_GRADIENT = 5e-10
_NEWTON_STEPS = 100
_LEAST_LENGTH = 1e-12
# Uncertainties: beyond this no root is sought; a third-order step this small, relatively, leaves less than 1e-8.
FARTHEST = 1000.0
_LAST_STEP = 1e-3
_SAME = 1.0 - 1e-9
_ROOT_STEPS = 200


@part
def _norm(v: Floats) -> float:
    total = 0.0
    for i in range(len(v)):
        total += v[i] * v[i]
    return math.sqrt(total)


@part
def _gradient(
    law: int, la: float, lb: float, a: Indices, b: Indices, r: Floats, precision: float, theta: Floats,
    x: Floats, weight: Floats, gradient: Floats,
) -> float:  # fmt: skip
    """Write the gradient and the Hessian's weights Phi'' at theta; return the gradient's norm."""
    m = len(r)
    for c in range(m):
        x[c] = theta[a[c]] - theta[b[c]]
    slopes(law, la, lb, x, m, x, weight)
    for i in range(len(theta)):
        gradient[i] = precision * theta[i]
    for c in range(m):
        pull = x[c] + r[c]
        gradient[a[c]] += pull
        gradient[b[c]] -= pull
    return _norm(gradient)


@part
def _direction(
    a: Indices, b: Indices, weight: Floats, precision: float, gradient: Floats, tolerance: float,
    step: Floats, diagonal: Floats, residual: Floats, search: Floats, image: Floats,
) -> None:  # fmt: skip
    """Solve Hessian * step = -gradient by conjugate gradients, Jacobi preconditioned, to |residual|_2 <= tolerance."""
    n, m = len(gradient), len(weight)
    diagonal[:] = precision
    for c in range(m):
        diagonal[a[c]] += weight[c]
        diagonal[b[c]] += weight[c]
    energy = 0.0
    for i in range(n):
        step[i] = 0.0
        residual[i] = -gradient[i]
        search[i] = residual[i] / diagonal[i]
        energy += residual[i] * search[i]
    for _ in range(10 * n + 100):
        for i in range(n):
            image[i] = precision * search[i]
        for c in range(m):
            flow = weight[c] * (search[a[c]] - search[b[c]])
            image[a[c]] += flow
            image[b[c]] -= flow
        along = 0.0
        for i in range(n):
            along += search[i] * image[i]
        length = energy / along
        rest, renewed = 0.0, 0.0
        for i in range(n):
            step[i] += length * search[i]
            residual[i] -= length * image[i]
            rest += residual[i] * residual[i]
            renewed += residual[i] * residual[i] / diagonal[i]
        if math.sqrt(rest) <= tolerance:
            return
        for i in range(n):
            search[i] = residual[i] / diagonal[i] + renewed / energy * search[i]
        energy = renewed


@part
def _optimum(
    law: int, la: float, lb: float, a: Indices, b: Indices, r: Floats, precision: float, theta: Floats,
    by_entity: Floats, by_comparison: Floats,
) -> tuple[float, int]:  # fmt: skip
    """Move theta from zero to the minimum; return the gradient's norm there and the number of Newton steps."""
    n, m = len(theta), len(r)
    x, weight = by_comparison[0, :m], by_comparison[1, :m]
    gradient, step, trial = by_entity[0, :n], by_entity[1, :n], by_entity[2, :n]
    diagonal, residual, search, image = by_entity[3, :n], by_entity[4, :n], by_entity[5, :n], by_entity[6, :n]
    theta[:], trial[:] = 0.0, 0.0
    norm, length, steps = math.inf, 0.0, 0
    while True:
        reached = _gradient(law, la, lb, a, b, r, precision, trial, x, weight, gradient)
        # The gradient's norm decreases along a Newton direction, so no objective needs evaluating.
        if reached <= (1.0 - 1e-4 * length) * norm:
            theta[:] = trial
            norm = reached
            if norm <= _GRADIENT or steps == _NEWTON_STEPS:
                return norm, steps
            tolerance = min(0.5, norm) * norm
            _direction(a, b, weight, precision, gradient, tolerance, step, diagonal, residual, search, image)
            length = 1.0
            steps += 1
        else:
            length *= 0.5
            if length < _LEAST_LENGTH:
                return norm, steps
        for i in range(n):
            trial[i] = theta[i] + length * step[i]


@part
def _gather(a: Indices, b: Indices, r: Floats, theta: Floats, start: Pointers, offset: Floats, pull: Floats) -> None:
    """List, entity after entity, its comparisons as seen from it: ``offset`` theta_i - theta_j and ``pull`` +-r.

    ``start`` (n + 1) delimits the lists.
    """
    n = len(theta)
    start[:] = 0
    for c in range(len(r)):
        start[a[c] + 1] += 1
        start[b[c] + 1] += 1
    for i in range(n):
        start[i + 1] += start[i]
    for c in range(len(r)):
        x = theta[a[c]] - theta[b[c]]
        offset[start[a[c]]], pull[start[a[c]]] = x, r[c]
        offset[start[b[c]]], pull[start[b[c]]] = -x, -r[c]
        start[a[c]] += 1
        start[b[c]] += 1
    for i in range(n, 0, -1):
        start[i] = start[i - 1]
    start[0] = 0


@part
def _start_roots(
    bounded: bool, side: float, start: Pointers, pull: Floats, reach: Floats, low: Floats, high: Floats, open_: Indices
) -> int:
    """List in ``open_`` the entities whose loss rises somewhere on this side; return their number.

    The slope of the loss tends to the sum of 1 + pull (a Gaussian's to infinity): at zero, it never rises.
    """
    count = 0
    for i in range(len(reach)):
        doubt = 0.0
        for t in range(start[i], start[i + 1]):
            doubt += 1.0 + side * pull[t]
        reach[i], low[i], high[i] = 0.0, 0.0, math.inf
        if bounded and doubt == 0.0:
            reach[i] = FARTHEST
        else:
            open_[count] = i
            count += 1
    return count


@part
def _place(side: float, start: Pointers, offset: Floats, reach: Floats, open_: Indices, count: int, x: Floats) -> int:
    """Write, list after list, the differences of the open entities when they move by their reach; return how many."""
    size = 0
    for o in range(count):
        i = open_[o]
        for t in range(start[i], start[i + 1]):
            x[size] = side * offset[t] + reach[i]
            size += 1
    return size


@part
def _toward_root(
    d: float, excess: float, slope: float, curvature: float, low: float, high: float
) -> tuple[float, bool]:
    """Return the next estimate of the root in [low, high], d being one end, and whether it is good enough.

    It is the root of the parabola through this point, a third-order step, else the middle of the bracket.
    """
    square = slope * slope - 2.0 * excess * curvature
    step = -2.0 * excess / (slope + math.sqrt(square)) if square > 0.0 else -excess / slope
    inside = low <= d + step <= high
    target = min(d + step if inside else 0.5 * (low + high), FARTHEST)
    small = inside and abs(step) <= _LAST_STEP * target
    return target, small or low >= min(_SAME * high, FARTHEST)


@part
def _reach(
    law: int, la: float, lb: float, k: float, side: float, start: Pointers, offset: Floats, pull: Floats,
    reach: Floats, by_entity: Floats, by_touch: Floats, open_: Indices,
) -> None:  # fmt: skip
    """Write how far each score may move to one side before the data's log-likelihood has lost k.

    For entity i the loss of a move d is ``f(d) = sum_c Phi(x_c + d) - Phi(x_c) + q_c d``, x and q its offsets and
    pulls times ``side``: convex, f(0) = 0, so f(d) = k has at most one root d > 0. All entities advance together,
    so that Phi is evaluated on whole arrays; each keeps a bracket and leaves when its last step was small.
    """
    x, linear, factor, first, second = by_touch[0], by_touch[1], by_touch[2], by_touch[3], by_touch[4]
    base, low, high = by_entity[0], by_entity[1], by_entity[2]
    remaining = _start_roots(law != GAUSSIAN, side, start, pull, reach, low, high, open_)
    for turn in range(_ROOT_STEPS):
        if remaining == 0:
            return
        size = _place(side, start, offset, reach, open_, remaining, x)
        cumulants(law, la, lb, x, size, linear, factor, first, second)
        kept, position = 0, 0
        for o in range(remaining):
            i = open_[o]
            d = reach[i]
            phi, product, slope, curvature = 0.0, 1.0, 0.0, 0.0
            for t in range(start[i], start[i + 1]):
                phi += linear[position] + side * pull[t] * d
                product *= factor[position]
                if product < 1e-200:
                    phi += math.log(product)
                    product = 1.0
                slope += first[position] + side * pull[t]
                curvature += second[position]
                position += 1
            phi += math.log(product)
            if turn == 0:
                base[i] = phi
            excess = phi - base[i] - k
            low[i], high[i] = (low[i], d) if excess > 0.0 else (d, high[i])
            reach[i], done = _toward_root(d, excess, slope, curvature, low[i], high[i])
            if not done:
                open_[kept] = i
                kept += 1
        remaining = kept


@kernel
def fit(
    first: int, last: int, comparisons: Pointers, rows: Pointers, a: Indices, b: Indices, r: Floats,
    law: int, la: float, lb: float, sigma: float, k: float,
    score: Floats, left: Floats, right: Floats, gradient: Floats, steps: Indices,
) -> None:  # fmt: skip
    """Fit the models of users [first, last): scores, uncertainties, gradient norms and numbers of Newton steps.

    ``comparisons`` and ``rows`` (U + 1) delimit each user's comparisons and scores; a, b are local indices.
    """
    n = m = 0
    for u in range(first, last):
        m = max(m, comparisons[u + 1] - comparisons[u])
        n = max(n, rows[u + 1] - rows[u])
    by_entity, by_touch = np.empty((7, n)), np.empty((7, 2 * m))
    start, open_ = np.empty(n + 1, np.int32), np.empty(n, np.int32)
    for u in range(first, last):
        c0, c1, e0, e1 = comparisons[u], comparisons[u + 1], rows[u], rows[u + 1]
        ua, ub, ur, theta = a[c0:c1], b[c0:c1], r[c0:c1], score[e0:e1]
        gradient[u], steps[u] = _optimum(law, la, lb, ua, ub, ur, 1.0 / sigma**2, theta, by_entity, by_touch)
        offset, pull = by_touch[5], by_touch[6]
        own = start[: e1 - e0 + 1]
        _gather(ua, ub, ur, theta, own, offset, pull)
        for side, reach in ((-1.0, left[e0:e1]), (1.0, right[e0:e1])):
            _reach(law, la, lb, k, side, own, offset, pull, reach, by_entity, by_touch, open_)


@kernel
def reach(
    first: int, last: int, comparisons: Pointers, rows: Pointers, a: Indices, b: Indices, r: Floats,
    law: int, la: float, lb: float, k: float, score: Floats, left: Floats, right: Floats,
) -> None:  # fmt: skip
    """Find the uncertainties of scores of users [first, last) that were found otherwise."""
    n = m = 0
    for u in range(first, last):
        m = max(m, comparisons[u + 1] - comparisons[u])
        n = max(n, rows[u + 1] - rows[u])
    by_entity, by_touch = np.empty((7, n)), np.empty((7, 2 * m))
    start, open_ = np.empty(n + 1, np.int32), np.empty(n, np.int32)
    for u in range(first, last):
        c0, c1, e0, e1 = comparisons[u], comparisons[u + 1], rows[u], rows[u + 1]
        offset, pull = by_touch[5], by_touch[6]
        own = start[: e1 - e0 + 1]
        _gather(a[c0:c1], b[c0:c1], r[c0:c1], score[e0:e1], own, offset, pull)
        for side, reached in ((-1.0, left[e0:e1]), (1.0, right[e0:e1])):
            _reach(law, la, lb, k, side, own, offset, pull, reached, by_entity, by_touch, open_)
