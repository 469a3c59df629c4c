"""A run: from judgments to scores, step by step. A pure function of dataset and configuration."""

from collections.abc import Callable, Sequence
from typing import Protocol

from solidago.config import Config
from solidago.dataset import Dataset
from solidago.results import CollectiveScores, CriterionResult, FitCertificate, IndividualScores, Result, Scalings

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
    """Told before and after each part of a step: the step's name, parts done, parts in all."""

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
    raise NotImplementedError
