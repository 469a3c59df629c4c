r"""What a contributor's own model costs as a function of the common one, in Licchavi.

The profile of contributor n is ``F_n(rho) = min_theta l_n(theta) + f_n |rho - theta|_2``, with l_n their loss and f_n
the force that they may exert. It is convex and differentiable, its gradient p never longer than f_n: where
``|grad l_n(rho)| <= f_n`` the contributor agrees with rho (theta = rho, p = grad l_n(rho)), elsewhere

.. math:: p = \nabla l_n(\theta), \quad \theta = \rho - \gamma p, \quad |p| = f_n

for one gamma > 0, found like the multiplier of a trust region: ``1/|p(gamma)|`` is increasing and almost linear.
All contributors are solved at once, in arrays over (contributor, entity they compared). The entities that they did not
compare need no such rows: there ``p = rho / (sigma^2 + gamma)`` if the prior holds for them too, else p = 0 and
theta = rho.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from solidago.errors import NotConverged
from solidago.preference.conjugate_gradients import conjugate_gradients, dot

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from solidago.dataset import Flags, Floats, Judgments
    from solidago.root_laws import RootLaw

_PRECISION = 1e-11
"""Error allowed in a contributor's p. The certificate over all of them adds these up."""
_LEAST_BLUR = 0.1 * _PRECISION
_BLUR = 1e-3
_RELATIVE = 1e-7
"""Relative error of a product with the Hessian: it only steers."""
_ROUNDS = 100
_HALVINGS = 40


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """A sum of profiles around one rho.

    Attributes
    ----------
    value : float
    gradient : (A,) float64
        Sum of the pulls p, those of the undecided rescaled to exactly f_n.
    curve : callable
        Product of a generalised Hessian with a vector.
    residual : float
        Euclidean norm of what is left of all contributors' own optimality conditions.
    """

    value: float
    gradient: Floats
    curve: Callable[[Floats], Floats]
    residual: float


class Profiles(Protocol):
    """A group of contributors."""

    def at(self, rho: Floats) -> Profile:
        """Return the sum of their profiles around rho."""


@dataclass(frozen=True, slots=True, eq=False)
class Anchored:
    """Contributors who hold to a vector: ``l_n(theta) = stiffness/2 |theta - v_n|^2``, of which the profile is Huber's.

    Attributes
    ----------
    vectors : (N, A) float64
    force : (N,) float64
    stiffness : float
        The larger, the closer to the geometric median, which has no derivative at its points.
    """

    vectors: Floats
    force: Floats
    stiffness: float = 1.0

    def at(self, rho: Floats) -> Profile:
        """Return the sum of their profiles around rho."""
        gap = rho - self.vectors
        distance = np.linalg.norm(gap, axis=1)
        near = self.stiffness * distance <= self.force
        pull = np.where(near, self.stiffness, self.force / np.maximum(distance, np.finfo(float).tiny))
        costs = np.where(
            near, 0.5 * self.stiffness * distance**2, self.force * (distance - 0.5 * self.force / self.stiffness)
        )
        direction = gap / np.maximum(distance, np.finfo(float).tiny)[:, None]
        across = np.where(near, 0.0, pull)

        def curve(v: Floats) -> Floats:
            curved: Floats = pull.sum() * v - (across * (direction @ v)) @ direction
            return curved

        return Profile(float(costs.sum()), pull @ gap, curve, 0.0)


