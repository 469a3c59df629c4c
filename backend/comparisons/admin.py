"""Admin pages of what contributors said. It is theirs: it can be read here, never rewritten.

What they keep private, the staff does not read either. Superusers, who can read the database, see all rows; the others
of the staff see what everybody may.
"""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backend.common.admin import BigTableAdmin, BoundedRelatedFilter, ReadOnlyInline
from backend.comparisons.models import Comparison, Judgment, Rating
from backend.comparisons.selectors import comparisons_public

NOTE = _("What is private is shown to superusers only. Nobody rewrites or deletes it here: it belongs to who said it.")


class JudgmentInline(ReadOnlyInline[Judgment, Comparison]):
    model = Judgment
    fields = readonly_fields = ("criterion", "value", "maximum", "updated_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Judgment]:
        return super().get_queryset(request).select_related("criterion")


@admin.register(Comparison)
class ComparisonAdmin(BigTableAdmin[Comparison]):
    note = NOTE
    list_display = ("pk", "contributor", "poll", "left", "right", "updated_at")
    list_filter = (("poll", BoundedRelatedFilter),)
    list_select_related = ("contributor", "poll", "left", "right")
    search_fields = ("=contributor__name", "=left__uid", "=right__uid")
    inlines = (JudgmentInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Comparison]:
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.filter(pk__in=comparisons_public().values("pk"))


@admin.register(Judgment)
class JudgmentAdmin(BigTableAdmin[Judgment]):
    note = NOTE
    list_display = ("pk", "comparison_id", "criterion", "value", "maximum", "updated_at")
    list_filter = (("criterion__poll", BoundedRelatedFilter),)
    list_select_related = ("criterion",)
    search_fields = ("=comparison__contributor__name", "=criterion__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Judgment]:
        rows = super().get_queryset(request)
        public = comparisons_public().values("pk")
        return rows if request.user.is_superuser else rows.filter(comparison__in=public)


@admin.register(Rating)
class RatingAdmin(BigTableAdmin[Rating]):
    note = NOTE
    list_display = ("pk", "contributor", "entity", "is_public", "updated_at")
    list_filter = ("is_public", ("entity__poll", BoundedRelatedFilter))
    list_select_related = ("contributor", "entity")
    search_fields = ("=contributor__name", "=entity__uid")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rating]:
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.filter(is_public=True)
