"""How many mails wait, and for how long."""

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from backend.observability.mails.selectors import mails_waiting
from backend.observability.metrics.exposition import facts


@facts
def mails() -> list[Metric]:
    """Ask the database, where they wait."""
    waiting = mails_waiting()
    age = "Age of the oldest of them, 0 without any."
    return [
        GaugeMetricFamily("helianthus_mails_waiting", "Mails that are not sent yet.", value=waiting.count),
        GaugeMetricFamily("helianthus_mails_oldest_seconds", age, value=waiting.oldest),
    ]
