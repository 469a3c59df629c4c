"""Admin pages of items."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from backend.common.admin import ReadOnlyAdmin
from backend.entities.models import ContextNote, Entity
from backend.entities.services import entity_set_hidden
from backend.polls.admin import PartOfPollAdmin


@admin.register(Entity)
class EntityAdmin(PartOfPollAdmin[Entity]):
    list_display = ("title", "uid", "poll", "author", "published_on", "is_hidden")
    list_filter = ("is_hidden", "poll")
    list_select_related = ("poll",)
    search_fields = ("title", "uid", "author")
    raw_id_fields = ("poll",)
    readonly_fields = ("is_hidden", "search", "created_at", "updated_at")
    actions = ("hide", "show")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entity]:
        return super().get_queryset(request).defer("search")

    @admin.action(description="Hide from pages at once and from the next run")
    def hide(self, request: HttpRequest, queryset: QuerySet[Entity]) -> None:
        for entity in queryset:
            entity_set_hidden(entity=entity, is_hidden=True)

    @admin.action(description="Show again")
    def show(self, request: HttpRequest, queryset: QuerySet[Entity]) -> None:
        for entity in queryset:
            entity_set_hidden(entity=entity, is_hidden=False)


@admin.register(ContextNote)
class ContextNoteAdmin(ReadOnlyAdmin[ContextNote]):
    """Written on the items' pages; who wrote what, and when, is in the history of the poll."""

    list_display = ("entity", "text", "is_warning", "author", "updated_at")
    list_filter = ("is_warning", "entity__poll")
    list_select_related = ("entity", "author")
    search_fields = ("text", "entity__uid", "entity__title")
