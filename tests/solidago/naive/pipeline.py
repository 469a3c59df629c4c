"""A whole run on one criterion with the default constants, from {user: [(left, right, value)]}."""

import math

import numpy as np

from tests.solidago.naive import gbt, rights, scaling
from tests.solidago.naive.robust import qr_deviation, qr_median


def raw_scores(judged):
    """{user: {entity: triple}}."""
    scores = {}
    for u, rows in judged.items():
        names = sorted({e for left, right, _ in rows for e in (left, right)})
        a, b = (np.array([names.index(row[side]) for row in rows]) for side in (0, 1))
        r = np.array([row[2] for row in rows], float)
        theta = gbt.scores(a, b, r, len(names))
        left, right = gbt.uncertainties(theta, a, b, r)
        scores[u] = {e: (theta[i], left[i], right[i]) for i, e in enumerate(names)}
    return scores


def voting_rights(scores, trust, privacy):
    found = {}
    for e in sorted({e for own in scores.values() for e in own}):
        raters = [u for u in scores if e in scores[u]]
        right = rights.affine_overtrust([trust[u] for u in raters], [privacy[u, e] for u in raters])
        found |= {(u, e): w for u, w in zip(raters, right, strict=True)}
    return found


def squash(triple):
    def phi(x):
        return 100 * x / math.sqrt(1 + x * x)

    s, left, right = triple
    return phi(s), phi(s) - phi(s - left), phi(s + right) - phi(s)


def run(judged, trust, private=(), min_activity=10):
    """Return ({(u, e): published triple}, {e: (score, polarisation)} unsquashed, scalings)."""
    scores = raw_scores(judged)
    privacy = {(u, e): 0.5 if (u, e) in private else 1.0 for u in scores for e in scores[u]}
    right = voting_rights(scores, trust, privacy)
    scalings, _ = scaling.mehestan(scores, trust, privacy, min_activity=min_activity)
    scaled = {(u, e): scaling.apply(scalings[u], scores[u][e]) for u in scores for e in scores[u]}
    scaled, _, _ = scaling.common_unit(scaled, right)
    collective = {}
    for e in sorted({e for _, e in scaled}):
        voters = [(s, right[u, f], left, r) for (u, f), (s, left, r) in scaled.items() if f == e]
        collective[e] = qr_median(0.1, 0.0, voters), qr_deviation(0.1, 0.5, 1.0, voters)
    return {key: squash(triple) for key, triple in scaled.items()}, collective, scalings
