"""Reads: what waits, how old it is, what fails."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, F, Max, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Extract, Now

from backend.alerts.models import PollWatch
from backend.pipeline.models import Run
from backend.polls.models import News
from backend.scores.models import Publication

ENDED = (Run.Status.SUCCEEDED, Run.Status.FAILED, Run.Status.CANCELLED)
LATE = timedelta(minutes=2)
"""By then somebody has looked at a run that ended: beat asks for it every ten seconds, and a worker may be busy."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """How much news waits, how old the oldest is, and how long ago any poll's scores were published, in seconds."""

    waiting: int
    oldest: float
    published: float | None


def freshness() -> Freshness:
    """Tell how far what is shown is behind what was said; by the database's clock, which wrote the times."""
    news = News.objects.aggregate(count=Count("pk"), age=Extract(Now() - Min("created_at"), "epoch"))
    shown = Publication.objects.aggregate(age=Extract(Now() - Max(F("published_at")), "epoch"))
    oldest, published = news["age"], shown["age"]
    return Freshness(news["count"], float(oldest or 0), None if published is None else float(published))


def runs_active() -> dict[str, int]:
    """Count the runs under way, by their status."""
    counts = dict(Run.objects.filter(status__in=Run.ACTIVE).order_by().values_list("status").annotate(Count("pk")))
    return {status.value: counts.get(status.value, 0) for status in Run.ACTIVE}


def polls_failing() -> QuerySet[PollWatch]:
    """Return the polls whose last run failed, the longest first."""
    return PollWatch.objects.filter(failing_since__isnull=False).select_related("poll").order_by("failing_since")


def runs_unwatched() -> QuerySet[Run]:
    """Return the runs that ended since the last look at their poll."""
    seen = Coalesce(Subquery(PollWatch.objects.filter(poll=OuterRef("poll")).values("last_run")), 0)
    return Run.objects.filter(status__in=ENDED, pk__gt=seen)


def runs_unwatched_late() -> int:
    """Count the runs that ended and that nobody has looked at in time: of them nobody is told."""
    return runs_unwatched().filter(finished_at__lt=Now() - LATE).count()
