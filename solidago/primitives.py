"""Robust one-dimensional statistics in which no voter can move the outcome by more than a stated amount.

Every voter has a value with uncertainties to its left and right, and a voting right w. The outcome of the quadratically
regularised median and quantiles moves by at most ``lipschitz * w`` when a voter appears, disappears or lies.

References
----------
Y. Allouah, R. Guerraoui, L.-N. Hoang, O. Villemaud, "Robust sparse voting", AISTATS 2024.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from solidago.dataset import Floats
from solidago.errors import InvalidInput
from solidago.kernels import robust as kernels


def qr_quantile(
    values: ArrayLike,
    *,
    lipschitz: float,
    quantile: float,
    rights: ArrayLike = 1.0,
    left: ArrayLike = 0.0,
    right: ArrayLike = 0.0,
    default: float = 0.0,
) -> float:
    """Return the quadratically regularised quantile QrQuantile.

    Parameters
    ----------
    values : (N,) array_like
    lipschitz : float > 0
        Resilience: the most that a unit of voting right may move the outcome.
    quantile : float in (0, 1)
    rights : (N,) array_like or float >= 0
        Voting rights.
    left, right : (N,) array_like or float >= 0
        Uncertainties of the values.
    default : float
        Outcome without voters.

    Returns
    -------
    float
        The x at which ``(x - default) / lipschitz + sum_i c_i w_i (x - v_i) / sqrt(eta_i^2 + (x - v_i)^2)`` changes
        sign, to 1e-10 relatively to 1 + abs(x); eta_i is the uncertainty on the side of x, c_i is
        ``min(1, q / (1 - q))`` for values above x and ``min(1, (1 - q) / q)`` for values below.

    Raises
    ------
    InvalidInput
        Lengths differ, something is not a finite number or out of its range.

    Examples
    --------
    >>> qr_quantile([1.0, 1.0, 1.0], lipschitz=0.1, quantile=0.5)
    0.3
    """
    voters = _voters(values, rights, left, right)
    _positive("lipschitz", lipschitz)
    _finite("default", default)
    _open_unit("quantile", quantile)
    return float(kernels.one_quantile(*voters, float(lipschitz), float(default), float(quantile)))


def qr_median(
    values: ArrayLike,
    *,
    lipschitz: float,
    rights: ArrayLike = 1.0,
    left: ArrayLike = 0.0,
    right: ArrayLike = 0.0,
    default: float = 0.0,
) -> float:
    """Return the quadratically regularised median QrMed, the `qr_quantile` of 1/2.

    It is ``lipschitz``-Lipschitz in every voting right and 1-Lipschitz in the values (largest change of any).

    Parameters
    ----------
    values, lipschitz, rights, left, right, default
        As in `qr_quantile`.

    Returns
    -------
    float

    Raises
    ------
    InvalidInput
        As `qr_quantile`.
    """
    return qr_quantile(
        values, lipschitz=lipschitz, quantile=0.5, rights=rights, left=left, right=right, default=default
    )


def qr_deviation(
    values: ArrayLike,
    *,
    lipschitz: float,
    quantile: float = 0.5,
    rights: ArrayLike = 1.0,
    left: ArrayLike = 0.0,
    right: ArrayLike = 0.0,
    default: float = 1.0,
    center: float | None = None,
) -> float:
    """Return the quadratically regularised deviation QrDev, for the quantile 1/2 also called QrUnc.

    Parameters
    ----------
    values, lipschitz, quantile, rights, left, right
        As in `qr_quantile`.
    default : float >= 0
        Outcome without voters.
    center : float, optional
        By default the `qr_median` of the values, with default 0.

    Returns
    -------
    float
        The `qr_quantile` of the distances ``abs(v - center)``, at least 0. A distance's left uncertainty is at most
        the distance; left and right change roles for values below the center.
    """
    voters = _voters(values, rights, left, right)
    _positive("lipschitz", lipschitz)
    _finite("default", default)
    _open_unit("quantile", quantile)
    if center is None:
        center = kernels.one_quantile(*voters, float(lipschitz), 0.0, 0.5)
    _finite("center", center)
    return float(kernels.one_deviation(*voters, float(lipschitz), float(center), float(default), float(quantile)))


def lipschitz_mean(
    values: ArrayLike,
    *,
    lipschitz: float,
    rights: ArrayLike = 1.0,
    left: ArrayLike = 0.0,
    right: ArrayLike = 0.0,
    default: float = 0.0,
) -> float:
    """Return the Lipschitz-resilient mean LrMean.

    Parameters
    ----------
    values, lipschitz, rights, left, right, default
        As in `qr_quantile`.

    Returns
    -------
    float
        With W the sum of rights and c the `qr_median` of resilience ``lipschitz / 4``: the mean of the values clipped
        to ``[c - W lipschitz / 4, c + W lipschitz / 4]``, weighted by rights. The plain weighted mean as soon as
        ``W >= 8 max(abs(values)) / lipschitz``; the default if W is 0.
    """
    voters = _voters(values, rights, left, right)
    _positive("lipschitz", lipschitz)
    _finite("default", default)
    return float(kernels.one_mean(*voters, float(lipschitz), float(default)))


def _voters(
    values: ArrayLike, rights: ArrayLike, left: ArrayLike, right: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return four fresh arrays of the same length, checked."""
    v = np.array(values, dtype=np.float64)
    if v.ndim != 1 or not np.isfinite(v).all():
        raise InvalidInput("values must be a list of finite numbers.")
    return v, _weights("rights", rights, len(v)), _weights("left", left, len(v)), _weights("right", right, len(v))


def _weights(name: str, given: ArrayLike, n: int) -> Floats:
    column = np.array(given, dtype=np.float64)
    if column.ndim > 1 or (column.ndim == 1 and len(column) != n):
        raise InvalidInput(f"{name} must be one number, or as many as there are values.")
    if not (np.isfinite(column).all() and (column >= 0.0).all()):
        raise InvalidInput(f"{name} must be finite numbers of at least 0.")
    return np.full(n, column) if column.ndim == 0 else column


def _positive(name: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0.0):
        raise InvalidInput(f"{name} must be a finite number above 0.")


def _finite(name: str, value: float) -> None:
    if not math.isfinite(value):
        raise InvalidInput(f"{name} must be a finite number.")


def _open_unit(name: str, value: float) -> None:
    if not 0.0 < value < 1.0:
        raise InvalidInput(f"{name} must be strictly between 0 and 1.")
