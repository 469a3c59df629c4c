"""Robust primitives: roots of their defining equations, found by bracketing."""

import math

from scipy.optimize import brentq


def qr_quantile(lipschitz, q, default, voters):
    """``voters`` are (value, weight, left, right)."""

    def force(x):
        total = (x - default) / lipschitz
        for v, w, left, right in voters:
            if v == x:
                continue
            eta = left if v > x else right
            c = min(1, q / (1 - q)) if v > x else min(1, (1 - q) / q)
            total += c * w * (x - v) / math.hypot(eta, x - v)
        return total

    reach = lipschitz * sum(w for _, w, _, _ in voters) + 1
    return brentq(force, default - reach, default + reach, xtol=1e-12, rtol=1e-14, maxiter=500)


def qr_median(lipschitz, default, voters):
    return qr_quantile(lipschitz, 0.5, default, voters)


def qr_deviation(lipschitz, q, default, voters, center=None):
    m = qr_median(lipschitz, 0.0, voters) if center is None else center
    distances = []
    for v, w, left, right in voters:
        z = v - m
        distances.append((abs(z), w, min(abs(z), left if z > 0 else right), right if z > 0 else left))
    return max(0.0, qr_quantile(lipschitz, q, default, distances))


def lipschitz_mean(lipschitz, default, voters):
    total = sum(w for _, w, _, _ in voters)
    if total == 0:
        return default
    center, radius = qr_median(lipschitz / 4, default, voters), total * lipschitz / 4
    return sum(w * min(max(v, center - radius), center + radius) for v, w, _, _ in voters) / total
