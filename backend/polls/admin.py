"""Admin pages of criteria and news. Those of polls are in `backend.pipeline.admin`, which knows what a run accepts."""

from typing import TypeVar

from django.contrib import admin
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from backend.common.admin import CascadingAdmin, ReadOnlyAdmin
from backend.polls.models import Criterion, News
from backend.polls.services import news_add

M = TypeVar("M", bound=Model)


class PartOfPollAdmin(CascadingAdmin[M]):
    """Rows that stay in their poll, which judgments rely on. Deleting one leaves news: it moves the scores."""

    def get_readonly_fields(self, request: HttpRequest, obj: M | None = None) -> list[str]:
        fixed = [] if obj is None else ["poll"]
        return [*super().get_readonly_fields(request, obj), *fixed]

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: M) -> None:
        poll_id: int = obj.poll_id  # type: ignore[attr-defined] # all these models have one
        super().delete_model(request, obj)
        news_add(poll_ids=[poll_id])

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[M]) -> None:
        poll_ids = set(queryset.order_by().values_list("poll_id", flat=True))
        super().delete_queryset(request, queryset)
        news_add(poll_ids=poll_ids)


@admin.register(Criterion)
class CriterionAdmin(PartOfPollAdmin[Criterion]):
    list_display = ("title", "name", "poll", "position", "is_optional")
    list_filter = ("is_optional", "poll")
    list_select_related = ("poll",)
    search_fields = ("title", "name")
    raw_id_fields = ("poll",)


@admin.register(News)
class NewsAdmin(ReadOnlyAdmin[News]):
    list_display = ("poll", "created_at")
    list_filter = ("poll",)
    list_select_related = ("poll",)
    search_fields = ("poll__slug",)
