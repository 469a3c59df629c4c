"""What the stores know of the whole site, for Prometheus: not by poll, of which there may be thousands."""

import redis
from django.conf import settings
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from backend.alerts import selectors
from backend.observability.metrics.exposition import facts

QUEUE = "celery"
SECONDS = 2.0
"""How long Redis may take to answer a scrape."""


@facts
def runs() -> list[Metric]:
    """Count the runs under way, the polls whose last run failed, and the ends that nobody noticed."""
    active = GaugeMetricFamily("helianthus_runs_active", "Runs that are queued or running.", labels=("status",))
    for status, count in selectors.runs_active().items():
        active.add_metric([status], count)
    failing = selectors.polls_failing().count()
    late = "Runs that ended minutes ago without a look at them, so that nobody was told if they failed."
    return [
        active,
        GaugeMetricFamily("helianthus_polls_failing", "Polls whose last run failed.", value=failing),
        GaugeMetricFamily("helianthus_runs_unwatched", late, value=selectors.runs_unwatched_late()),
    ]


@facts
def freshness() -> list[Metric]:
    """Tell how old what waits is, and how new what is shown."""
    now = selectors.freshness()
    waiting, oldest = "Changes that no published run has seen.", "Age of the oldest of them, 0 without any."
    found: list[Metric] = [
        GaugeMetricFamily("helianthus_news_waiting", waiting, value=now.waiting),
        GaugeMetricFamily("helianthus_news_oldest_seconds", oldest, value=now.oldest),
    ]
    if now.published is not None:
        since = "Seconds since any poll's scores were last published."
        found.append(GaugeMetricFamily("helianthus_published_seconds", since, value=now.published))
    return found


@facts
def tasks() -> list[Metric]:
    """Count the tasks that no worker has taken yet."""
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=SECONDS) as client:
        waiting = client.llen(f"{prefix}{QUEUE}")
    return [GaugeMetricFamily("helianthus_tasks_waiting", "Tasks that no worker has taken yet.", value=waiting)]
