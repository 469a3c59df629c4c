"""Admin pages of scores: read-only, for only a run writes them.

Changed by hand, they would not be what anybody computes again from the public dataset, and their digests would lie.
There is no page of individual scores: the table has a row for each contributor, item and criterion, of which most are
private, and people find their own on their pages.
"""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backend.common.admin import BigTableAdmin, BoundedRelatedFilter, ReadOnlyAdmin, SuperusersOnly
from backend.scores.models import CollectiveScore, ContributorScaling, Hold, Publication, ScoreSet, Turn

NOTE = _("Only runs write scores: changed by hand, nobody could compute them again.")


@admin.register(ScoreSet)
class ScoreSetAdmin(ReadOnlyAdmin[ScoreSet]):
    note = NOTE
    list_display = ("id", "poll", "judgments", "contributors", "entities", "code_version", "created_at")
    list_filter = (("poll", BoundedRelatedFilter),)
    list_select_related = ("poll",)
    date_hierarchy = "created_at"
    search_fields = ("=poll__slug", "snapshot_digest", "result_digest")


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin[Publication]):
    note = _("Which score set each poll shows. Only runs and roll-backs change it.")
    list_display = ("poll", "score_set_id", "published_at")
    list_select_related = ("poll",)
    date_hierarchy = "published_at"
    search_fields = ("poll__slug", "poll__title")


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin[Hold]):
    note = _("Polls that go on showing earlier scores. A poll goes forward again on its page of runs.")
    list_display = ("poll", "held_by", "reason", "since")
    list_select_related = ("poll", "held_by")
    date_hierarchy = "since"
    ordering = ("-pk",)
    search_fields = ("poll__slug", "poll__title", "reason", "=held_by__username")


@admin.register(Turn)
class TurnAdmin(ReadOnlyAdmin[Turn]):
    note = _("Each time that somebody turned a poll to other scores. Kept for ever.")
    list_display = ("created_at", "poll", "action", "turned_by", "from_set", "to_set", "reason")
    list_filter = ("action", ("poll", BoundedRelatedFilter))
    list_select_related = ("poll", "turned_by")
    date_hierarchy = "created_at"
    search_fields = ("=poll__slug", "reason", "=turned_by__username")


@admin.register(CollectiveScore)
class CollectiveScoreAdmin(BigTableAdmin[CollectiveScore]):
    """The published ones; older sets are history."""

    note = NOTE
    list_display = ("entity", "criterion", "score", "left", "right", "polarisation", "contributors")
    list_filter = (("score_set__poll", BoundedRelatedFilter),)
    list_select_related = ("entity", "criterion")
    search_fields = ("=entity__uid", "entity__title", "=criterion__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CollectiveScore]:
        return super().get_queryset(request).filter(score_set__publications__isnull=False)


@admin.register(ContributorScaling)
class ContributorScalingAdmin(SuperusersOnly[ContributorScaling], BigTableAdmin[ContributorScaling]):
    """Superusers only: it tells how strictly somebody judges, in private too."""

    note = NOTE
    list_display = ("pk", "contributor", "criterion", "multiplier", "translation", "is_scaler", "score_set_id")
    list_filter = ("is_scaler", ("score_set__poll", BoundedRelatedFilter))
    list_select_related = ("contributor", "criterion")
    search_fields = ("=contributor__name", "=criterion__name")
