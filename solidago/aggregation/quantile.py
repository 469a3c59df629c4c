"""Collective scores: per entity, a robust quantile of its raters' scaled scores by voting right.

References
----------
Y. Allouah, R. Guerraoui, L.-N. Hoang, O. Villemaud, "Robust sparse voting", AISTATS 2024.
"""

import numpy as np

from solidago.aggregation.uncertainty import uncertainties
from solidago.config import Config
from solidago.dataset import Floats
from solidago.engine.threads import Threads
from solidago.kernels import entities as kernels
from solidago.post_process import squash
from solidago.ratings import Ratings
from solidago.results import CollectiveScores
from solidago.triples import Triples


def aggregate(ratings: Ratings, scaled: Triples, rights: Floats, config: Config, threads: Threads) -> CollectiveScores:
    """Return the collective score of every entity with a rater.

    A coalition of total voting right W moves an unsquashed score by at most ``aggregation_lipschitz * W``.

    Parameters
    ----------
    ratings : Ratings of S ratings
    scaled : Triples of (S,)
    rights : (S,) float64
    config : Config
    threads : Threads

    Returns
    -------
    CollectiveScores
        Of R entities, ascending.

    Notes
    -----
    The polarisation is QrUnc(L, dev = 1) of the same raters: how far they lie apart. How sure the score is, on either
    side, is another question, which `uncertainties` answers.
    """
    start, raters = ratings.by_entity()
    counts = np.diff(start)
    entities = np.flatnonzero(counts).astype(np.int32)
    score, polarisation, total = np.empty(len(entities)), np.empty(len(entities)), np.empty(len(entities))
    threads.over(
        counts[entities],
        lambda first, last: kernels.aggregate(
            first, last, entities, start, raters, scaled.score, scaled.left, scaled.right, rights,
            config.aggregation_lipschitz, config.aggregation_quantile, score, polarisation, total,
        ),
    )  # fmt: skip
    left, right = uncertainties(entities, score, start, raters, scaled, rights, config, threads)
    published = squash(Triples(score, left, right), threads)
    return CollectiveScores(
        entity=entities,
        scaled_score=score,
        scaled_left=left,
        scaled_right=right,
        score=published.score,
        left=published.left,
        right=published.right,
        polarisation=polarisation,
        contributors=counts[entities],
        voting_right=total,
    )
