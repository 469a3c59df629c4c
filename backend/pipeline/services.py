"""Writes: runs."""

from collections.abc import Mapping

from backend.accounts.models import User
from backend.pipeline.models import Run
from backend.polls.models import Poll


def run_create(
    *, poll: Poll, trigger: Run.Trigger, started_by: User | None = None, config: Mapping[str, object] | None = None
) -> Run:
    """Queue a run of a poll; ``config`` prevails over the poll's own.

    Raises
    ------
    RunAlreadyActive
        ``error.details["run_id"]`` is the active one.
    InvalidRunConfig
    """
    raise NotImplementedError


def run_enqueue(*, run: Run) -> None:
    """Hand a queued run to a worker once the transaction is committed."""
    raise NotImplementedError


def run_execute(*, run_id: int) -> Run:
    """Execute a queued run in this process: snapshot, scores, publication. Safe to call twice."""
    raise NotImplementedError


def run_cancel(*, run: Run) -> Run:
    """Cancel a run: at once while it is queued, between two steps once it is running.

    Raises
    ------
    RunNotActive
    """
    raise NotImplementedError
