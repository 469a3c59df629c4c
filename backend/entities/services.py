"""Writes: what of a poll's items is shown, and what its moderators tell about them."""

from django.db import transaction

from backend.accounts.models import User
from backend.common.errors import PollNotManaged
from backend.entities.models import ContextNote, Entity
from backend.polls.history import poll_log
from backend.polls.selectors import poll_is_managed
from backend.polls.services import news_add


@transaction.atomic
def entity_set_hidden(*, entity: Entity, is_hidden: bool, by: User | None = None) -> Entity:
    """Hide an item from every page at once, and from the next run; or show it again."""
    if Entity.objects.filter(pk=entity.pk, is_hidden=not is_hidden).update(is_hidden=is_hidden):
        news_add(poll_ids=[entity.poll_id])
        poll_log(poll=entity.poll, user=by, changes={f"{entity.uid} hidden"[:200]: (not is_hidden, is_hidden)})
    entity.is_hidden = is_hidden
    return entity


@transaction.atomic
def context_note_set(*, entity: Entity, user: User, text: str, is_warning: bool = False) -> None:
    """Write the note of an item in place of what was there, or take it away where nothing is left to say.

    Raises
    ------
    PollNotManaged
    django.core.exceptions.ValidationError
        By field.
    """
    if not poll_is_managed(poll=entity.poll, user=user):
        raise PollNotManaged
    # The item is locked, so that of two who write at once the second one's log tells what the first one wrote.
    Entity.objects.select_for_update(no_key=True).only("pk").get(pk=entity.pk)
    note = ContextNote.objects.filter(entity=entity).first()
    before = _told(note)
    if not text.strip():
        ContextNote.objects.filter(entity=entity).delete()
        note = None
    else:
        note = note or ContextNote(entity=entity)
        note.text, note.is_warning, note.author = text.strip(), is_warning, user
        note.full_clean()
        note.save()
    if (after := _told(note)) != before:
        poll_log(poll=entity.poll, user=user, changes={f"note on {entity.uid}"[:200]: (before, after)})


def _told(note: ContextNote | None) -> str:
    """Return a note as the history tells it."""
    if note is None:
        return ""
    return f"⚠ {note.text}" if note.is_warning else note.text
