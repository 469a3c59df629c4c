"""Admin pages of runs and snapshots."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from backend.common.admin import ReadOnlyAdmin
from backend.common.errors import RunNotActive
from backend.pipeline.models import Run, Snapshot
from backend.pipeline.services import run_cancel


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin[Run]):
    list_display = ("id", "poll", "status", "step", "trigger", "started_by", "started_at", "finished_at")
    list_filter = ("status", "trigger", "poll")
    list_select_related = ("poll", "started_by")
    search_fields = ("poll__slug", "snapshot_digest", "error")
    actions = ("cancel",)

    @admin.action(description="Cancel")
    def cancel(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        for run in queryset:
            try:
                run_cancel(run=run)
            except RunNotActive as error:
                self.message_user(request, error.message, level="WARNING")


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin[Snapshot]):
    list_display = ("digest", "poll", "created_at")
    list_filter = ("poll",)
    list_select_related = ("poll",)
    search_fields = ("digest", "poll__slug")
    exclude = ("content",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Snapshot]:
        return super().get_queryset(request).defer("content")
