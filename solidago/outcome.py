"""From what the steps found to the columns of a result."""

from solidago.dataset import Floats
from solidago.ratings import Ratings
from solidago.results import IndividualScores, Scalings
from solidago.scaling.scaling import UserScalings
from solidago.triples import Triples


def individual_scores(
    ratings: Ratings, raw: Triples, scaled: Triples, published: Triples, rights: Floats
) -> IndividualScores:
    """Return everybody's scores; all arguments in the order of the ratings.

    Parameters
    ----------
    ratings : Ratings of S ratings
    raw, scaled, published : Triples of (S,)
    rights : (S,) float64

    Returns
    -------
    IndividualScores of S rows
    """
    return IndividualScores(
        user=ratings.user,
        entity=ratings.entity,
        raw_score=raw.score,
        raw_left=raw.left,
        raw_right=raw.right,
        scaled_score=scaled.score,
        scaled_left=scaled.left,
        scaled_right=scaled.right,
        score=published.score,
        left=published.left,
        right=published.right,
        voting_right=rights,
    )


def scalings_of_active(ratings: Ratings, found: UserScalings) -> Scalings:
    """Return the maps of those who have a score."""
    users = ratings.active
    return Scalings(
        user=users,
        multiplier=found.multiplier[users],
        translation=found.translation[users],
        multiplier_uncertainty=found.multiplier_uncertainty[users],
        translation_uncertainty=found.translation_uncertainty[users],
        is_scaler=found.is_scaler[users],
    )
