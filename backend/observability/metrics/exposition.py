"""All numbers in the text that Prometheus reads."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from django.db import DatabaseError
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.samples import Sample
from redis.exceptions import RedisError

from backend.observability.metrics.directory import VARIABLE, folders, trouble

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Facts = Callable[[], Iterable[Metric]]
_facts: list[Facts] = []


def facts(function: Facts) -> Facts:
    """Register what asks the stores at each scrape; for apps above this one, which know what is in them."""
    _facts.append(function)
    return function


def exposition() -> bytes:
    """Return the numbers of all services of this machine, and what the stores say."""
    registry = CollectorRegistry()
    registry.register(_OfServices() if VARIABLE in os.environ else REGISTRY)
    registry.register(_OfFolder())
    registry.register(_OfStores())
    return generate_latest(registry)


class _OfFolder:
    """Whether the numbers of all processes are told."""

    def collect(self) -> Iterator[Metric]:
        what = "1 where processes share their numbers, 0 where METRICS_DIR cannot be used: these are of one process."
        yield GaugeMetricFamily("helianthus_numbers_shared", what, value=int(not trouble()))


class _OfServices:
    """What processes counted, summed up for each service."""

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        for service, folder in folders():
            for metric in _of_folder(folder):
                family = families.setdefault(metric.name, Metric(metric.name, metric.documentation, metric.type))
                family.samples.extend(_of_service(sample, service) for sample in metric.samples)
        for family in families.values():
            family.samples = _summed(family.samples)
            yield family


def _of_folder(folder: Path) -> list[Metric]:
    try:
        return list(MultiProcessCollector(None, path=str(folder)).collect())  # type: ignore[no-untyped-call]
    except (FileNotFoundError, ValueError):
        return []  # removed at this moment: its process had ended


def _of_service(sample: Sample, service: str) -> Sample:
    return sample._replace(labels={**sample.labels, "service": service})


def _summed(samples: Iterable[Sample]) -> list[Sample]:
    """Add up what several main processes of one service tell of the same thing."""
    sums: dict[tuple[str, tuple[tuple[str, str], ...]], Sample] = {}
    for sample in samples:
        key = sample.name, tuple(sorted(sample.labels.items()))
        before = sums[key].value if key in sums else 0.0
        sums[key] = sample._replace(value=before + sample.value)
    return list(sums.values())


class _OfStores:
    """What the stores know; numbers of processes are told even where the stores do not answer."""

    def collect(self) -> Iterator[Metric]:
        answered = GaugeMetricFamily("helianthus_stores_asked", "1 where the stores answered this scrape, else 0.")
        try:
            found = [metric for function in _facts for metric in function()]
        except (DatabaseError, RedisError):
            found = []
            answered.add_metric([], 0)
        else:
            answered.add_metric([], 1)
        yield answered
        yield from found
