"""A run: from judgments to scores, step by step. A pure function of dataset and configuration."""

from collections.abc import Callable, Sequence

import numpy as np

from solidago import licchavi_run
from solidago.aggregation.quantile import aggregate
from solidago.config import Config
from solidago.dataset import Dataset, Floats
from solidago.engine.threads import Threads
from solidago.errors import InvalidInput
from solidago.licchavi_run import LicchaviCriterion
from solidago.outcome import individual_scores, scalings_of_active
from solidago.post_process import squash
from solidago.preference import gbt
from solidago.ratings import Ratings, index_ratings
from solidago.results import CollectiveScores, CriterionResult, FitCertificate, IndividualScores, Result, Scalings
from solidago.scaling.mehestan import collaborative_scaling
from solidago.scaling.pooled import pooled_weights
from solidago.scaling.quantile_shift import shift
from solidago.scaling.scaling import UserScalings
from solidago.scaling.standardise import spread
from solidago.steps import Progress, Steps, silent
from solidago.stopping import never, stoppable
from solidago.triples import Triples
from solidago.trust import compute as compute_trust
from solidago.voting_rights import voting_rights

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
    "steps_of",
]

STEPS: tuple[str, ...] = ("trust", "preferences", "voting rights", "scaling", "standardisation", "aggregation")
"""Of the method ``mehestan``."""


def steps_of(config: Config) -> tuple[str, ...]:
    """Return the steps of a run, in order: the first once, each other one for each criterion."""
    return licchavi_run.STEPS if config.method == "licchavi" else STEPS


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
        Asked within steps too, from several threads; must return at once.

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
    steps = Steps(len(names), progress, cancelled)
    with stoppable(cancelled), Threads(threads) as pool:
        with steps.timed("trust", 0, 1):
            trust = np.maximum(compute_trust(dataset), config.least_trust)
        method = LicchaviCriterion if config.method == "licchavi" else MehestanCriterion
        runs = (method(dataset, name, trust, config, pool) for name in names)
        results = {run.name: run.result(steps, done) for done, run in enumerate(runs)}
    return Result(results, trust, dict(steps.seconds))


def _chosen(dataset: Dataset, criteria: Sequence[str] | None) -> list[str]:
    for criterion in criteria or ():
        if criterion not in dataset.criteria:
            raise InvalidInput(f"Unknown criterion {criterion!r}; the dataset has: {', '.join(dataset.criteria)}.")
    return [name for name in dataset.criteria if criteria is None or name in criteria]


class MehestanCriterion:
    """The computation of one criterion: own models, then one scale, then a robust median for each entity."""

    def __init__(self, dataset: Dataset, name: str, trust: Floats, config: Config, threads: Threads) -> None:
        self.dataset, self.name, self.trust, self.config, self.threads = dataset, name, trust, config, threads

    def result(self, steps: Steps, done: int) -> CriterionResult:
        """Go through the steps."""
        with steps.timed("preferences", done):
            ratings = self._ratings()
            raw, certificate = gbt.fit(ratings, self.config, self.threads)
        with steps.timed("voting rights", done):
            rights = voting_rights(ratings, raw, self.trust, self.config)
        with steps.timed("scaling", done):
            scalings = collaborative_scaling(ratings, raw, self.trust, self.dataset.users, self.config, self.threads)
        with steps.timed("standardisation", done):
            scalings, deviation, zero = self._common_unit(ratings, raw, rights, scalings)
            scaled = scalings.apply(ratings, raw, self.threads)
        with steps.timed("aggregation", done):
            collective = aggregate(ratings, scaled, rights, self.config, self.threads)
            published = squash(scaled, self.threads)
        return CriterionResult(
            individual=individual_scores(ratings, raw, scaled, published, rights),
            collective=collective,
            scalings=scalings_of_active(ratings, scalings),
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
