"""Voting rights of one entity's raters."""

from scipy.optimize import brentq


def affine_overtrust(trust, privacy, bias=2.0, scale=0.1):
    allowed = bias + scale * sum(p * t for p, t in zip(privacy, trust, strict=True))

    def over(floor):
        return sum(p * max(floor - t, 0.0) for p, t in zip(privacy, trust, strict=True))

    floor = 1.0 if over(1.0) <= allowed else brentq(lambda w: over(w) - allowed, 0.0, 1.0, xtol=1e-15)
    return [p * max(t, floor) for p, t in zip(privacy, trust, strict=True)]
