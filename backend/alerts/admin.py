"""Admin pages of what was told of failing runs."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from backend.alerts.models import PollWatch
from backend.common.admin import ReadOnlyAdmin


@admin.register(PollWatch)
class PollWatchAdmin(ReadOnlyAdmin[PollWatch]):
    note = _("Up to which run each poll was looked at, and when somebody was told that its runs fail.")
    list_display = ("poll", "last_run", "failing_since", "told_at")
    list_filter = (("failing_since", admin.EmptyFieldListFilter),)
    list_select_related = ("poll",)
    ordering = ("-pk",)
    search_fields = ("poll__slug", "poll__title")
