"""Admin pages of scores: read-only, for only a run writes them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from backend.common.admin import ReadOnlyAdmin
from backend.scores.models import CollectiveScore, ContributorScaling, Publication, ScoreSet


@admin.register(ScoreSet)
class ScoreSetAdmin(ReadOnlyAdmin[ScoreSet]):
    list_display = ("id", "poll", "judgments", "contributors", "entities", "code_version", "created_at")
    list_filter = ("poll",)
    list_select_related = ("poll",)
    search_fields = ("poll__slug", "snapshot_digest", "result_digest")


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin[Publication]):
    list_display = ("poll", "score_set_id", "published_at")
    list_filter = ("published_at",)
    list_select_related = ("poll",)
    search_fields = ("poll__slug",)


@admin.register(CollectiveScore)
class CollectiveScoreAdmin(ReadOnlyAdmin[CollectiveScore]):
    """The published ones; older sets are history."""

    list_display = ("entity", "criterion", "score", "left", "right", "polarisation", "contributors")
    list_filter = ("criterion",)
    list_select_related = ("entity", "criterion")
    search_fields = ("entity__uid", "entity__title")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CollectiveScore]:
        return super().get_queryset(request).filter(score_set__publications__isnull=False)


@admin.register(ContributorScaling)
class ContributorScalingAdmin(ReadOnlyAdmin[ContributorScaling]):
    list_display = ("contributor", "criterion", "multiplier", "translation", "is_scaler", "score_set_id")
    list_filter = ("is_scaler", "criterion")
    list_select_related = ("contributor", "criterion")
    search_fields = ("contributor__name",)
