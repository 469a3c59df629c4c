"""Admin pages of items."""

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backend.accounts.models import User
from backend.common.admin import BoundedRelatedFilter, ReadOnlyAdmin, confirmed
from backend.entities.models import ContextNote, Entity
from backend.entities.services import entity_set_hidden
from backend.polls.admin import PartOfPollAdmin


@admin.register(Entity)
class EntityAdmin(PartOfPollAdmin[Entity]):
    note = _("Hide what nobody should see: deleting an item would delete what people said of it.")
    list_display = ("title", "uid", "poll", "author", "published_on", "is_hidden")
    list_filter = ("is_hidden", ("poll", BoundedRelatedFilter))
    list_select_related = ("poll",)
    ordering = ("-pk",)
    sortable_by = ()
    search_fields = ("title", "=uid", "author")
    raw_id_fields = ("poll",)
    readonly_fields = ("is_hidden", "created_at", "updated_at")
    exclude = ("search",)
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}  # noqa: RUF012 # as Django declares it
    actions = ("hide", "show")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entity]:
        return super().get_queryset(request).defer("search")

    def weight_of(self, row: Entity) -> list[str]:
        count = row.comparisons_left.count() + row.comparisons_right.count()
        return [gettext("%(n)s comparisons of %(row)s") % {"n": count, "row": row}] if count else []

    @confirmed(
        description=_("Hide from pages at once and from the next run"),
        explanation=_(
            "Nobody sees these items any more, and what was said of them counts for nothing until they are shown again."
        ),
    )
    def hide(self, row: Entity, by: User) -> bool:
        changes = not row.is_hidden
        entity_set_hidden(entity=row, is_hidden=True, by=by)
        return changes

    @confirmed(
        description=_("Show again"),
        explanation=_("Everybody who may see the poll sees these items again, and what was said of them counts."),
    )
    def show(self, row: Entity, by: User) -> bool:
        changes = row.is_hidden
        entity_set_hidden(entity=row, is_hidden=False, by=by)
        return changes


@admin.register(ContextNote)
class ContextNoteAdmin(ReadOnlyAdmin[ContextNote]):
    note = _("Notes are written on the items' pages; who wrote what, and when, is in the history of the poll.")
    list_display = ("entity", "text", "is_warning", "author", "updated_at")
    list_filter = ("is_warning", ("entity__poll", BoundedRelatedFilter))
    list_select_related = ("entity", "author")
    date_hierarchy = "updated_at"
    search_fields = ("text", "=entity__uid", "entity__title")
