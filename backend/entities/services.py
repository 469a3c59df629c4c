"""Writes: what of a poll's items is shown."""

from django.db import transaction

from backend.entities.models import Entity
from backend.polls.services import news_add


@transaction.atomic
def entity_set_hidden(*, entity: Entity, is_hidden: bool) -> Entity:
    """Hide an item from every page at once, and from the next run; or show it again."""
    if Entity.objects.filter(pk=entity.pk, is_hidden=not is_hidden).update(is_hidden=is_hidden):
        news_add(poll_ids=[entity.poll_id])
    entity.is_hidden = is_hidden
    return entity
