"""The Celery application: ``celery -A backend.config worker`` and ``... beat``."""

import os

from celery import Celery
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")

app = Celery("helianthus")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Log lines of a task bear its id and those of the request that asked for it.
app.steps["worker"].add(DjangoStructLogInitStep)
