"""One unit for a poll: the robust spread of all scaled scores becomes 1."""

from solidago.config import Config
from solidago.dataset import Floats
from solidago.kernels import robust as kernels
from solidago.triples import Triples


def spread(scaled: Triples, weights: Floats, config: Config) -> float:
    """Return QrDev(L, q, dev = 1) of the scores around their QrMed(L); 1 if that is 0.

    Parameters
    ----------
    scaled : Triples of (S,)
    weights : (S,) float64, see `solidago.scaling.pooled`
    config : Config
        Its ``standardise_lipschitz`` and ``standardise_quantile``.

    Returns
    -------
    float > 0
    """
    lipschitz = config.standardise_lipschitz
    center = kernels.one_quantile(scaled.score, weights, scaled.left, scaled.right, lipschitz, 0.0, 0.5)
    deviation = kernels.one_deviation(
        scaled.score, weights, scaled.left, scaled.right, lipschitz, center, 1.0, config.standardise_quantile
    )
    return deviation if deviation > 0.0 else 1.0
