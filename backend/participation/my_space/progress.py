"""How far a contributor has come in a poll, and what would tell most next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

import numpy as np
from django.db.models import Count, Max, Min
from django.db.models.functions import TruncMonth, TruncWeek, TruncYear
from django.utils import timezone

from backend.accounts.models import Contributor
from backend.comparisons.models import Comparison
from backend.entities.models import Entity
from backend.entities.selectors import entities_shown
from backend.participation.own_model import OwnScores, own_models_fit
from backend.participation.own_record import OwnRecord, own_record
from backend.polls.models import Criterion, Poll

MOST_PERIODS = 30
"""Bars of a chart that a phone still shows apart."""
DAYS = {"week": 7, "month": 31, "year": 366}
TRUNCATE = {"week": TruncWeek, "month": TruncMonth, "year": TruncYear}


@dataclass(frozen=True, slots=True)
class Period:
    """How many pairs the contributor judged for the first time in the week, month or year that begins then."""

    start: datetime
    comparisons: int


@dataclass(frozen=True, slots=True)
class Progress:
    """What a contributor has done on a poll's items.

    ``sure`` of the ``scored`` items are better or worse than the middle whatever the truth within their intervals;
    ``spread`` is the usual distance from a score to the end of its interval, None without scores. ``bridge`` is two
    items of groups that no comparison connects.
    """

    comparisons: int
    items: int
    items_of_poll: int
    once: int
    scored: int
    sure: int
    spread: float | None
    bridge: tuple[Entity, Entity] | None


def progress_of(*, contributor: Contributor, poll: Poll, criterion: Criterion) -> Progress:
    """Return the contributor's progress; scores are those of one criterion, refitted."""
    record = own_record(contributor=contributor, poll=poll, criterion=criterion)
    shown = entities_shown(poll=poll)
    scores = own_models_fit(contributor=contributor, poll=poll, criteria=[criterion])[criterion.pk]
    _, times = np.unique(np.concatenate((record.left, record.right)), return_counts=True)
    return Progress(
        comparisons=len(record),
        items=shown.filter(pk__in=record.entities.tolist()).count(),
        items_of_poll=shown.count(),
        once=int((times == 1).sum()),
        scored=len(scores),
        sure=sum(not -own.right <= own.score <= own.left for own in scores.values()),
        spread=_spread(scores),
        bridge=_bridge(record, poll),
    )


def _spread(scores: OwnScores) -> float | None:
    return median((own.left + own.right) / 2 for own in scores.values()) if scores else None


def _bridge(record: OwnRecord, poll: Poll) -> tuple[Entity, Entity] | None:
    """Return an item of each of the two largest groups; the most compared ones, which say most of their group."""
    if not len(record):
        return None
    labels = record.components
    largest = np.argsort(-np.bincount(labels), kind="stable")[:2]
    if len(largest) < 2:
        return None
    times = np.bincount(np.searchsorted(record.entities, np.concatenate((record.left, record.right))))
    keys = [int(record.entities[np.where(labels == label, times, 0).argmax()]) for label in largest]
    found = entities_shown(poll=poll).in_bulk(keys)
    return (found[keys[0]], found[keys[1]]) if len(found) == 2 else None


def comparisons_over_time(*, contributor: Contributor, poll: Poll) -> tuple[str, Sequence[Period]]:
    """Return "week", "month" or "year", and as many such periods as the contributor took part, the empty ones too."""
    own = Comparison.objects.filter(contributor=contributor, poll=poll).order_by()
    ends = own.aggregate(first=Min("created_at"), last=Max("created_at"))
    if ends["first"] is None:
        return "week", []
    span = (ends["last"] - ends["first"]).days
    unit = next((unit for unit, days in DAYS.items() if span / days < MOST_PERIODS - 1), "year")
    counted = own.annotate(start=TRUNCATE[unit]("created_at")).values("start").annotate(n=Count("pk")).order_by("start")
    counts: dict[datetime, int] = {row["start"]: row["n"] for row in counted}
    return unit, _filled(unit, counts)


def _filled(unit: str, counts: dict[datetime, int]) -> list[Period]:
    """Return the periods from the first to the last one; the newest where there are too many years for a chart."""
    start, last = min(counts), max(counts)
    periods = []
    while start <= last:
        periods.append(Period(start, counts.get(start, 0)))
        start = _next(unit, start)
    return periods[-MOST_PERIODS:]


def _next(unit: str, start: datetime) -> datetime:
    """Return the beginning of the next period: midnight there, also where clocks change in between."""
    day = start.date() + timedelta(days=DAYS[unit])
    if unit != "week":
        day = day.replace(day=1, month=1 if unit == "year" else day.month)
    return timezone.make_aware(datetime(day.year, day.month, day.day), timezone.get_current_timezone())  # noqa: DTZ001
