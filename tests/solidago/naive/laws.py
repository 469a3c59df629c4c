"""Cumulants of the root laws by sums and numerical integrals."""

import numpy as np
from scipy.integrate import quad
from scipy.special import logsumexp


def phi(law: str, x: float) -> float:
    if law == "gaussian":
        return x * x / 2
    if law == "uniform":
        integral, _ = quad(lambda r: np.exp(abs(x) * (r - 1)) / 2, -1, 1, epsabs=1e-14, epsrel=1e-13, limit=200)
        return abs(x) + np.log(integral)
    values = support(law)
    return float(logsumexp(x * values) - np.log(len(values)))


def support(law: str) -> np.ndarray:
    return np.linspace(-1, 1, 2 if law == "bernoulli" else int(law.split(":")[1]))


def moments(law: str, x: float) -> tuple[float, float]:
    """Mean and variance of a judgment of density proportional to f(r) exp(x r)."""
    if law == "gaussian":
        return x, 1.0
    if law == "uniform":
        mass, first, second = (
            quad(lambda r, p=p: r**p * np.exp(x * r - abs(x)), -1, 1, epsabs=1e-13, epsrel=1e-12, limit=200)[0]
            for p in range(3)
        )
        return first / mass, second / mass - (first / mass) ** 2
    values = support(law)
    weights = np.exp(x * values - logsumexp(x * values))
    mean = weights @ values
    return float(mean), float(weights @ (values - mean) ** 2)
