"""What the stores know of the whole site, for Prometheus: not by poll, of which there may be thousands."""

import redis
from django.conf import settings
from django.db.models import Count, F, Max, Min
from django.db.models.functions import Extract, Now
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from backend.alerts.models import PollWatch
from backend.observability.metrics.exposition import facts
from backend.pipeline.models import Run
from backend.polls.models import News
from backend.scores.models import Publication

QUEUE = "celery"
SECONDS = 2.0
"""How long Redis may take to answer a scrape."""


@facts
def runs() -> list[Metric]:
    """Count the runs under way, and the polls whose last run failed."""
    active = GaugeMetricFamily("helianthus_runs_active", "Runs that are queued or running.", labels=("status",))
    counts = dict(Run.objects.filter(status__in=Run.ACTIVE).order_by().values_list("status").annotate(Count("pk")))
    for status in Run.ACTIVE:
        active.add_metric([status], counts.get(status, 0))
    failing = PollWatch.objects.filter(failing_since__isnull=False).count()
    return [active, GaugeMetricFamily("helianthus_polls_failing", "Polls whose last run failed.", value=failing)]


@facts
def freshness() -> list[Metric]:
    """Tell how old what waits is, and how new what is shown; by the database's clock, which wrote the times."""
    news = News.objects.aggregate(count=Count("pk"), age=Extract(Now() - Min("created_at"), "epoch"))
    shown = Publication.objects.aggregate(age=Extract(Now() - Max(F("published_at")), "epoch"))
    found: list[Metric] = [
        GaugeMetricFamily("helianthus_news_waiting", "Changes that no published run has seen.", value=news["count"]),
        GaugeMetricFamily(
            "helianthus_news_oldest_seconds", "Age of the oldest of them, 0 without any.", value=news["age"] or 0
        ),
    ]
    if shown["age"] is not None:
        help_text = "Seconds since any poll's scores were last published."
        found.append(GaugeMetricFamily("helianthus_published_seconds", help_text, value=shown["age"]))
    return found


@facts
def tasks() -> list[Metric]:
    """Count the tasks that no worker has taken yet."""
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=SECONDS) as client:
        waiting = client.llen(f"{prefix}{QUEUE}")
    return [GaugeMetricFamily("helianthus_tasks_waiting", "Tasks that no worker has taken yet.", value=waiting)]
