"""Admin pages of polls, runs and snapshots."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from backend.common.admin import CascadingAdmin, ModelForm, ReadOnlyAdmin, TabularInline
from backend.common.errors import InvalidRunConfig, RunNotActive
from backend.pipeline.models import Calibration, Run, Snapshot
from backend.pipeline.services import run_cancel, run_config_check
from backend.polls.models import Criterion, Poll
from backend.polls.services import news_add


class PollForm(ModelForm[Poll]):
    """A poll whose runs can start."""

    def clean_run_config(self) -> object:
        """Refuse what a run would refuse, before every run of the poll does."""
        config: object = self.cleaned_data["run_config"]
        try:
            run_config_check(config=config)
        except InvalidRunConfig as error:
            raise forms.ValidationError(error.message) from error
        return config


class CriterionInline(TabularInline[Criterion, Poll]):
    model = Criterion
    fields = ("name", "title", "question", "position", "is_optional")
    extra = 0


@admin.register(Poll)
class PollAdmin(CascadingAdmin[Poll]):
    form = PollForm
    list_display = ("title", "slug", "visibility", "is_open", "is_simulated", "created_at")
    list_filter = ("visibility", "is_open", "is_simulated")
    search_fields = ("title", "slug", "question")
    raw_id_fields = ("owner",)
    inlines = (CriterionInline,)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Leave news where the scores would be others now; the admin saves in one transaction."""
        super().save_related(request, form, formsets, change)
        is_reconfigured = form.initial.get("run_config") != form.cleaned_data["run_config"]
        if is_reconfigured or any(formset.deleted_objects for formset in formsets):
            news_add(poll_ids=[form.instance.pk])


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


@admin.register(Calibration)
class CalibrationAdmin(ReadOnlyAdmin[Calibration]):
    list_display = ("id", "poll", "status", "started_by", "sampled", "seconds", "created_at")
    list_filter = ("status", "poll")
    list_select_related = ("poll", "started_by")
    search_fields = ("poll__slug", "snapshot_digest", "error")
