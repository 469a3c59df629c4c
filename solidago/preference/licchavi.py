r"""Licchavi: personal models and a common one, learned together, each contributor pulling with a bounded force.

.. math:: \min_{\rho, \theta} \sum_n l_n(\theta_n) + \lambda \sum_n w_n |\rho - \theta_n|_2
    + \frac{\lambda_0}{2} |\rho|_2^2,

with l_n the GBT loss of contributor n. The norm is not squared: whatever they report, nobody pulls the common model rho
with more than ``lambda w_n``, so that nobody moves it by more than ``2 lambda w_n / lambda_0``.

References
----------
S. Farhadkhani, R. Guerraoui, L.-N. Hoang, O. Villemaud, "An equivalence between data poisoning and Byzantine gradient
attacks", ICML 2022.
L.-N. Hoang and others, "Strategyproof learning: building trustworthy user-generated datasets", 2021 (arXiv:2106.02398).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.linalg import LinearOperator, eigsh

from solidago.errors import InvalidInput, NotConverged
from solidago.preference.conjugate_gradients import OneBlock, conjugate_gradients, dot
from solidago.preference.profiles import Anchored, GbtProfiles, Profile
from solidago.preference.skewness import StrategicGain
from solidago.root_laws import RootLaw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from solidago.dataset import Flags, Floats, Indices, Judgments
    from solidago.preference.profiles import Profiles

MAX_RESIDUAL = 1e-9
_NEWTON_STEPS = 200
_HALVINGS = 60
_DENSE = 32
"""Up to so many entities the Hessian is written out; beyond, its largest eigenvalue is found by Lanczos."""


@dataclass(frozen=True, slots=True)
class Coupling:
    """How contributors and the common model hold to each other.

    Attributes
    ----------
    force : float
        lambda > 0: the pull of a contributor of weight 1, in units of one extreme judgment.
    inertia : float
        lambda_0 > 0: what holds the common model at zero. ``2 force / inertia`` is the most that one contributor
        of weight 1 can move it, in the Euclidean norm.
    sigma : float
        Standard deviation of the prior on each personal score.
    root_law : str
    everywhere : bool
        Whether that prior also holds for entities that a contributor never compared. If so, every contributor draws
        every entity toward zero: right where most judge most entities. If not, they follow the common model there
        (theta_n = rho), and say nothing about it: right where each judges a few of many.
    """

    force: float = 1.0
    inertia: float = 1.0
    sigma: float = 7.0
    root_law: str = "uniform"
    everywhere: bool = True

    def __post_init__(self) -> None:
        for name in ("force", "inertia", "sigma"):
            if not 0.0 < getattr(self, name) < np.inf:
                raise InvalidInput(f"{name} must be a positive number.")
        RootLaw.named(self.root_law)

    def influence(self, weight: float) -> float:
        """Return the most that one contributor moves the common model, by anything they may report."""
        return 2.0 * self.force * weight / self.inertia

    def joining_influence(self, weight: float) -> float:
        """Return the most that a contributor moves the common model by taking part or not."""
        return self.force * weight / self.inertia


@dataclass(frozen=True, slots=True, eq=False)
class LicchaviFit:
    """The unique optimum, with its certificate.

    Attributes
    ----------
    collective : (A,) float64
        rho.
    contributor, entity : (M,) int32
        Every entity that a contributor compared, sorted by contributor, then entity.
    personal : (M,) float64
        Their score for it.
    likeness : (N,) float64 in (0, 1]
        Their score for an entity that they did not compare is this times the collective one.
    pull : (M,) float64
        On the same rows: the force p_n with which each contributor pulls the common model.
    agrees : (N,) bool
        Whether theta_n = rho.
    residual : float
        Euclidean norm of a subgradient of the whole objective at (rho, theta), at most 1e-9.
    error_bound : float
        ``residual / min(lambda_0, 1 / sigma^2)``: no coordinate of (rho, theta) is further from the optimum.
    newton_steps : int
    gain : StrategicGain or None
        As `strategic_gain` finds it, if asked for.
    """

    collective: Floats
    contributor: Indices
    entity: Indices
    personal: Floats
    likeness: Floats
    pull: Floats
    agrees: Flags
    residual: float
    error_bound: float
    newton_steps: int
    gain: StrategicGain | None = None

    def personal_scores(self, contributor: int) -> Floats:
        """Return theta_n, one score for every entity.

        Raises
        ------
        InvalidInput
            There is no contributor of that number.
        """
        if not 0 <= contributor < len(self.likeness):
            raise InvalidInput(f"Contributors are numbered from 0 to {len(self.likeness) - 1}.")
        scores: Floats = self.likeness[contributor] * self.collective
        first, last = np.searchsorted(self.contributor, [contributor, contributor + 1])
        scores[self.entity[first:last]] = self.personal[first:last]
        return scores


def fit(
    judgments: Judgments,
    n_entities: int,
    weights: ArrayLike,
    coupling: Coupling | None = None,
    reports: ArrayLike | None = None,
    report_weights: ArrayLike | None = None,
    start: ArrayLike | None = None,
    *,
    with_gain: bool = False,
) -> LicchaviFit:
    """Learn the personal models and the common one.

    Parameters
    ----------
    judgments : Judgments
        Of one criterion, validated as those of a `Dataset`; ``user`` counts contributors from 0.
    n_entities : int
    weights : (N,) array_like of float
        w_n > 0, for instance voting rights.
    coupling : Coupling, optional
    reports : (R, A) array_like of float, optional
        Further participants who report a vector of scores instead of judgments, at unit stiffness.
    report_weights : (R,) array_like of float, optional
        Their weights; 1 by default.
    start : (A,) array_like of float, optional
        Where to look for the common model first; the optimum is the same, to the error bound.
    with_gain : bool
        Whether to tell the strategic gain as well.

    Returns
    -------
    LicchaviFit
        The unique optimum, with its certificate.

    Raises
    ------
    InvalidInput
        A weight is not a positive number, there are fewer than contributors, or reports are not (R, A) numbers.
    NotConverged
        The optimum cannot be certified.

    Notes
    -----
    Semismooth Newton on rho, over the profiles of `solidago.preference.profiles`. The objective is strongly convex, by
    ``lambda_0`` in rho and ``1 / sigma^2`` in every theta_n, which turns the residual into a bound on the error.
    """
    coupling = coupling or Coupling()
    people = _people(judgments, n_entities, weights, coupling)
    groups: list[Profiles] = [people]
    if reports is not None:
        groups.append(_anchored(reports, report_weights, n_entities, coupling.force))
    optimum, steps = minimise(groups, coupling.inertia, n_entities, start)
    scores, likeness = people.personal(optimum.rho)
    bound = optimum.residual / min(coupling.inertia, 1.0 / coupling.sigma**2)
    return LicchaviFit(
        optimum.rho, people.owner.astype(np.int32), people.entity.astype(np.int32), scores, likeness,
        people.pull, people.gamma == 0.0, optimum.residual, bound, steps, _gain(optimum) if with_gain else None,
    )  # fmt: skip


def personal_models(
    judgments: Judgments, collective: ArrayLike, weights: ArrayLike, coupling: Coupling | None = None
) -> Floats:
    """Return what contributors think of the entities they compared, beside a common model that stays as it is.

    Parameters
    ----------
    judgments, weights, coupling
        As for `fit`.
    collective : (A,) array_like of float

    Returns
    -------
    (M,) float64
        In the order of `LicchaviFit.personal`.

    Raises
    ------
    InvalidInput, NotConverged
        As `fit`.
    """
    common = np.asarray(collective, dtype=np.float64)
    people = _people(judgments, len(common), weights, coupling or Coupling())
    people.at(common)
    return people.personal(common)[0]


def strategic_gain(
    judgments: Judgments, n_entities: int, weights: ArrayLike, coupling: Coupling | None = None
) -> StrategicGain:
    """Return how much a strategic contributor to this poll could gain, as `solidago.preference.skewness` explains.

    The Hessian is that of the whole objective as a function of the common model, all personal models refitted. Beyond
    32 entities it is not written out, and the gain returned is an upper bound.

    Parameters
    ----------
    judgments, n_entities, weights, coupling
        As for `fit`.

    Returns
    -------
    StrategicGain

    Raises
    ------
    InvalidInput, NotConverged
        As `fit`.
    """
    coupling = coupling or Coupling()
    optimum, _ = minimise([_people(judgments, n_entities, weights, coupling)], coupling.inertia, n_entities)
    return _gain(optimum)


def _gain(optimum: Point) -> StrategicGain:
    """Return the gain at an optimum, exactly for few entities; for many the largest that it can be.

    There the steepest direction is found by Lanczos, and no direction is flatter than the inertia.
    """
    n_entities = len(optimum.rho)
    if not n_entities:
        return StrategicGain.of(optimum.inertia, optimum.inertia)
    if n_entities <= _DENSE:
        spectrum = np.linalg.eigvalsh([optimum.curve(axis) for axis in np.eye(n_entities)])
        return StrategicGain.of(float(spectrum[0]), float(spectrum[-1]))
    hessian = LinearOperator((n_entities, n_entities), matvec=optimum.curve, dtype=np.float64)
    start = np.random.default_rng(0).standard_normal(n_entities)  # a fixed one: the same poll gets the same answer
    steepest = eigsh(hessian, k=1, which="LA", v0=start, ncv=min(10, n_entities), tol=1e-2, return_eigenvectors=False)
    return StrategicGain.of(optimum.inertia, float(steepest[0]))


def _people(judgments: Judgments, n_entities: int, weights: ArrayLike, coupling: Coupling) -> GbtProfiles:
    strengths = _weights(weights, int(judgments.user.max(initial=-1)) + 1)
    law = RootLaw.named(coupling.root_law)
    return GbtProfiles(
        judgments, coupling.force * strengths, n_entities, coupling.sigma, law, everywhere=coupling.everywhere
    )


def _weights(given: ArrayLike, at_least: int) -> Floats:
    weights = np.asarray(given, dtype=np.float64)
    if weights.ndim != 1 or len(weights) < at_least:
        raise InvalidInput("There must be one weight per contributor.")
    if not (np.isfinite(weights) & (weights > 0.0)).all():
        raise InvalidInput("Weights must be positive numbers: leave out who has none.")
    return weights


def _anchored(reports: ArrayLike, weights: ArrayLike | None, n_entities: int, force: float) -> Anchored:
    vectors = np.asarray(reports, dtype=np.float64)
    if vectors.ndim != 2 or vectors.shape[1] != n_entities or not np.isfinite(vectors).all():
        raise InvalidInput(f"Reports must be rows of {n_entities} finite numbers.")
    strengths = _weights(np.ones(len(vectors)) if weights is None else weights, len(vectors))
    if len(strengths) != len(vectors):
        raise InvalidInput("There must be one weight per report.")
    return Anchored(vectors, force * strengths)


def minimise(
    groups: Sequence[Profiles], inertia: float, n_entities: int, start: ArrayLike | None = None
) -> tuple[Point, int]:
    """Minimise ``sum of profiles + inertia/2 |rho|^2`` by a semismooth Newton method.

    Parameters
    ----------
    groups : sequence of Profiles
    inertia : float > 0
    n_entities : int
    start : (n_entities,) array_like of float, optional
        Zero by default.

    Returns
    -------
    optimum : Point
        Its residual is at most 1e-9.
    steps : int

    Raises
    ------
    NotConverged
    """
    point = Point(groups, inertia, np.zeros(n_entities) if start is None else np.array(start, np.float64))
    for steps in range(_NEWTON_STEPS):
        if point.residual <= MAX_RESIDUAL:
            return point, steps
        point = point.descend()
    raise NotConverged(f"The common model stopped at a gradient of norm {point.norm:.3g}.")


class Point:
    """Objective, gradient and Hessian at one rho.

    Attributes
    ----------
    rho : (A,) float64
    value : float
    gradient : (A,) float64
    norm : float
        Of the gradient.
    residual : float
        Norm of a subgradient in rho and all theta_n: the gradient's and the contributors' own residuals.
    """

    def __init__(self, groups: Sequence[Profiles], inertia: float, rho: Floats) -> None:
        self.groups, self.inertia, self.rho = groups, inertia, rho
        self.profiles: list[Profile] = [group.at(rho) for group in groups]
        self.value = sum(profile.value for profile in self.profiles) + 0.5 * inertia * dot(rho, rho)
        self.gradient = sum((profile.gradient for profile in self.profiles), inertia * rho)
        self.norm = math.sqrt(dot(self.gradient, self.gradient))
        self.residual = math.hypot(self.norm, *(profile.residual for profile in self.profiles))

    def curve(self, v: Floats) -> Floats:
        """Return the product of a generalised Hessian with v."""
        return sum((profile.curve(v) for profile in self.profiles), self.inertia * v)

    def descend(self) -> Point:
        """Go along Newton's direction to a point that is lower, or whose gradient is half as long."""
        tolerance = np.array([min(0.1, np.sqrt(self.norm)) * self.norm])
        unit = np.ones_like(self.rho)
        step, _ = conjugate_gradients(self.curve, unit, -self.gradient, tolerance, OneBlock())
        slope = dot(self.gradient, step)
        for _ in range(_HALVINGS):
            moved = Point(self.groups, self.inertia, self.rho + step)
            if moved.value <= self.value + 1e-4 * slope or moved.norm <= 0.5 * self.norm:
                return moved
            step, slope = 0.5 * step, 0.5 * slope
        raise NotConverged(f"The common model stopped at a gradient of norm {self.norm:.3g}: no step lowers it.")
