"""How lines look: JSON for machines, or for people at a terminal. Imports no Django: gunicorn's master logs as well."""

import logging
from collections.abc import Iterable
from typing import Any

import structlog

from backend.observability.logs.scrub import scrubber, without_address

LAYOUTS = ("json", "text")
# Run for every event, whether structlog or the standard library's logging tells it.
SHARED: tuple[Any, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
QUIET = ("celery.app.trace", "celery.worker.strategy", "celery.beat")
"""They tell of each task what django_structlog tells with its ids, and of tasks that come every few seconds."""


def logging_config(*, layout: str, level: str, secrets: Iterable[str] = ()) -> dict[str, Any]:
    """Return a configuration for `logging.config.dictConfig`: all loggers to standard error, one line an event.

    Raises
    ------
    ValueError
        There is no such layout.
    """
    if layout not in LAYOUTS:
        raise ValueError(f"LOG_FORMAT is {layout}, but logs are written as {' or '.join(LAYOUTS)}.")
    renderer = structlog.processors.JSONRenderer() if layout == "json" else structlog.dev.ConsoleRenderer(colors=False)
    line = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [*SHARED, structlog.stdlib.ExtraAdder(), without_address],
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            scrubber(secrets),
            renderer,
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "line"},
            "nowhere": {"class": "logging.NullHandler"},
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "gunicorn.error": {"handlers": [], "propagate": True},
            **{name: {"level": "WARNING"} for name in QUIET},
            # Our middleware tells of every request, by its route: addresses hold names and keys.
            **{name: {"handlers": ["nowhere"], "propagate": False} for name in ("django.request", "gunicorn.access")},
            # Says of each mail to whom it goes.
            "django.core.mail": {"level": "WARNING"},
        },
    }


def structlog_configure() -> None:
    """Let structlog's own loggers, and the warnings of libraries, go the way of the standard library's."""
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            *SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
