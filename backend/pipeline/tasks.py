"""What workers do."""
# mypy: disable-error-code="untyped-decorator"
# Celery has no type hints.

import logging

from celery import shared_task
from celery.signals import worker_process_init, worker_shutting_down
from django.conf import settings
from django.core.cache import cache
from structlog.contextvars import bound_contextvars

from backend.pipeline.calibration import calibration_execute, calibrations_recover
from backend.pipeline.comparing.why import why_execute
from backend.pipeline.integrity.whatif import whatif_execute
from backend.pipeline.models import Run
from backend.pipeline.reaper import runs_recover, runs_start_for_news
from backend.pipeline.retention import everything_prune
from backend.pipeline.services import run_execute
from backend.pipeline.shutdown import worker_ends
from backend.scores.holding import holds_clean
from solidago.engine import warm

logger = logging.getLogger(__name__)

GRACE = 120
"""Seconds for a run that takes too long to be ended, by the database's clock, before its process is."""
LEAST_PAUSE = 2
"""Seconds between two looks for news, however many messages ask for one: they pile up where no worker is there."""
LEAST_PAUSE_OF_PRUNING = 600
"""Likewise between two times that old runs and scores are dropped."""


# Celery replaces the process of a run that has been ended as too long and goes on all the same: an endless loop.
@shared_task(name="pipeline.run_execute", time_limit=settings.RUN_SECONDS_AT_MOST + GRACE)
def run_execute_task(run_id: int) -> None:
    """Execute a run; a second delivery of the same message finds it taken and does nothing."""
    with bound_contextvars(run_id=run_id):
        try:
            run = run_execute(run_id=run_id)
        except Run.DoesNotExist:
            logger.info("The run was deleted, with its poll")
        else:
            logger.info("The run of poll %s is %s", run.poll_id, run.status)


@shared_task(name="pipeline.calibration_execute")
def calibration_execute_task(calibration_id: int) -> None:
    """Execute a calibration; a second delivery of the same message finds it taken and does nothing."""
    calibration_execute(calibration_id=calibration_id)


# These have no expiry: it would compare the clocks of two machines.
@shared_task(name="pipeline.whatif_execute")
def whatif_execute_task(key: str) -> None:
    """Answer a question about an attack; a second delivery, or one that comes too late, finds it answered."""
    whatif_execute(key=key)


@shared_task(name="pipeline.changes_explain")
def changes_explain_task(old_id: int, new_id: int, criterion_id: int) -> None:
    """Explain why scores moved between two score sets; a second delivery computes the same again."""
    why_execute(old_id=old_id, new_id=new_id, criterion_id=criterion_id)


@shared_task(name="pipeline.start_runs_for_news")
def start_runs_for_news() -> None:
    """Keep published scores up to date with judgments; every few seconds, by beat."""
    if not cache.add("pipeline.start_runs_for_news", True, LEAST_PAUSE):
        return
    # Held scores last: of a large poll they take seconds, for which no other poll should wait.
    for part in (runs_recover, calibrations_recover, runs_start_for_news, holds_clean):
        try:
            part()
        except Exception:
            logger.exception("Beat's work was not finished; it goes on in a few seconds")


@worker_shutting_down.connect
def hand_back_runs(**_: object) -> None:
    """Let another worker do what this one would not finish in time."""
    worker_ends()


@shared_task(name="pipeline.prune")
def prune() -> None:
    """Drop what is no longer kept of runs and scores; every hour, by beat."""
    if cache.add("pipeline.prune", True, LEAST_PAUSE_OF_PRUNING):
        everything_prune()


@worker_process_init.connect
def load_kernels(**_: object) -> None:
    """Load the compiled kernels before the first run needs them."""
    warm()
