"""A run: from judgments to scores, step by step. A pure function of dataset and configuration."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import numpy as np

from solidago.aggregation.quantile import aggregate
from solidago.config import Config
from solidago.dataset import Dataset, Floats
from solidago.engine.threads import Threads
from solidago.errors import Cancelled, InvalidInput
from solidago.post_process import squash
from solidago.preference import gbt
from solidago.ratings import Ratings, index_ratings
from solidago.results import CollectiveScores, CriterionResult, FitCertificate, IndividualScores, Result, Scalings
from solidago.scaling.mehestan import collaborative_scaling
from solidago.scaling.pooled import pooled_weights
from solidago.scaling.quantile_shift import shift
from solidago.scaling.scaling import UserScalings
from solidago.scaling.standardise import spread
from solidago.triples import Triples
from solidago.trust import compute as compute_trust
from solidago.voting_rights import affine_overtrust

__all__ = [
    "STEPS",
    "CollectiveScores",
    "CriterionResult",
    "FitCertificate",
    "IndividualScores",
    "Progress",
    "Result",
    "Scalings",
    "run",
]

STEPS: tuple[str, ...] = ("trust", "preferences", "voting rights", "scaling", "standardisation", "aggregation")


class Progress(Protocol):
    """Told before and after each criterion's part of a step: the step's name, criteria done, criteria in all."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Take note; must return quickly."""


def silent(step: str, done: int, total: int) -> None:
    """Report to nobody."""


def never() -> bool:
    """Let the run go on."""
    return False


def run(
    dataset: Dataset,
    config: Config,
    *,
    criteria: Sequence[str] | None = None,
    threads: int | None = None,
    progress: Progress = silent,
    cancelled: Callable[[], bool] = never,
) -> Result:
    """Compute the scores of a dataset.

    Parameters
    ----------
    dataset : Dataset
    config : Config
    criteria : sequence of str, optional
        Which of the dataset's criteria to compute; all by default.
    threads : int, optional
        At most so many threads; by default as many as the process may use. Does not change the result.
    progress : Progress
        Called from the calling thread.
    cancelled : callable
        Asked between parts of steps.

    Returns
    -------
    Result

    Raises
    ------
    InvalidInput
        An unknown criterion, or ``threads`` below 1.
    Cancelled
        ``cancelled()`` was true.
    NotConverged
        A fit ended without its certificate.
    """
    names = _chosen(dataset, criteria)
    steps = _Steps(len(names), progress, cancelled)
    with Threads(threads) as pool:
        with steps.timed("trust", 0, 1):
            trust = np.array(compute_trust(dataset), np.float64)
        runs = (_Criterion(dataset, name, trust, config, pool) for name in names)
        results = {run.name: run.result(steps, done) for done, run in enumerate(runs)}
    return Result(results, trust, dict(steps.seconds))


def _chosen(dataset: Dataset, criteria: Sequence[str] | None) -> list[str]:
    for criterion in criteria or ():
        if criterion not in dataset.criteria:
            raise InvalidInput(f"Unknown criterion {criterion!r}; the dataset has: {', '.join(dataset.criteria)}.")
    return [name for name in dataset.criteria if criteria is None or name in criteria]


class _Steps:
    """Times the steps, reports them, and stops between them if asked to."""

    def __init__(self, total: int, progress: Progress, cancelled: Callable[[], bool]) -> None:
        self.total, self.progress, self.cancelled = total, progress, cancelled
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def timed(self, step: str, done: int, total: int | None = None) -> Iterator[None]:
        """Surround the part of a step that follows ``done`` others."""
        total = self.total if total is None else total
        if self.cancelled():
            raise Cancelled(f"Cancelled before the step: {step}.")
        self.progress(step, done, total)
        start = time.perf_counter()
        yield
        self.seconds[step] += time.perf_counter() - start
        self.progress(step, done + 1, total)


class _Criterion:
    """The computation of one criterion."""

    def __init__(self, dataset: Dataset, name: str, trust: Floats, config: Config, threads: Threads) -> None:
        self.dataset, self.name, self.trust, self.config, self.threads = dataset, name, trust, config, threads

    def result(self, steps: _Steps, done: int) -> CriterionResult:
        """Go through the steps."""
        with steps.timed("preferences", done):
            ratings = self._ratings()
            raw, certificate = gbt.fit(ratings, self.config, self.threads)
        with steps.timed("voting rights", done):
            rights = affine_overtrust(ratings, self.trust, self.config)
        with steps.timed("scaling", done):
            scalings = collaborative_scaling(ratings, raw, self.trust, self.dataset.users, self.config, self.threads)
        with steps.timed("standardisation", done):
            scalings, deviation, zero = self._common_unit(ratings, raw, rights, scalings)
            scaled = scalings.apply(ratings, raw, self.threads)
        with steps.timed("aggregation", done):
            collective = aggregate(ratings, scaled, rights, self.config, self.threads)
            published = squash(scaled, self.threads)
        return CriterionResult(
            individual=_individual(ratings, raw, scaled, published, rights),
            collective=collective,
            scalings=_scalings(ratings, scalings),
            deviation=deviation,
            shift=zero,
            certificate=certificate,
        )

    def _ratings(self) -> Ratings:
        dataset = self.dataset
        return index_ratings(
            dataset.judgments[self.name], len(dataset.users), len(dataset.entities), dataset.private,
            self.config.private_weight, self.threads,
        )  # fmt: skip

    def _common_unit(
        self, ratings: Ratings, raw: Triples, rights: Floats, scalings: UserScalings
    ) -> tuple[UserScalings, float, float]:
        """Standardise, then shift: maps to what is published, with the deviation and the shift they include."""
        weights = pooled_weights(ratings, rights)
        deviation = spread(scalings.apply(ratings, raw, self.threads), weights, self.config)
        scalings = scalings.divided(deviation)
        zero = shift(scalings.apply(ratings, raw, self.threads), weights, self.config)
        return scalings.shifted(zero), deviation, zero


def _individual(
    ratings: Ratings, raw: Triples, scaled: Triples, published: Triples, rights: Floats
) -> IndividualScores:
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


def _scalings(ratings: Ratings, found: UserScalings) -> Scalings:
    users = ratings.active
    return Scalings(
        user=users,
        multiplier=found.multiplier[users],
        translation=found.translation[users],
        multiplier_uncertainty=found.multiplier_uncertainty[users],
        translation_uncertainty=found.translation_uncertainty[users],
        is_scaler=found.is_scaler[users],
    )
