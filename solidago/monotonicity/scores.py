"""Score functions: how parameters make scores, with their Jacobians."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solidago.dataset import Floats

_STEP = 1e-6
"""Of the differences that replace second derivatives, relative to a parameter of order 1."""


class ScoreFunction(Protocol):
    """Scores of A alternatives as a function of P parameters.

    Attributes
    ----------
    context : (A,) int
        Alternatives of the same context compete: a softmax is taken over them.
    """

    @property
    def context(self) -> NDArray[np.intp]:
        """Context of each alternative."""

    @property
    def n_parameters(self) -> int:
        """P."""

    def scores(self, parameters: Floats) -> Floats:
        """Return (A,) scores."""

    def jacobian(self, parameters: Floats) -> Floats:
        """Return their (A, P) derivatives."""

    def curvature(self, parameters: Floats, weight: Floats) -> Floats:
        """Return the (P, P) second derivative of ``weight @ scores``."""


@dataclass(frozen=True, slots=True, eq=False)
class LinearScores:
    """``theta = X beta``. With X the identity: one free score per entity.

    Attributes
    ----------
    embedding : (A, P) float64
        X.
    """

    embedding: Floats

    @property
    def context(self) -> NDArray[np.intp]:
        """All alternatives compete."""
        return np.zeros(len(self.embedding), np.intp)

    @property
    def n_parameters(self) -> int:
        """Number of features."""
        return int(self.embedding.shape[1])

    def scores(self, parameters: Floats) -> Floats:
        """Return (A,) scores."""
        return self.embedding @ parameters

    def jacobian(self, parameters: Floats) -> Floats:
        """Return their (A, P) derivatives."""
        return self.embedding

    def curvature(self, parameters: Floats, weight: Floats) -> Floats:
        """Return zeros."""
        return np.zeros((self.n_parameters, self.n_parameters))


@dataclass(frozen=True, slots=True, eq=False)
class NetworkScores:
    """One hidden layer: ``score = v . tanh(W x + c)``; parameters are W by rows, then c, then v.

    Attributes
    ----------
    features : (A, D) float64
        x of each alternative.
    width : int
        Of the hidden layer.
    """

    features: Floats
    width: int

    @property
    def context(self) -> NDArray[np.intp]:
        """All alternatives compete."""
        return np.zeros(len(self.features), np.intp)

    @property
    def n_parameters(self) -> int:
        """Number of weights."""
        return self.width * (int(self.features.shape[1]) + 2)

    def scores(self, parameters: Floats) -> Floats:
        """Return (A,) scores."""
        hidden, out = self._hidden(parameters)
        return hidden @ out

    def jacobian(self, parameters: Floats) -> Floats:
        """Return their (A, P) derivatives."""
        hidden, out = self._hidden(parameters)
        through = out * (1.0 - hidden**2)
        inner = through[:, :, None] * self.features[:, None, :]
        return np.hstack((inner.reshape(len(hidden), -1), through, hidden))

    def curvature(self, parameters: Floats, weight: Floats) -> Floats:
        """Return the (P, P) second derivative of ``weight @ scores``."""
        return _curvature(self, parameters, weight)

    def _hidden(self, parameters: Floats) -> tuple[Floats, Floats]:
        cells = self.width * self.features.shape[1]
        inner = parameters[:cells].reshape(self.width, -1)
        shift, out = parameters[cells : cells + self.width], parameters[cells + self.width :]
        return np.tanh(self.features @ inner.T + shift), out


@dataclass(frozen=True, slots=True, eq=False)
class PolicyScores:
    """Log-likelihood ratios of a softmax policy to a reference one, the implicit rewards of DPO and its kin.

    Attributes
    ----------
    logits : ScoreFunction
    answers_to : (A,) int
        Number of the question that each alternative answers, from 0.
    reference : (A,) float64
        Log-likelihoods under the reference policy.
    """

    logits: ScoreFunction
    answers_to: NDArray[np.intp]
    reference: Floats

    @property
    def context(self) -> NDArray[np.intp]:
        """Answers to the same question compete."""
        return self.answers_to

    @property
    def n_parameters(self) -> int:
        """Those of the logits."""
        return self.logits.n_parameters

    def scores(self, parameters: Floats) -> Floats:
        """Return (A,) scores."""
        return log_softmax(self.logits.scores(parameters), self.context) - self.reference

    def jacobian(self, parameters: Floats) -> Floats:
        """Return their (A, P) derivatives."""
        policy = np.exp(log_softmax(self.logits.scores(parameters), self.context))
        slopes = self.logits.jacobian(parameters)
        mean = np.zeros((int(self.context.max()) + 1, slopes.shape[1]))
        np.add.at(mean, self.context, policy[:, None] * slopes)
        centred: Floats = slopes - mean[self.context]
        return centred

    def curvature(self, parameters: Floats, weight: Floats) -> Floats:
        """Return the (P, P) second derivative of ``weight @ scores``."""
        return _curvature(self, parameters, weight)


def log_softmax(logits: Floats, context: NDArray[np.intp]) -> Floats:
    """Return log-likelihoods of alternatives among those of their context.

    Parameters
    ----------
    logits : (A,) float64
    context : (A,) int >= 0

    Returns
    -------
    (A,) float64 <= 0
        ``logit - log(sum of exp(logit) over its context)``.
    """
    top = np.full(int(context.max()) + 1, -np.inf)
    np.maximum.at(top, context, logits)
    shifted = logits - top[context]
    likelihoods: Floats = shifted - np.log(np.bincount(context, np.exp(shifted)))[context]
    return likelihoods


def _curvature(function: ScoreFunction, parameters: Floats, weight: Floats) -> Floats:
    """Differentiate ``J' weight`` by central differences."""
    rows = []
    for axis in np.eye(len(parameters)) * _STEP:
        ahead, behind = function.jacobian(parameters + axis), function.jacobian(parameters - axis)
        rows.append(weight @ (ahead - behind) / (2.0 * _STEP))
    matrix = np.array(rows)
    return 0.5 * (matrix + matrix.T)
