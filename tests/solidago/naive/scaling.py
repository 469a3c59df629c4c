"""Mehestan, standardisation and shift by plain loops. ``scores[u][e]`` is (score, left, right)."""

import math
from itertools import combinations

from tests.solidago.naive.robust import lipschitz_mean, qr_deviation, qr_median, qr_quantile

L = 0.1


def scalers(scores, trust, privacy, n_scalers, min_activity):
    activity = {}
    for u, own in scores.items():
        clear = [privacy[u, e] for e, (s, l, r) in own.items() if s > l or s < -r]  # noqa: E741
        activity[u] = trust[u] * sum(clear)
    active = [u for u in scores if activity[u] >= min_activity and activity[u] > 0]
    return sorted(sorted(active, key=lambda u: (-activity[u], u))[:n_scalers])


def difference(own, e, f):
    if own[e][0] < own[f][0]:
        e, f = f, e
    return own[e][0] - own[f][0], own[e][1] + own[f][2], own[e][2] + own[f][1]


def ratio(scores, u, v, m_v, dm_v, privacy):
    voters = []
    for e, f in combinations(sorted(scores[u].keys() & scores[v].keys()), 2):
        du, lu, ru = difference(scores[u], e, f)
        dv, lv, rv = difference(scores[v], e, f)
        if not (du > 0 and dv > 0 and du >= 2 * lu and dv >= 2 * lv):
            continue
        rho = dv / du
        left, right = rho - (dv - lv) / (du + ru), (dv + rv) / (du - lu) - rho
        weight = math.sqrt(privacy[u, e] * privacy[u, f] * privacy[v, e] * privacy[v, f])
        voters.append((m_v * rho, weight, m_v * left + dm_v * rho, m_v * right + dm_v * rho))
    if not voters:
        return None
    return qr_median(10, 1.0, voters), qr_deviation(10, 0.5, 1.0, voters)


def multiplier(scores, u, chosen, seen, trust, privacy):
    voters = []
    for v in chosen:
        if v == u:
            voters.append((1.0, trust[v], 0.0, 0.0))
            continue
        found = ratio(scores, u, v, *seen[v][:2], privacy)
        if found is not None:
            voters.append((found[0], trust[v], found[1], found[1]))
    weight = sum(privacy[u, e] for e in scores[u])
    norm = (sum(privacy[u, e] * s**4 for e, (s, _, _) in scores[u].items()) / weight) ** 0.25
    resilience = L / (8 * (1e-9 + norm))
    m = qr_median(resilience, 1.0, voters)
    return m, qr_deviation(resilience, 0.5, 0.8, voters, center=m)


def translation(scores, u, m_u, dm_u, chosen, seen, trust, privacy):
    votes = []
    for v in chosen:
        if v == u:
            votes.append((0.0, trust[v], 0.0, 0.0))
            continue
        m_v, dm_v, tau_v, dtau_v = seen[v]
        gaps = []
        for e in sorted(scores[u].keys() & scores[v].keys()):
            (su, lu, ru), (sv, lv, rv) = scores[u][e], scores[v][e]
            common = dm_u * abs(su) + dm_v * abs(sv)
            weight = math.sqrt(privacy[u, e] * privacy[v, e])
            gaps.append(
                (m_v * sv + tau_v - m_u * su, weight, m_v * lv + m_u * ru + common, m_v * rv + m_u * lu + common)
            )
        if gaps:
            around = qr_deviation(10, 0.5, 1.0, gaps) + dtau_v
            votes.append((qr_median(10, 0.0, gaps), trust[v], around, around))
    return lipschitz_mean(L / 8, 0.0, votes), qr_deviation(L / 8, 0.5, 1.0, votes)


def mehestan(scores, trust, privacy, n_scalers=100, min_activity=10):
    """(m, dm, tau, dtau) of every user, and who are the scalers."""
    chosen = scalers(scores, trust, privacy, n_scalers, min_activity)
    if not chosen:
        return dict.fromkeys(scores, (1.0, 0.0, 0.0, 0.0)), chosen
    raw = dict.fromkeys(chosen, (1.0, 0.0, 0.0, 0.0))
    m = {u: multiplier(scores, u, chosen, raw, trust, privacy) for u in chosen}
    half = {u: (*m[u], 0.0, 0.0) for u in chosen}
    tau = {u: translation(scores, u, *m[u], chosen, half, trust, privacy) for u in chosen}
    seen = {u: (*m[u], *tau[u]) for u in chosen}
    outcome = dict(seen)
    for u in scores:
        if u not in seen:
            own = multiplier(scores, u, chosen, seen, trust, privacy)
            outcome[u] = (*own, *translation(scores, u, *own, chosen, seen, trust, privacy))
    return outcome, chosen


def apply(scaling, triple):
    (m, dm, tau, dtau), (s, left, right) = scaling, triple
    low, high = s - left, s + right
    return (
        m * s + tau,
        m * left + dtau + (low * min(dm, m) if low > 0 else -low * dm),
        m * right + dtau + (high * dm if high > 0 else -high * min(dm, m)),
    )


def common_unit(scaled, rights):
    """Standardise and shift {(u, e): triple}; return the triples, the deviation and the shift."""
    counts = {}
    for u, _ in scaled:
        counts[u] = counts.get(u, 0) + 1
    voters = [(s, rights[u, e] / counts[u], left, right) for (u, e), (s, left, right) in scaled.items()]
    deviation = qr_deviation(0.1, 0.9, 1.0, voters)
    unit = [(s / deviation, w, left / deviation, right / deviation) for s, w, left, right in voters]
    shift = 0.2 - qr_quantile(0.1, 0.1, 0.0, unit)
    moved = {key: (s + shift, left, right) for key, (s, _, left, right) in zip(scaled, unit, strict=True)}
    return moved, deviation, shift
