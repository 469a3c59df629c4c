"""Which sigma and root law describe a poll's contributors best: measured on judgments that the models did not see."""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solidago.config import Config
from solidago.engine.threads import Threads
from solidago.errors import InvalidInput
from solidago.preference import gbt
from solidago.ratings import Ratings, index_ratings
from solidago.root_laws import RootLaw

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solidago.dataset import Dataset, Flags, Floats, Indices

SIGMAS = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0)
ROOT_LAWS = ("uniform", "k-nary:21", "bernoulli", "gaussian")
FOLDS = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """A choice of sigma and root law, and how far its predictions are from judgments it did not see.

    Attributes
    ----------
    sigma : float
    root_law : str
    error : float
        Mean squared error, judgments being from -1 to 1.
    standard_error : float
        Of that mean, from its spread between folds.
    behind, behind_error : float
        How much larger the error is than that of the best candidate on the same judgments, and the standard error of
        that difference; 0 for the best.
    """

    sigma: float
    root_law: str
    error: float
    standard_error: float
    behind: float
    behind_error: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was found for a criterion.

    Attributes
    ----------
    criterion : str
    candidates : tuple of Candidate
        By root law and sigma, in the order asked for.
    judgments, contributors, folds : int
    indifferent : float
        Mean squared error of predicting 0 everywhere: what no model at all would get.
    """

    criterion: str
    candidates: tuple[Candidate, ...]
    judgments: int
    contributors: int
    folds: int
    indifferent: float

    @property
    def best(self) -> Candidate:
        """The candidate of the smallest error; the first one of several."""
        return min(self.candidates, key=lambda candidate: candidate.error)


def calibrate(
    dataset: Dataset,
    criterion: str,
    *,
    sigmas: Sequence[float] = SIGMAS,
    root_laws: Sequence[str] = ROOT_LAWS,
    folds: int = FOLDS,
    seed: int = 0,
    threads: int | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Calibration:
    """Compare choices of sigma and root law by cross-validation.

    Each contributor's judgments are dealt into folds. For each fold, everybody's model is fitted to the other folds
    and predicts the judgments of this one.

    Parameters
    ----------
    dataset : Dataset
    criterion : str
    sigmas : sequence of float
    root_laws : sequence of str
        As in `Config`. All combinations are tried.
    folds : int
        At least 2, at most the number of judgments.
    seed : int
        Decides who is dealt what, with the canonical order of the dataset.
    threads : int, optional
        Does not change the outcome.
    progress : callable, optional
        Told before each candidate how many are done, and of how many. What it raises ends the measurement.

    Returns
    -------
    Calibration

    Raises
    ------
    InvalidInput
        There is nothing to choose from, or a parameter is out of range.
    NotConverged
        A model ended without its certificate.

    Notes
    -----
    With x = theta_a - theta_b from the other folds, the prediction is ``E[r | x] = -Phi'(x)``: Phi being the law's
    cumulant generating function, and positive judgments preferring b. An entity that is in none of the other folds has
    theta = 0. Standard errors are those of a mean over folds, as in L. Breiman, J. Friedman, R. Olshen, C. Stone,
    "Classification and Regression Trees", 1984, section 3.4.
    """
    configs = [Config(root_law=law, sigma=sigma) for law, sigma in itertools.product(root_laws, sigmas)]
    if not configs:
        raise InvalidInput("Name at least one sigma and one root law.")
    if criterion not in dataset.criteria:
        raise InvalidInput(f"Unknown criterion {criterion!r}; the dataset has: {', '.join(dataset.criteria)}.")
    judgments = dataset.judgments[criterion]
    if not 2 <= folds <= len(judgments):
        raise InvalidInput(f"folds must be from 2 to the number of judgments, which is {len(judgments)}.")
    if seed < 0:
        raise InvalidInput("seed must be at least 0.")
    with Threads(threads) as pool:
        ratings = index_ratings(judgments, len(dataset.users), len(dataset.entities), dataset.private, 1.0, pool)
        fold = _dealt(judgments.user, folds, seed)
        errors = np.empty((len(configs), folds))
        for place, config in enumerate(configs):
            progress(place, len(configs))
            errors[place] = _errors(ratings, judgments.user, fold, folds, config, pool)
    return Calibration(
        criterion,
        _compared(configs, errors, np.bincount(fold).astype(np.float64)),
        judgments=len(judgments),
        contributors=len(ratings.active),
        folds=folds,
        indifferent=float(np.mean(judgments.value**2)),
    )


def _dealt(user: Indices, folds: int, seed: int) -> Indices:
    """Shuffle each contributor's judgments and deal them out, going on with the next contributor's."""
    order = np.lexsort((np.random.default_rng(seed).random(len(user)), user))
    fold = np.empty(len(user), np.int32)
    fold[order] = np.arange(len(user)) % folds
    return fold


def _errors(ratings: Ratings, user: Indices, fold: Indices, folds: int, config: Config, threads: Threads) -> Floats:
    """Return the mean squared error on each fold."""
    law = RootLaw.named(config.root_law)
    first = ratings.rows[user]
    errors = np.empty(folds)
    for held_out in range(folds):
        test = fold == held_out
        fitted, _ = gbt.fit(_only(ratings, user, ~test), config, threads)
        x = fitted.score[(first + ratings.a)[test]] - fitted.score[(first + ratings.b)[test]]
        _, mean, _ = law.cumulants(-x)
        errors[held_out] = np.mean((ratings.value[test] - mean) ** 2)
    return errors


def _only(ratings: Ratings, user: Indices, kept: Flags) -> Ratings:
    """Return the ratings with some of the judgments; an entity without any keeps its place."""
    counts = np.bincount(user[kept], minlength=ratings.n_users)
    return dataclasses.replace(
        ratings,
        comparisons=np.concatenate(([0], np.cumsum(counts))).astype(np.int32),
        a=ratings.a[kept],
        b=ratings.b[kept],
        value=ratings.value[kept],
    )


def _compared(configs: Sequence[Config], errors: Floats, sizes: Floats) -> tuple[Candidate, ...]:
    means = errors @ sizes / sizes.sum()
    behind = errors - errors[np.argmin(means)]
    columns = (means, _standard_error(errors), means - means.min(), _standard_error(behind))
    return tuple(
        Candidate(config.sigma, config.root_law, *map(float, row))
        for config, row in zip(configs, np.stack(columns, axis=1), strict=True)
    )


def _standard_error(by_fold: Floats) -> Floats:
    spread: Floats = by_fold.std(axis=1, ddof=1) / np.sqrt(by_fold.shape[1])
    return spread
