"""Admin pages of polls and criteria."""

from django.contrib import admin

from backend.common.admin import CascadingAdmin, ModelAdmin, TabularInline
from backend.polls.models import Criterion, News, Poll


class CriterionInline(TabularInline[Criterion, Poll]):
    model = Criterion
    fields = ("name", "title", "question", "position", "is_optional")
    extra = 0


@admin.register(Poll)
class PollAdmin(CascadingAdmin[Poll]):
    list_display = ("title", "slug", "visibility", "is_open", "is_simulated", "created_at")
    list_filter = ("visibility", "is_open", "is_simulated")
    search_fields = ("title", "slug", "question")
    raw_id_fields = ("owner",)
    inlines = (CriterionInline,)


@admin.register(Criterion)
class CriterionAdmin(CascadingAdmin[Criterion]):
    list_display = ("title", "name", "poll", "position", "is_optional")
    list_filter = ("is_optional", "poll")
    list_select_related = ("poll",)
    search_fields = ("title", "name")
    raw_id_fields = ("poll",)


@admin.register(News)
class NewsAdmin(ModelAdmin[News]):
    list_display = ("poll", "created_at")
    list_filter = ("poll",)
    list_select_related = ("poll",)
    search_fields = ("poll__slug",)
    raw_id_fields = ("poll",)