class GbtProfiles:
    """Contributors with a GBT loss ``sum_c [Phi(x_c) + r_c x_c] + |theta|^2 / (2 sigma^2)``.

    The prior is on all entities, or, unless ``everywhere``, on those that each contributor compared.
    It remembers the last solution, from which the next one starts; that changes the time taken and nothing else.

    Attributes
    ----------
    owner, entity : (M,) int
        The (contributor, compared entity) rows.
    pull : (M,) float64
        p on these rows.
    gamma : (N,) float64
        Distance to rho per unit of pull; 0 for those who agree with rho.
    """

    def __init__(
        self,
        judgments: Judgments,
        force: Floats,
        n_entities: int,
        sigma: float,
        law: RootLaw,
        *,
        everywhere: bool = True,
    ) -> None:
        self.force, self.variance, self.law, self.value = force, sigma**2, law, judgments.value
        self.everywhere = everywhere
        user = judgments.user.astype(np.int64)
        keys = np.concatenate((user * n_entities + judgments.left, user * n_entities + judgments.right))
        rows, places = np.unique(keys, return_inverse=True)
        self.left, self.right = np.split(places, 2)
        self.owner, self.entity = np.divmod(rows, n_entities)
        self.n_entities = n_entities
        self.pull, self.gamma = np.zeros(len(rows)), np.zeros(len(force))
        self._present, self._first = np.unique(self.owner, return_index=True)

    def dot(self, a: Floats, b: Floats) -> Floats:
        """Return each contributor's inner product over their rows."""
        sums = np.zeros(len(self.force))
        if len(self._present):
            sums[self._present] = np.add.reduceat(a * b, self._first)
        return sums

    def spread(self, scalars: Floats) -> Floats:
        """Return each contributor's number at each of their rows."""
        return scalars[self.owner]

    def personal(self, rho: Floats) -> tuple[Floats, Floats]:
        """Return theta on the rows, and the factor of rho that is theta on all other entities."""
        return rho[self.entity] - self.spread(self.gamma) * self.pull, 1.0 - self.gamma * self.shrink()

    def shrink(self) -> Floats:
        """Return p / rho on the entities that each contributor did not compare."""
        return 1.0 / (self.variance + self.gamma) if self.everywhere else np.zeros_like(self.gamma)

    def at(self, rho: Floats) -> Profile:
        """Return the sum of their profiles around rho."""
        place = _Place(self, rho)
        agreeing = place.settle()
        return place.profile(agreeing)

    def scatter(self, rows: Floats) -> Floats:
        """Add rows up by entity."""
        return _added(self.entity, rows, self.n_entities)

    def differences(self, rows: Floats) -> Floats:
        """Return left minus right of each comparison."""
        return rows[self.left] - rows[self.right]

    def transposed(self, comparisons: Floats) -> Floats:
        """Return the adjoint of `differences`."""
        count = len(self.entity)
        return _added(self.left, comparisons, count) - _added(self.right, comparisons, count)


def _added(places: NDArray[np.intp], values: Floats, count: int) -> Floats:
    """Add values up by place."""
    return np.asarray(np.bincount(places, values, count), dtype=np.float64)


