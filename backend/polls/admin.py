"""Admin pages of criteria and news. Those of polls are in `backend.pipeline.admin`, which knows what a run accepts."""

from typing import TypeVar

from django.contrib import admin
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backend.common.admin import BoundedRelatedFilter, CascadingAdmin, ReadOnlyAdmin
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


@admin.register(Criterion)
class CriterionAdmin(PartOfPollAdmin[Criterion]):
    note = _("A criterion that was judged stays: make it optional to ask about it less often.")
    list_display = ("title", "name", "poll", "position", "is_optional")
    list_filter = ("is_optional", ("poll", BoundedRelatedFilter))
    list_select_related = ("poll",)
    ordering = ("-pk",)
    search_fields = ("title", "name", "=poll__slug")
    raw_id_fields = ("poll",)
    readonly_fields = ("created_at", "updated_at")

    def weight_of(self, row: Criterion) -> list[str]:
        count = row.judgments.count()
        return [gettext("%(n)s judgments on %(row)s") % {"n": count, "row": row}] if count else []


@admin.register(News)
class NewsAdmin(ReadOnlyAdmin[News]):
    note = _("What happened since the last run. The next one reads it and takes it away.")
    list_display = ("pk", "poll", "created_at")
    list_filter = (("poll", BoundedRelatedFilter),)
    list_select_related = ("poll",)
    ordering = ("-pk",)
    search_fields = ("=poll__slug",)
