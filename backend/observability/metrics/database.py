"""How many connections the database has, of how many."""

from collections.abc import Iterator

from django.db import connection
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from backend.observability.metrics.exposition import facts

STATES = """
    SELECT coalesce(state, 'unknown'), count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' GROUP BY 1
"""
MOST = "SELECT current_setting('max_connections')::int"


@facts
def connections() -> Iterator[Metric]:
    """Ask the database: what one process holds says little, as each thread holds one of its own."""
    with connection.cursor() as cursor:
        cursor.execute(STATES)
        states = cursor.fetchall()
        cursor.execute(MOST)
        (most,) = cursor.fetchone() or (0,)
    open_ones = GaugeMetricFamily(
        "helianthus_database_connections", "Open connections to the database, by their state.", labels=("state",)
    )
    for state, count in states:
        open_ones.add_metric([state], count)
    yield open_ones
    yield GaugeMetricFamily(
        "helianthus_database_connections_limit", "Connections that the database server takes at most.", value=most
    )
