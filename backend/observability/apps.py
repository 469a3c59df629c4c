import logging

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from backend.observability.logs import structlog_configure
from backend.observability.metrics.directory import trouble

logger = logging.getLogger(__name__)


class ObservabilityConfig(AppConfig):
    name = "backend.observability"

    def ready(self) -> None:
        structlog_configure()
        # Imported for the signals that they listen to, and for the numbers that they tell.
        from backend.observability import requests, workers  # noqa: F401
        from backend.observability.metrics import database, mails  # noqa: F401
        from backend.observability.services import switches_settle

        if trouble():
            logger.warning(trouble())
        post_migrate.connect(switches_settle, sender=self, dispatch_uid="a row for each switch")