class _Place:
    """The contributors' problems around one rho."""

    def __init__(self, people: GbtProfiles, rho: Floats) -> None:
        self.people, self.rho, self.rows = people, rho, rho[people.entity]
        inside = people.dot(self.rows, self.rows)
        self.outside = np.maximum(dot(rho, rho) - inside, 0.0)  # |rho|^2 over the entities that each did not compare

    def length(self, pull: Floats) -> Floats:
        """Return |p| over all entities."""
        return np.sqrt(self.people.dot(pull, pull) + self.outside * self.people.shrink() ** 2)

    def slope(self, pull: Floats) -> Floats:
        """Return grad l at theta = rho - gamma p, and keep the Hessian's weights."""
        people = self.people
        theta = self.rows - people.spread(people.gamma) * pull
        self.cumulant, slope, self.weight = people.law.cumulants(people.differences(theta))
        self.theta = theta
        return theta / people.variance + people.transposed(slope + people.value)

    def hessian(self, v: Floats) -> Floats:
        """Return the product of the losses' Hessian with v."""
        return v / self.people.variance + self.people.transposed(self.weight * self.people.differences(v))

    def damped(self, target: Floats, tolerance: Floats) -> Floats:
        """Solve ``(I + gamma H) x = target``."""
        people = self.people
        gamma, count = people.spread(people.gamma), len(people.entity)
        degree = _added(people.left, self.weight, count) + _added(people.right, self.weight, count)
        diagonal = 1.0 + gamma * (1.0 / people.variance + degree)
        return conjugate_gradients(lambda v: v + gamma * self.hessian(v), diagonal, target, tolerance, people)[0]

    def settle(self) -> Flags:
        """Find gamma and p of all; return who agrees with rho."""
        people = self.people
        gamma, pull = people.gamma, people.pull
        people.gamma = np.zeros_like(gamma)
        at_rho = self.slope(np.zeros_like(pull))
        agreeing = self.length(at_rho) <= people.force
        people.gamma = np.where(agreeing, 0.0, gamma)
        people.pull = np.where(people.spread(people.gamma) > 0.0, pull, at_rho)
        self._find_gamma(agreeing)
        return agreeing

    def _find_gamma(self, agreeing: Flags) -> None:
        """Newton's method on 1/|p(gamma)| = 1/f, kept between what is known too small and too large."""
        people = self.people
        low, high = np.zeros_like(people.gamma), np.full_like(people.gamma, np.inf)
        blur = np.full_like(people.gamma, _BLUR)  # as exact as the length of p is still wrong, no more
        for _ in range(_ROUNDS):
            self._find_pull(blur)
            length = self.length(people.pull)
            excess = np.where(agreeing, 0.0, length - people.force)
            if (np.abs(excess) <= _PRECISION).all() and (blur <= _LEAST_BLUR).all():
                return
            low = np.where(excess > 2.0 * blur, people.gamma, low)
            high = np.where(excess < -2.0 * blur, people.gamma, high)
            blur = np.clip(0.01 * np.abs(excess), _LEAST_BLUR, blur)
            change, along = self._sensitivity(people.pull, 1e-3)
            step = length**2 * excess / (people.force * np.maximum(along, np.finfo(float).tiny))
            newton = people.gamma + np.where(np.abs(excess) <= _PRECISION, 0.0, step)
            middle = np.where(np.isfinite(high), 0.5 * (low + high), 4.0 * low + 1e-3)
            gamma = np.where(agreeing | ((newton >= low) & (newton <= high)), newton, middle)
            people.pull = people.pull - people.spread(gamma - people.gamma) * change
            people.gamma = gamma
        raise NotConverged("The distance of a contributor to the common model was not found.")

    def _sensitivity(self, pull: Floats, relative: float) -> tuple[Floats, Floats]:
        """Return ``K p = (I + gamma H)^-1 H p`` = -dp/dgamma on the rows, and p' K p over all entities."""
        people = self.people
        target = self.hessian(pull)
        change = self.damped(target, relative * np.sqrt(people.dot(target, target)))
        return change, people.dot(pull, change) + self.outside * self.people.shrink() ** 3

    def _find_pull(self, blur: Floats) -> None:
        """Newton's method on p = grad l(rho - gamma p); each contributor halves their steps until their error falls."""
        people = self.people
        error = people.pull - self.slope(people.pull)
        size = np.sqrt(people.dot(error, error))
        for _ in range(_ROUNDS):
            if (size <= blur).all():
                return
            step = self.damped(
                -error, np.where(size <= blur, size, np.maximum(np.minimum(0.1, size) * size, 0.5 * blur))
            )
            error, size = self._advance(step, size, size > blur)
        raise NotConverged("The pull of a contributor on the common model was not found.")

    def _advance(self, step: Floats, before: Floats, moving: Flags) -> tuple[Floats, Floats]:
        people = self.people
        scale = np.where(moving, 1.0, 0.0)
        for _ in range(_HALVINGS):
            pull = people.pull + people.spread(scale) * step
            error = pull - self.slope(pull)
            size = np.sqrt(people.dot(error, error))
            worse = (size >= before) & (scale > 0.0)
            if not worse.any():
                break
            scale = np.where(worse, 0.5 * scale, scale)
        people.pull = pull
        return error, size

    def profile(self, agreeing: Flags) -> Profile:
        """Return the sum of the profiles, once settled."""
        people, shrink = self.people, self.people.shrink()
        error = people.pull - self.slope(people.pull)
        length = self.length(people.pull)
        # Where p must have length f it gets it exactly; what that changes counts as an error.
        rescale = np.where(agreeing, 1.0, people.force / np.where(agreeing, 1.0, length))
        off = shrink * rescale
        gradient = off.sum() * self.rho + people.scatter(
            people.spread(rescale) * people.pull - people.spread(off) * self.rows
        )
        residual = people.dot(error, error) + ((1.0 - rescale) * length) ** 2
        value = self._losses() + dot(people.force, people.gamma * length)
        return Profile(float(value), gradient, self._curve(agreeing, shrink), float(np.sqrt(residual.sum())))

    def _losses(self) -> float:
        people = self.people
        fit = float((self.cumulant + people.value * people.differences(self.theta)).sum())
        prior = people.dot(self.theta, self.theta) + self.outside * (people.variance * self.people.shrink()) ** 2
        return fit + float(prior.sum()) / (2.0 * people.variance)

    def _curve(self, agreeing: Flags, shrink: Floats) -> Callable[[Floats], Floats]:
        """Differentiate ``p = grad l(rho - gamma p)``, ``|p| = f``: dp = K drho - K p dgamma, p' dp = 0."""
        people = self.people
        change, along = self._sensitivity(people.pull, _RELATIVE)

        def curve(v: Floats) -> Floats:
            rows = v[people.entity]
            target = self.hessian(rows)
            moved = self.damped(target, _RELATIVE * np.sqrt(people.dot(target, target)))
            outside = shrink**2 * (dot(self.rho, v) - people.dot(self.rows, rows))
            with np.errstate(invalid="ignore", divide="ignore"):
                turn = np.where(agreeing, 0.0, (people.dot(people.pull, moved) + outside) / along)
            back = turn * shrink**2
            on_rows = (
                moved - people.spread(turn) * change - people.spread(shrink) * rows + people.spread(back) * self.rows
            )
            curved: Floats = shrink.sum() * v - back.sum() * self.rho + people.scatter(on_rows)
            return curved

        return curve
