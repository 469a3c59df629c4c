"""The log of what the staff did, readable and unchangeable."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backend.common.admin.bases import BigTableAdmin
from backend.common.audit import words_of


@admin.register(LogEntry)
class LogEntryAdmin(BigTableAdmin[LogEntry]):
    """What was done with forms and actions here, with the pages of polls' owners, and through services."""

    note = _("What the staff and the owners of polls did, on any page. Nobody changes or deletes it.")
    list_display = ("action_time", "user", "action_flag", "row", "done")
    list_filter = ("action_flag", ("content_type", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("user", "content_type")
    date_hierarchy = "action_time"
    search_fields = ("=user__username", "object_repr", "change_message")
    fields = readonly_fields = ("action_time", "user", "action_flag", "content_type", "row", "done")

    @admin.display(description=_("of what"))
    def row(self, entry: LogEntry) -> SafeString | str:
        url = entry.get_admin_url() if not entry.is_deletion() else None
        return format_html('<a href="{}">{}</a>', url, entry.object_repr or "–") if url else entry.object_repr or "–"

    @admin.display(description=_("what"))
    def done(self, entry: LogEntry) -> str:
        return words_of(entry)
