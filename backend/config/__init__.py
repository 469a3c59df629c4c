"""Settings, routes and entry points."""

import os

# Before numpy is loaded: its linear algebra would start a thread for each core in every process, and processes that
# share cores then wait for each other's threads, a hundred times as long as a small system takes to solve.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from backend.observability.metrics.directory import claim

# Before prometheus_client is loaded, by whatever comes next.
claim()

from backend.config.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
