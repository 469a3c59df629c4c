"""What a run gives back: frozen columns, indices pointing into the dataset's users and entities."""

from collections.abc import Mapping
from dataclasses import dataclass

from solidago.dataset import Flags, Floats, Indices
from solidago.preference.skewness import StrategicGain


@dataclass(frozen=True, slots=True, eq=False)
class IndividualScores:
    """One row a (user, entity), sorted by (user, entity).

    Attributes
    ----------
    user, entity : (S,) int32
    raw_score, raw_left, raw_right : (S,) float64
        The contributor's own model, before any scaling, with uncertainties >= 0 to the left and right.
    scaled_score, scaled_left, scaled_right : (S,) float64
        After scaling, standardisation and shift: what is aggregated.
    score, left, right : (S,) float64
        The scaled triple squashed into (-100, 100): what is published.
    voting_right : (S,) float64
    """

    user: Indices
    entity: Indices
    raw_score: Floats
    raw_left: Floats
    raw_right: Floats
    scaled_score: Floats
    scaled_left: Floats
    scaled_right: Floats
    score: Floats
    left: Floats
    right: Floats
    voting_right: Floats

    def __len__(self) -> int:
        return len(self.user)


@dataclass(frozen=True, slots=True, eq=False)
class CollectiveScores:
    """One row an entity with at least one rater, ascending.

    Attributes
    ----------
    entity : (R,) int32
    scaled_score : (R,) float64
        Robust quantile of the raters' scaled scores, before squash.
    polarisation : (R,) float64
        Robust deviation of the raters' scores around it, in scaled units.
    scaled_left, scaled_right : (R,) float64 in [0, 1]
        Uncertainty of ``scaled_score``: how far it may be from what many more such raters would give.
    score, left, right : (R,) float64
        The triple squashed into (-100, 100): what is published.
    contributors : (R,) int64
        Number of raters.
    voting_right : (R,) float64
        Total voting right of the raters.
    """

    entity: Indices
    scaled_score: Floats
    scaled_left: Floats
    scaled_right: Floats
    score: Floats
    left: Floats
    right: Floats
    polarisation: Floats
    contributors: Indices
    voting_right: Floats

    def __len__(self) -> int:
        return len(self.entity)


@dataclass(frozen=True, slots=True, eq=False)
class Scalings:
    """How each user's raw scores map to scaled ones, one row a user with scores, ascending.

    Everything is included (collaborative scaling, standardisation and shift), so that
    ``scaled_score = multiplier * raw_score + translation`` holds in the published result.

    Attributes
    ----------
    user : (V,) int32
    multiplier, translation, multiplier_uncertainty, translation_uncertainty : (V,) float64
    is_scaler : (V,) bool
    """

    user: Indices
    multiplier: Floats
    translation: Floats
    multiplier_uncertainty: Floats
    translation_uncertainty: Floats
    is_scaler: Flags

    def __len__(self) -> int:
        return len(self.user)


@dataclass(frozen=True, slots=True)
class FitCertificate:
    """Proof that every preference model is at its unique optimum.

    Attributes
    ----------
    users : int
        Models fitted.
    max_gradient : float
        Largest Euclidean norm of a gradient, at most 1e-9.
    max_error : float
        Bound ``sigma^2 * max_gradient`` on the distance of any model to its optimum.
    newton_steps : int
        Most Newton steps that a model took.
    unbounded : int
        Sides of scores on which the likelihood sets no limit (uncertainty 1000).
    """

    users: int
    max_gradient: float
    max_error: float
    newton_steps: int
    unbounded: int


@dataclass(frozen=True, slots=True, eq=False)
class CriterionResult:
    """Scores of one criterion. ``deviation`` and ``shift`` are the poll-wide scale and zero that were applied.

    ``strategic_gain`` says, with the method ``licchavi``, what lying can be worth.
    """

    individual: IndividualScores
    collective: CollectiveScores
    scalings: Scalings
    deviation: float
    shift: float
    certificate: FitCertificate
    strategic_gain: StrategicGain | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """Outcome of a run.

    Attributes
    ----------
    criteria : mapping criterion -> CriterionResult
    trust : (U,) float64
        Trust of every user of the dataset, in [0, 1].
    seconds : mapping step -> float
        Wall time by step; the only part of a result that is not a function of dataset and configuration.
    """

    criteria: Mapping[str, CriterionResult]
    trust: Floats
    seconds: Mapping[str, float]
