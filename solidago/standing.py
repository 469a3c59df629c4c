"""Standing: who is not trusted, and contradicts those who are, loses the benefit of the doubt.

A contributor's scores are compared with what trusted contributors, themselves left out, say of the same entities. The
question is only whether they point the other way as a whole: a newcomer nobody can compare keeps full standing, and
so does whoever cares about other things. Trust protects from the question, in proportion.

Our own; what else was tried, and what it costs minorities: docs/decisions, number 4.
"""

import numpy as np

from solidago.config import Config
from solidago.dataset import Floats
from solidago.ratings import Ratings
from solidago.triples import Triples

_PRIOR_TRUST = 0.5
"""Pulls what a few trusted contributors say of an entity toward nothing, as so much trust would that says 0."""
_PRIOR_NOISE = 0.05
"""Keeps one or two contradictions from being clear: the squares of some five typical ratings."""


def standing(ratings: Ratings, raw: Triples, trust: Floats, config: Config) -> Floats:
    """Return by how much each contributor's voting rights are multiplied.

    Parameters
    ----------
    ratings : Ratings of S ratings
    raw : Triples of (S,)
        Raw scores of the ratings.
    trust : (U,) float64 in [0, 1]
    config : Config
        Its ``contradiction_limit``; 0 leaves everybody at 1.

    Returns
    -------
    (U,) float64
        From the contributor's trust to 1.

    Notes
    -----
    With ``g = s / sqrt(1 + s^2)`` of raw scores s, what others who are trusted say of e is

        ref_ue = sum_{v != u} t_v g_ve / (1/2 + sum_{v != u} t_v),

    and with ``p_ue = g_ue ref_ue`` the contradiction of u is, in standard errors,

        z_u = -sum_e p_ue / sqrt(0.05 + sum_e p_ue^2).

    The standing is ``t_u + (1 - t_u) (limit - z_u)``, the last factor cut to [0, 1]: with the limit 2, nothing is lost
    up to one standard error, and all at two.

    - Whoever agrees (z <= 0), if the limit is 1 or more, has standing 1; whoever has trust 1 too.
    - Accounts without trust change nobody else's standing, however many they are.
    - Each account v moves ``ref_ue`` by at most ``2 t_v / (1/2 + t_v)``, whatever it says.
    """
    if config.contradiction_limit == 0.0:
        return np.ones(ratings.n_users)
    agreement = np.clip(config.contradiction_limit - contradiction(ratings, raw, trust), 0.0, 1.0)
    found: Floats = trust + (1.0 - trust) * agreement
    return found


def contradiction(ratings: Ratings, raw: Triples, trust: Floats) -> Floats:
    """Return how clearly each contributor contradicts trusted ones, in standard errors: negative if they agree.

    Parameters
    ----------
    ratings : Ratings of S ratings
    raw : Triples of (S,)
    trust : (U,) float64 in [0, 1]

    Returns
    -------
    (U,) float64
    """
    opinion = raw.score / np.hypot(1.0, raw.score)
    agreed = opinion * _others(ratings, opinion, trust[ratings.user])
    total = np.bincount(ratings.user, agreed, ratings.n_users)
    noise = np.bincount(ratings.user, agreed**2, ratings.n_users)
    found: Floats = -total / np.sqrt(_PRIOR_NOISE + noise)
    return found


def _others(ratings: Ratings, opinion: Floats, trust: Floats) -> Floats:
    """Return for each rating what trusted contributors say of its entity, its own contributor left out."""
    said = np.bincount(ratings.entity, trust * opinion, ratings.n_entities)[ratings.entity] - trust * opinion
    weight = np.bincount(ratings.entity, trust, ratings.n_entities)[ratings.entity] - trust
    reference: Floats = said / (_PRIOR_TRUST + weight)
    return reference
