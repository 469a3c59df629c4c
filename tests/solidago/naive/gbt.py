"""Generalised Bradley-Terry by dense Newton steps; uncertainties by bracketing the likelihood."""

import numpy as np
from scipy.optimize import brentq

FARTHEST = 1000.0


def derivatives(law, x):
    """Phi' and Phi'' by the textbook formulas, x not near 0 for the uniform law."""
    if law == "gaussian":
        return x, np.ones_like(x)
    if law == "bernoulli":
        return np.tanh(x), 1 / np.cosh(x) ** 2
    if law == "uniform":
        near = np.abs(x) < 1e-2
        y = np.where(near, 1.0, x)
        return (
            np.where(near, x / 3 - x**3 / 45, 1 / np.tanh(y) - 1 / y),
            np.where(near, 1 / 3 - x**2 / 15, 1 / y**2 - 1 / np.sinh(y) ** 2),
        )
    values = np.linspace(-1, 1, int(law.split(":")[1]))
    weights = np.exp(np.multiply.outer(x, values) - np.abs(x)[:, None])
    weights /= weights.sum(axis=1, keepdims=True)
    mean = weights @ values
    return mean, weights @ values**2 - mean**2


def phi(law, x):
    if law == "gaussian":
        return x**2 / 2
    if law == "bernoulli":
        return np.abs(x) + np.log1p(np.exp(-2 * np.abs(x))) - np.log(2)
    if law == "uniform":
        y = np.maximum(np.abs(x), 1e-2)
        return np.where(np.abs(x) < 1e-2, x**2 / 6 - x**4 / 180, y + np.log1p(-np.exp(-2 * y)) - np.log(2) - np.log(y))
    values = np.linspace(-1, 1, int(law.split(":")[1]))
    return np.abs(x) + np.log(np.exp(np.multiply.outer(x, values) - np.abs(x)[..., None]).mean(axis=-1))


def scores(a, b, r, n, law="uniform", sigma=7.0):
    """The minimiser of sum_c [Phi(x_c) + r_c x_c] + |theta|^2 / (2 sigma^2)."""
    incidence = np.zeros((len(r), n))
    incidence[np.arange(len(r)), a] += 1
    incidence[np.arange(len(r)), b] -= 1

    def gradient(theta):
        return incidence.T @ (derivatives(law, incidence @ theta)[0] + r) + theta / sigma**2

    theta = np.zeros(n)
    for _ in range(200):
        g = gradient(theta)
        if np.linalg.norm(g) < 1e-12:
            break
        hessian = incidence.T @ (derivatives(law, incidence @ theta)[1][:, None] * incidence) + np.eye(n) / sigma**2
        step, length = np.linalg.solve(hessian, -g), 1.0
        while length > 1e-9 and np.linalg.norm(gradient(theta + length * step)) > np.linalg.norm(g):
            length /= 2
        theta = theta + length * step
    return theta


def uncertainties(theta, a, b, r, law="uniform", k=0.25):
    """How far each score may go left and right before the negative log-likelihood has risen by k."""

    def loss(i, delta):
        moved = theta.copy()
        moved[i] += delta
        touching = (a == i) | (b == i)
        before, after = (t[a[touching]] - t[b[touching]] for t in (theta, moved))
        return float(np.sum(phi(law, after) - phi(law, before) + r[touching] * (after - before)))

    def reach(i, side):
        if loss(i, side * FARTHEST) <= k:
            return FARTHEST
        # The loss may dip first: start from its least value, from where it only rises.
        grid = np.concatenate(([0.0], np.geomspace(1e-3, FARTHEST, 200)))
        bottom = grid[int(np.argmin([loss(i, side * d) for d in grid]))]
        return brentq(lambda d: loss(i, side * d) - k, bottom, FARTHEST, xtol=1e-10)

    return np.array([[reach(i, -1), reach(i, 1)] for i in range(len(theta))]).reshape(-1, 2).T
