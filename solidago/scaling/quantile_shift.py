"""One zero for a poll: a low quantile of all scaled scores moves to a target.

With quantile 0.1, target 0.2 and resilience 0.1, an entity that only two full voters push reaches at most 0.2, which
is 19.6 after squash: below 20, the threshold of a recommendation.
"""

from solidago.config import Config
from solidago.dataset import Floats
from solidago.kernels import robust as kernels
from solidago.triples import Triples


def shift(standardised: Triples, weights: Floats, config: Config) -> float:
    """Return what to add to all scores: ``shift_target - QrQuantile(L, q, d = 0)``.

    Parameters
    ----------
    standardised : Triples of (S,)
    weights : (S,) float64, see `solidago.scaling.pooled`
    config : Config
        Its ``shift_lipschitz``, ``shift_quantile`` and ``shift_target``.

    Returns
    -------
    float
        In standardised units.
    """
    low = kernels.one_quantile(
        standardised.score,
        weights,
        standardised.left,
        standardised.right,
        config.shift_lipschitz,
        0.0,
        config.shift_quantile,
    )
    return config.shift_target - low
