"""What is published of a scaled score: the same order, squashed into (-100, 100)."""

import numpy as np

from solidago.dataset import Floats
from solidago.engine.threads import Threads
from solidago.kernels import rows as kernels
from solidago.triples import Triples


def squash(triples: Triples, threads: Threads) -> Triples:
    """Map each triple by ``phi(x) = 100 x / sqrt(1 + x^2)``, uncertainties through the ends of their interval.

    Parameters
    ----------
    triples : Triples
    threads : Threads

    Returns
    -------
    Triples
        ``(phi(s), phi(s) - phi(s - l), phi(s + r) - phi(s))``.
    """
    squashed = Triples.empty(len(triples))
    threads.over(
        np.ones(len(triples)),
        lambda first, last: kernels.squash(
            first, last, triples.score, triples.left, triples.right, squashed.score, squashed.left, squashed.right
        ),
    )
    return squashed


def squashed(scores: Floats) -> Floats:
    """Return scaled scores, or bounds on them, in published points: ``phi(x) = 100 x / sqrt(1 + x^2)``.

    Parameters
    ----------
    scores : array of float64

    Returns
    -------
    array of float64 in (-100, 100)
        Of the same shape.
    """
    points: Floats = 100.0 * scores / np.hypot(1.0, scores)
    return points
