"""Reads: which mails wait."""

from dataclasses import dataclass

from django.db.models import Count, Max, Min
from django.db.models.functions import Extract, Now

from backend.observability.models import QueuedMail


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many mails wait, for how many seconds the oldest has, and why one of them was not taken."""

    count: int
    oldest: float
    error: str


def mails_waiting() -> Waiting:
    """Tell what waits; by the database's clock, which wrote the times."""
    age = Extract(Now() - Min("created_at"), "epoch")
    found = QueuedMail.objects.aggregate(count=Count("pk"), age=age, error=Max("error"))
    return Waiting(found["count"], float(found["age"] or 0), found["error"] or "")
