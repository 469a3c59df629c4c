"""What could be known of a synthetic poll's truth: a Bayesian estimate that knows how the poll was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from solidago.generative.people import CONSENSUS
from solidago.preference.comparisons import Comparisons
from solidago.preference.linear_gbt import fit, prior_from_embedding
from solidago.root_laws import RootLaw

if TYPE_CHECKING:
    from solidago.dataset import Floats
    from solidago.generative import Recipe, SyntheticPoll


def best_estimate(poll: SyntheticPoll, recipe: Recipe, criterion: str) -> Floats:
    """Return the quality of every entity, estimated from the judgments of honest contributors alone.

    It is told what no method on a platform can know: who is honest, how much tastes differ, how contributors use the
    slider, how qualities are distributed.

    Notes
    -----
    In dimension d a contributor prefers e by ``<taste, e> / d = 3 q_e / d + deviation``, where q is normal of variance
    1, and the deviation, which is taken as independent between ratings, of variance 1 / d. All ratings of all
    contributors are then one linear GBT model whose features are one deviation each and the shared qualities; its
    optimum is the mode of the posterior of both.
    """
    judgments, n_entities = poll.dataset.judgments[criterion], len(poll.dataset.entities)
    honest = ~poll.hostile[judgments.user]
    user = judgments.user[honest].astype(np.int64) * n_entities
    rated, place = np.unique(
        np.concatenate([user + judgments.left[honest], user + judgments.right[honest]]), return_inverse=True
    )
    left, right = place.reshape(2, -1)
    quality = sparse.csr_array(
        (np.full(len(rated), CONSENSUS / recipe.dimension), (np.arange(len(rated)), rated % n_entities)),
        shape=(len(rated), n_entities),
    )
    deviation = sparse.eye_array(len(rated), format="csr") * recipe.dimension**-0.5
    features = sparse.csr_array(sparse.hstack([deviation, quality]))
    comparisons = Comparisons.of(left, right, judgments.value[honest], len(rated))
    found = fit(comparisons, prior_from_embedding(features, 1.0), RootLaw.named(f"k-nary:{recipe.answers}"))
    estimate: Floats = found.beta[len(rated) :]
    return estimate
