"""How sure a collective score is, to its left and to its right."""

import numpy as np

from solidago.config import Config
from solidago.dataset import Floats, Indices
from solidago.engine.threads import Threads
from solidago.kernels import uncertainty as kernels
from solidago.triples import Triples


def uncertainties(
    entities: Indices,
    collective: Floats,
    start: Indices,
    raters: Indices,
    scaled: Triples,
    rights: Floats,
    config: Config,
    threads: Threads,
) -> tuple[Floats, Floats]:
    """Return the uncertainties of collective scores, in scaled units.

    Parameters
    ----------
    entities : (R,) int32
    collective : (R,) float64
        Their scores, as `aggregate` finds them.
    start, raters : (E + 1,), (S,) int32
        Each entity's ratings: `Ratings.by_entity`.
    scaled : Triples of (S,)
    rights : (S,) float64
    config : Config
        Its ``aggregation_lipschitz`` and ``aggregation_quantile``.
    threads : Threads

    Returns
    -------
    left, right : (R,) float64 in [0, 1]

    Notes
    -----
    With L the resilience, P(y) the total pull ``sum_i c_i w_i psi_i(y - v_i)`` of an entity's raters on a value y
    (`qr_quantile`), x the score and N the noise ``sqrt(1 + sum_i (c_i w_i psi_i(x - v_i))^2)``, the right uncertainty
    is the d that solves

        d / L + P(x + d) = 1 / L + 1.645 N

    cut to [0, 1]; so x + d is what the score would be with the default ``x + 1 + 1.645 L N`` in place of 0. The left
    one is its mirror image. For given scalings and voting rights:

    - It is 1 without raters, never larger after one more rater whose scaled score is x, and of the order of 1 / W for
      W agreeing ones.
    - Raters who join with a total right W change it by at most ``(1 + 1.645 sqrt(2)) L W``, whatever they say.
    - An end less than 1 away is pulled back with a force of ``1.645 N + (1 - d) / L``. A truth beyond it would be an
      accident of 1.645 standard deviations, even if rights of ``(1 - d) / L`` pulled against it in bad faith.

    N is the sandwich estimate of the noise of P: P. J. Huber, "The behavior of maximum likelihood estimates under
    nonstandard conditions", 1967. Why this form, the proofs and the coverage measured: docs/decisions, number 3.
    """
    left, right = np.empty(len(entities)), np.empty(len(entities))
    threads.over(
        np.diff(start)[entities],
        lambda first, last: kernels.uncertainties(
            first, last, entities, start, raters, scaled.score, scaled.left, scaled.right, rights,
            config.aggregation_lipschitz, config.aggregation_quantile, collective, left, right,
        ),
    )  # fmt: skip
    return left, right
