"""One attacker among twenty-one contributors who learn to read digits: squared norm against Licchavi's.

The digits are those that come with scikit-learn, which the library does not otherwise need.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from solidago.errors import InvalidInput
from solidago.experiments.report import Section, Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solidago.dataset import Floats

_HONEST, _EACH, _CLASSES = 20, 60, 10
_PRIOR, _FORCE, _INERTIA = 1e-3, 0.1, 1e-3
_BLUNT = 1e-4
"""The norm is rounded off over this distance, so that a quasi-Newton method may minimise everything at once."""
_TURN = 1e4


def run() -> Section:
    """Learn honestly and under attack, with either norm."""
    images, labels = _digits()
    rows = []
    for name, squared in (("squared norm", True), ("norm (Licchavi)", False)):
        clean = _learn(images, labels, squared, None)
        attacked = _learn(images, labels, squared, -_TURN * clean)
        rows.append([name, *(f"{_accuracy(model, images, labels):.3f}" for model in (clean, attacked))])
    return Section(
        "digits",
        "Licchavi: one attacker in twenty-one",
        [
            f"{_HONEST} honest contributors learn a softmax classifier of handwritten digits from {_EACH} images each; "
            f"one attacker reports minus {_TURN:g} times the honest common model. Accuracy of the common model on "
            f"{len(images) - _HONEST * _EACH} other images; published: .977 to .003 with the squared norm, .982 "
            "under attack with the norm.",
            Table(["coupling", "honest", "attacked"], rows),
        ],
    )


def _digits() -> tuple[Floats, NDArray[np.intp]]:
    """Return shuffled images with a constant pixel, and their labels."""
    try:
        data = importlib.import_module("sklearn.datasets").load_digits()
    except ImportError as missing:
        raise InvalidInput("This experiment needs the digits of scikit-learn: pip install scikit-learn.") from missing
    order = np.random.default_rng(0).permutation(len(data.target))
    images = np.hstack((data.data / 16.0, np.ones((len(data.target), 1))))
    return images[order], data.target[order].astype(np.intp)


def _accuracy(model: Floats, images: Floats, labels: NDArray[np.intp]) -> float:
    held_out = slice(_HONEST * _EACH, None)
    return float(((images[held_out] @ model).argmax(axis=1) == labels[held_out]).mean())


def _learn(images: Floats, labels: NDArray[np.intp], squared: bool, report: Floats | None) -> Floats:
    """Return the common model: everybody's losses and couplings minimised together."""
    shards = images[: _HONEST * _EACH].reshape(_HONEST, _EACH, -1)
    answers = np.eye(_CLASSES)[labels[: _HONEST * _EACH]].reshape(_HONEST, _EACH, _CLASSES)
    shape = (_HONEST + 1, shards.shape[2], _CLASSES)

    def objective(flat: Floats) -> tuple[float, Floats]:
        models = flat.reshape(shape)
        common, personal = models[0], models[1:]
        loss, gradient = _softmax_losses(personal, shards, answers)
        fixed = np.zeros((0, *common.shape)) if report is None else report[None]
        cost, pull = _coupling(common - np.concatenate((personal, fixed)), squared)
        gradient = np.concatenate(((pull.sum(axis=0) + _INERTIA * common)[None], gradient - pull[:_HONEST]))
        return loss + cost + 0.5 * _INERTIA * float((common**2).sum()), gradient.ravel()

    options = {"maxiter": 5000, "maxfun": 10_000, "ftol": 1e-13, "gtol": 1e-6}
    found = minimize(objective, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options=options)
    common: Floats = found.x.reshape(shape)[0]
    return common


def _softmax_losses(models: Floats, shards: Floats, answers: Floats) -> tuple[float, Floats]:
    """Return the sum of the mean cross-entropies, each with its prior, and their gradients."""
    logits = shards @ models
    logits = logits - logits.max(axis=2, keepdims=True)
    log_policy = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))
    loss = -float((answers * log_policy).sum()) / _EACH + 0.5 * _PRIOR * float((models**2).sum())
    gradient: Floats = shards.transpose(0, 2, 1) @ (np.exp(log_policy) - answers) / _EACH + _PRIOR * models
    return loss, gradient


def _coupling(gaps: Floats, squared: bool) -> tuple[float, Floats]:
    """Return the cost of the distances between common and other models, and its gradient in the common one."""
    if squared:
        return 0.5 * _FORCE * float((gaps**2).sum()), _FORCE * gaps
    distance = np.sqrt((gaps**2).sum(axis=(1, 2)) + _BLUNT**2)
    pull: Floats = _FORCE * gaps / distance[:, None, None]
    return _FORCE * float(distance.sum()), pull
