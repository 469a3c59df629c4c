"""Cursor pages: as fast on the last page as on the first, and steady while rows come and go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.core import signing
from django.db.models import F, Model, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Key:
    """A column to sort by. The last key of a list must be unique. Empty values come last either way."""

    column: str
    descending: bool = False
    nullable: bool = False

    def expression(self) -> Any:
        """Return what ORDER BY needs."""
        column = F(self.column)
        nulls_last = True if self.nullable else None
        return column.desc(nulls_last=nulls_last) if self.descending else column.asc(nulls_last=nulls_last)

    def same(self, value: Any) -> Q:
        """Return the rows that stand at ``value``."""
        return Q(**{f"{self.column}__isnull": True}) if value is None else Q(**{self.column: value})

    def after(self, value: Any) -> Q | None:
        """Return the rows that come after ``value``; None if there can be none."""
        if value is None:
            return None
        later = Q(**{f"{self.column}__{'lt' if self.descending else 'gt'}": value})
        return later | Q(**{f"{self.column}__isnull": True}) if self.nullable else later


@dataclass(frozen=True)
class Page:
    """Some results, and where the next ones are."""

    results: Sequence[Any]
    next: str | None


def page_of(
    queryset: QuerySet[Row], *, request: Request, parameters: Mapping[str, Any], keys: Sequence[Key], scope: str
) -> Page:
    """Return the page that ``cursor`` and ``limit`` of the parameters ask for.

    ``scope`` names the list and its order. Cursors are signed with it, so one that was made up, or that
    belongs to another list, is refused instead of leading to a wrong place.
    """
    limit = parameters["limit"]
    if cursor := parameters.get("cursor"):
        queryset = queryset.filter(_after(keys, _read(cursor, scope)))
    rows = list(queryset.order_by(*(key.expression() for key in keys))[: limit + 1])
    if len(rows) <= limit:
        return Page(rows, None)
    cursor = _write([getattr(rows[limit - 1], key.column) for key in keys], scope)
    return Page(rows[:limit], replace_query_param(request.build_absolute_uri(), "cursor", cursor))


class PageSerializer(serializers.Serializer[Any]):
    """The base of pages; each adds its ``results``."""

    next = serializers.URLField(allow_null=True, help_text="Address of the next page; null on the last.")


def _after(keys: Sequence[Key], values: Sequence[Any]) -> Q:
    """Return the rows after a place: equal on the first keys and later on the next one."""
    result = Q(pk__in=())
    same = Q()
    for key, value in zip(keys, values, strict=True):
        later = key.after(value)
        if later is not None:
            result |= same & later
        same &= key.same(value)
    return result


def _write(values: list[Any], scope: str) -> str:
    plain = [value.isoformat() if isinstance(value, date | datetime) else value for value in values]
    return signing.dumps(plain, salt=f"cursor:{scope}")


def _read(cursor: str, scope: str) -> list[Any]:
    try:
        values: list[Any] = signing.loads(cursor, salt=f"cursor:{scope}")
    except signing.BadSignature as error:
        message = _("This cursor is not of this list in this order. Take the address in `next` as it is.")
        raise ValidationError({"cursor": [ErrorDetail(message, code="bad_cursor")]}) from error
    return values
