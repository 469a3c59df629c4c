"""The switches, to be turned: rows are neither added nor deleted, since the code says which there are. And mails."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backend.common.admin import ModelAdmin, ReadOnlyAdmin
from backend.observability.models import QueuedMail, SwitchState
from backend.observability.services import switch_set
from backend.observability.switches import SWITCHES, Switch


@admin.register(SwitchState)
class SwitchStateAdmin(ModelAdmin[SwitchState]):
    list_display = ("title", "explanation", "state", "is_on", "note", "changed_by", "updated_at")
    list_select_related = ("changed_by",)
    search_fields = ("name", "note")
    fields = ("title", "explanation", "is_on", "state", "note")
    readonly_fields = ("title", "explanation", "is_on")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SwitchState | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: SwitchState, form: Any, change: bool) -> None:
        state = SwitchState.State(obj.state)
        switch_set(switch=_switch(obj), state=state, user_id=request.user.pk, note=obj.note)

    @admin.display(description=_("Switch"), ordering="name")
    def title(self, row: SwitchState) -> str:
        return str(_switch(row).title)

    @admin.display(description=_("What it does"))
    def explanation(self, row: SwitchState) -> str:
        return str(_switch(row).explanation)

    @admin.display(description=_("On now"), boolean=True)
    def is_on(self, row: SwitchState) -> bool:
        by_default = _switch(row).is_on_by_default
        return by_default if row.state == SwitchState.State.DEFAULT else row.state == SwitchState.State.ON


def _switch(row: SwitchState) -> Switch:
    """Return the switch of a row; until the next `migrate` there may be rows of switches that are no more."""
    return SWITCHES.get(row.name, Switch(row.name, row.name, _("Does nothing any more.")))


@admin.register(QueuedMail)
class QueuedMailAdmin(ReadOnlyAdmin[QueuedMail]):
    note = _("Mails that the mail server has not taken yet. What they say, and to whom, nobody reads here.")
    list_display = ("pk", "created_at", "due_at", "attempts", "error")
    search_fields = ("=error",)
    ordering = ("pk",)
    fields = readonly_fields = ("created_at", "due_at", "attempts", "error")
