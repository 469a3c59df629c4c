"""Admin pages of comparisons. Judgments belong to their contributors: they can be read here, not rewritten."""

from django.contrib import admin

from backend.common.admin import ReadOnlyAdmin, TabularInline
from backend.comparisons.models import Comparison, Judgment, Rating


class JudgmentInline(TabularInline[Judgment, Comparison]):
    model = Judgment
    fields = readonly_fields = ("criterion", "value", "maximum", "updated_at")
    can_delete = False
    extra = max_num = 0


@admin.register(Comparison)
class ComparisonAdmin(ReadOnlyAdmin[Comparison]):
    list_display = ("contributor", "poll", "left", "right", "updated_at")
    ordering = ("-pk",)
    list_filter = ("poll",)
    list_select_related = ("contributor", "poll", "left", "right")
    search_fields = ("contributor__name", "left__uid", "right__uid")
    inlines = (JudgmentInline,)


@admin.register(Judgment)
class JudgmentAdmin(ReadOnlyAdmin[Judgment]):
    list_display = ("comparison_id", "criterion", "value", "maximum", "updated_at")
    list_filter = ("criterion",)
    list_select_related = ("criterion",)
    search_fields = ("comparison__contributor__name",)


@admin.register(Rating)
class RatingAdmin(ReadOnlyAdmin[Rating]):
    list_display = ("contributor", "entity", "is_public", "updated_at")
    list_filter = ("is_public", "entity__poll")
    list_select_related = ("contributor", "entity")
    search_fields = ("contributor__name", "entity__uid")
