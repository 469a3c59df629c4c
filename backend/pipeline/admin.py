"""Admin pages of polls, runs, snapshots and what runs found.

Runs, snapshots and bounds are evidence of how scores came about: they can be read here, never rewritten. What starts,
stops and repeats runs are actions.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backend.accounts.models import User
from backend.common.admin import (
    BigTableAdmin,
    BoundedRelatedFilter,
    CascadingAdmin,
    ModelForm,
    ReadOnlyAdmin,
    TabularInline,
    confirmed,
)
from backend.common.errors import InvalidRunConfig
from backend.pipeline.journal import line_text
from backend.pipeline.models import Calibration, InfluenceBound, LogLine, Run, Snapshot
from backend.pipeline.parameters import run_config_check
from backend.pipeline.services import run_cancel, run_create, run_enqueue, run_retry
from backend.polls.models import Criterion, Poll
from backend.polls.services import news_add

EVIDENCE = _("Written by runs alone: it shows how scores came about, which nobody may rewrite.")


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
    """Criteria are deleted on their own pages, which count what hangs on them."""

    model = Criterion
    fields = ("name", "title", "question", "position", "is_optional")
    extra = 0
    can_delete = False


@admin.register(Poll)
class PollAdmin(CascadingAdmin[Poll]):
    form = PollForm
    list_display = ("title", "slug", "owner", "visibility", "is_open", "is_simulated", "created_at")
    list_filter = ("visibility", "is_open", "is_simulated")
    list_select_related = ("owner",)
    date_hierarchy = "created_at"
    search_fields = ("title", "slug", "question", "=owner__username")
    raw_id_fields = ("owner",)
    readonly_fields = ("created_at", "updated_at")
    inlines = (CriterionInline,)
    actions = ("recompute",)

    def weight_of(self, row: Poll) -> list[str]:
        count = row.comparisons.count()
        return [gettext("%(n)s comparisons of %(row)s") % {"n": count, "row": row}] if count else []

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Leave news where the scores would be others now; the admin saves in one transaction."""
        super().save_related(request, form, formsets, change)
        if form.initial.get("run_config") != form.cleaned_data["run_config"]:
            news_add(poll_ids=[form.instance.pk])

    @confirmed(
        description=_("Compute the scores again"),
        explanation=_("A run of each of these polls starts now. Where one is under way already, nothing happens."),
    )
    def recompute(self, row: Poll, by: User) -> bool:
        run = run_create(poll=row, trigger=Run.Trigger.PAGE, started_by=by)
        run_enqueue(run=run)
        return True


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin[Run]):
    note = EVIDENCE
    list_display = ("id", "poll", "status", "step", "trigger", "started_by", "started_at", "finished_at")
    list_filter = ("status", "trigger", ("poll", BoundedRelatedFilter))
    list_select_related = ("poll", "started_by")
    date_hierarchy = "created_at"
    search_fields = ("=poll__slug", "snapshot_digest", "error")
    actions = ("cancel", "retry")

    @confirmed(
        description=_("Cancel"),
        explanation=_(
            "These runs stop and publish nothing. The scores shown now stay. Runs that have ended stay as they are."
        ),
    )
    def cancel(self, row: Run, by: User) -> bool:
        run_cancel(run=row, by=by)
        return True

    @confirmed(
        description=_("Run again with the same parameters"),
        explanation=_("For each of these runs a new one of its poll starts now, over the judgments of today."),
    )
    def retry(self, row: Run, by: User) -> bool:
        run = run_retry(run=row, trigger=Run.Trigger.PAGE, started_by=by)
        run_enqueue(run=run)
        return True


@admin.register(LogLine)
class LogLineAdmin(BigTableAdmin[LogLine]):
    note = _("What happened to runs, line by line. It names nobody.")
    list_display = ("at", "run_id", "level", "event", "words")
    list_filter = ("level", ("run__poll", BoundedRelatedFilter))
    search_fields = ("=run__id", "=run__poll__slug", "=event")
    fields = readonly_fields = ("at", "run", "level", "event", "words", "details")

    @admin.display(description=_("What"))
    def words(self, row: LogLine) -> str:
        try:
            return line_text(row)
        except (KeyError, TypeError, ValueError):  # a line of another release, with other details
            return row.event


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin[Snapshot]):
    """Without what is in it: everybody's judgments, private ones too."""

    note = EVIDENCE
    list_display = ("digest", "poll", "created_at")
    list_filter = (("poll", BoundedRelatedFilter),)
    list_select_related = ("poll",)
    date_hierarchy = "created_at"
    search_fields = ("digest", "=poll__slug")
    exclude = ("content",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Snapshot]:
        return super().get_queryset(request).defer("content")


@admin.register(Calibration)
class CalibrationAdmin(ReadOnlyAdmin[Calibration]):
    note = EVIDENCE
    list_display = ("id", "poll", "status", "started_by", "sampled", "seconds", "created_at")
    list_filter = ("status", ("poll", BoundedRelatedFilter))
    list_select_related = ("poll", "started_by")
    date_hierarchy = "created_at"
    search_fields = ("=poll__slug", "snapshot_digest", "error")


@admin.register(InfluenceBound)
class InfluenceBoundAdmin(BigTableAdmin[InfluenceBound]):
    note = EVIDENCE
    list_display = ("entity", "criterion", "score_set_id", "crowd_low", "crowd_high", "coalition_low", "coalition_high")
    list_filter = (("score_set__poll", BoundedRelatedFilter),)
    list_select_related = ("entity", "criterion")
    search_fields = ("=entity__uid", "entity__title", "=criterion__name")
