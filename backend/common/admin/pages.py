"""How lists of the admin count and turn pages, and filter by what there may be very many of."""

import json
from functools import cached_property
from typing import Any

from django.contrib.admin.filters import RelatedFieldListFilter
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

COUNTED = 10_000
"""Rows that are counted one by one, and that can be paged through; searches and filters reach the others."""
CHOICES = 50
"""Values that a filter offers at most; the search reaches the others."""


class BoundedPaginator(Paginator):  # type: ignore[type-arg] # Django's own class takes none when it runs
    """Counts exactly up to a bound and asks the planner beyond it; its pages end at the bound.

    ``count(*)`` reads a whole table, and the last page of a million rows costs as much.
    """

    object_list: QuerySet[Any]
    bound = COUNTED

    @cached_property
    def count(self) -> int:
        exact = self.object_list.order_by()[: COUNTED + 1].count()
        return exact if exact <= COUNTED else max(exact, self._estimate())

    @property
    def is_estimated(self) -> bool:
        return self.count > COUNTED

    @cached_property
    def num_pages(self) -> int:
        return min(super().num_pages, max(COUNTED // self.per_page, 1))

    def _estimate(self) -> int:
        # The planner's guess for the same query, from the statistics that PostgreSQL keeps of each table.
        (plan,) = json.loads(self.object_list.order_by().explain(format="json"))
        return int(plan["Plan"]["Plan Rows"])


class BoundedRelatedFilter(RelatedFieldListFilter):
    """A filter by polls and the like, of which there may be thousands: it offers the newest."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        model: Any = field.remote_field.model
        chosen = model._default_manager.filter(pk__in=self._chosen())
        newest = [*chosen[:1], *model._default_manager.order_by("-pk")[:CHOICES]]
        return [(row.pk, str(row)) for row in dict.fromkeys(newest)]

    def _chosen(self) -> list[int]:
        given = self.lookup_val[-1] if self.lookup_val else ""
        return [int(given)] if given.isascii() and given.isdigit() and len(given) < 19 else []
