"""Rows of any model, made from what its fields say of themselves, each with related rows of its own."""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from backend.comparisons.models import Comparison
from backend.entities.models import Entity
from backend.polls.models import Poll
from backend.scores.models import CollectiveScore, Publication

Values = dict[str, Sequence[Any]]
_numbers = count()

PLAIN: tuple[tuple[Any, Callable[[], Any]], ...] = (
    (models.EmailField, lambda: f"somebody{next(_numbers)}@example.org"),
    (models.GenericIPAddressField, lambda: "127.0.0.1"),
    (models.CharField | models.TextField, lambda: f"words{next(_numbers)}"),
    (models.BooleanField, lambda: False),
    (models.FloatField | models.DecimalField | models.IntegerField, lambda: 1),
    (models.DateTimeField, timezone.now),
    (models.JSONField, dict),
    (ArrayField, lambda: ["words"]),
    (models.BinaryField, lambda: b"content"),
)


def rows_of(model: type[models.Model], n: int, **given: Sequence[Any]) -> list[Any]:
    """Return ``n`` new rows that share nothing; ``given`` names the values of some fields, row by row."""
    values = SPECIAL.get(model, lambda n: {})(n) | given
    for field in model._meta.concrete_fields:
        if field.name not in values and _is_needed(field):
            values[field.name] = _values(field, n)
    rows = [model(**{name: column[i] for name, column in values.items()}) for i in range(n)]
    return model._default_manager.bulk_create(rows)


def _is_needed(field: Any) -> bool:
    if field.is_relation:
        return field.related_model is not field.model
    made = field.generated or isinstance(field, models.AutoField) or getattr(field, "auto_now", False)
    return not (made or getattr(field, "auto_now_add", False) or field.has_default() or field.null)


def _values(field: Any, n: int) -> Sequence[Any]:
    if field.is_relation:
        return rows_of(field.related_model, n)
    if field.choices:
        return [field.choices[0][0]] * n
    plain = next(make for kind, make in PLAIN if isinstance(field, kind))
    return [plain() for _ in range(n)]


def _comparisons(n: int) -> Values:
    polls = rows_of(Poll, n)
    return {"poll": polls, "left": rows_of(Entity, n, poll=polls), "right": rows_of(Entity, n, poll=polls)}


def _log_entries(n: int) -> Values:
    polls = rows_of(Poll, n)
    return {
        "content_type": [ContentType.objects.get_for_model(Poll)] * n,
        "object_id": [poll.pk for poll in polls],
        "change_message": ['{"title": ["Old", "New"]}'] * n,
    }


SPECIAL: dict[type[models.Model], Callable[[int], Values]] = {
    Comparison: _comparisons,
    CollectiveScore: lambda n: {"score_set": [row.score_set for row in rows_of(Publication, n)]},
    LogEntry: _log_entries,
}
