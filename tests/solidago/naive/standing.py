"""Standing by plain loops: ``scores[u][e]`` is a raw score."""

import math


def contradiction(scores, trust, u):
    """In standard errors: how clearly u says the contrary of what others, who are trusted, say."""
    total = squares = 0.0
    for e, own in scores[u].items():
        others = [v for v in scores if v != u and e in scores[v]]
        said = sum(trust[v] * opinion(scores[v][e]) for v in others)
        agreed = opinion(own) * said / (0.5 + sum(trust[v] for v in others))
        total, squares = total + agreed, squares + agreed**2
    return -total / math.sqrt(0.05 + squares)


def standing(scores, trust, limit):
    return {u: trust[u] + (1 - trust[u]) * min(1.0, max(0.0, limit - contradiction(scores, trust, u))) for u in scores}


def opinion(score):
    return score / math.sqrt(1 + score * score)
