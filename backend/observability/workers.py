"""What workers and beat tell of themselves: log lines like everybody's, signs of life, failures."""
# mypy: disable-error-code="untyped-decorator"
# Celery has no type hints.

import logging.config
from typing import Any

from celery.signals import (
    after_task_publish,
    beat_init,
    celeryd_init,
    heartbeat_sent,
    setup_logging,
    task_failure,
)
from django.conf import settings

from backend.observability.metrics.counters import TASK_FAILURES
from backend.observability.metrics.directory import name_service
from backend.observability.probes.heartbeats import BEAT, WORKER, heartbeat_leave


@setup_logging.connect
def _log_like_everybody(**_: object) -> None:
    """Keep Celery from setting up logs of its own."""
    logging.config.dictConfig(settings.LOGGING)


@celeryd_init.connect
def _worker_starts(instance: Any = None, **_: object) -> None:
    name_service(WORKER)
    instance.quiet = True  # its banner is a picture, not a log


@heartbeat_sent.connect
def _worker_lives(**_: object) -> None:
    heartbeat_leave(WORKER)


@beat_init.connect
def _beat_starts(**_: object) -> None:
    name_service(BEAT)
    # It sends a task every few seconds, and only where the broker takes it does this follow.
    after_task_publish.connect(_beat_lives, dispatch_uid="beat lives")


def _beat_lives(**_: object) -> None:
    heartbeat_leave(BEAT)


@task_failure.connect
def _task_failed(sender: Any = None, **_: object) -> None:
    TASK_FAILURES.labels(sender.name).inc()
