"""One event, one line: who asked (request, user), who worked (task, run), what happened, and no secrets."""

from backend.observability.logs.config import logging_config, structlog_configure

__all__ = ["logging_config", "structlog_configure"]
