"""Reads: the items of a poll, by uid, by text, by tags. Hidden ones never come out."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import TypedDict, Unpack

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, QuerySet

from backend.common.errors import EntityNotFound, InvalidText
from backend.entities.models import ContextNote, Entity
from backend.polls.models import Poll

LONGEST_SEARCH = 200
"""Characters in a search; people type far fewer."""


def entities_shown(*, poll: Poll) -> QuerySet[Entity]:
    """Return all items of a poll that people may see, in the order they came in."""
    return Entity.objects.filter(poll=poll, is_hidden=False).defer("search").order_by("pk")


def entities_newest(*, poll: Poll) -> QuerySet[Entity]:
    """Return the items of a poll that people may see, the last one that came in first."""
    return entities_shown(poll=poll).order_by("-pk")


def entity_get(*, poll: Poll, uid: str) -> Entity:
    """Return an item of a poll by its uid.

    Raises
    ------
    EntityNotFound
        The poll has no such item, or it is hidden.
    """
    entity = entities_shown(poll=poll).filter(uid=uid).first() if "\0" not in uid else None
    if entity is None:
        raise EntityNotFound(field="uid", uid=uid[:100])
    return entity


def context_note_of(*, entity: Entity) -> ContextNote | None:
    """Return what moderators tell about an item."""
    return ContextNote.objects.filter(entity=entity).first()


def entities_warned(*, entities: Iterable[Entity]) -> set[int]:
    """Return the keys of those among some items of which moderators warn."""
    warnings = ContextNote.objects.filter(entity__in=[entity.pk for entity in entities], is_warning=True)
    return set(warnings.values_list("entity_id", flat=True))


def entities_by_uid(*, poll: Poll, uids: Iterable[str]) -> dict[str, Entity]:
    """Return the shown items among some uids, in one query."""
    wanted = [uid for uid in uids if "\0" not in uid]
    return {entity.uid: entity for entity in entities_shown(poll=poll).filter(uid__in=wanted)}


class ItemFilters(TypedDict, total=False):
    """Which items: all that is given must hold.

    ``text`` is what people type into search engines (``"a phrase" -without or``); an unfinished word matches too.
    ``author`` is words of the author's name, ``added_since`` the first day (UTC) on which an item may have come in;
    ``without_warnings`` leaves out items of which moderators warn.
    """

    text: str
    tags: Sequence[str]
    author: str
    added_since: date | None
    without_warnings: bool


def entity_list(*, poll: Poll, **filters: Unpack[ItemFilters]) -> QuerySet[Entity]:
    """Return the items that match; where there is a text, the best matches first.

    Raises
    ------
    InvalidText
        The search, a tag or the author is too long or holds characters that cannot be stored.
    """
    text, tags, author = filters.get("text", ""), filters.get("tags", ()), filters.get("author", "")
    for field, given in (("search", text), *(("tags", tag) for tag in tags), ("author", author)):
        if len(given) > LONGEST_SEARCH or "\0" in given:
            raise InvalidText(field=field, longest=LONGEST_SEARCH)
    entities = entities_shown(poll=poll)
    if tags:
        entities = entities.filter(tags__contains=list(tags))
    if words := _words(author):
        entities = entities.filter(search=_beginnings(words, weight="B"))
    if (since := filters.get("added_since")) is not None:
        entities = entities.filter(created_at__gte=datetime.combine(since, time.min, UTC))
    if filters.get("without_warnings"):
        entities = entities.exclude(note__is_warning=True)
    return _matching(entities, text) if text.strip() else entities


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _beginnings(words: Iterable[str], *, weight: str = "") -> SearchQuery:
    """Return a search for words that begin so; ``weight`` limits it to a part, as `Entity.search` weighs them."""
    return SearchQuery(" & ".join(f"'{word}':*{weight}" for word in words), config="simple", search_type="raw")


def _matching(entities: QuerySet[Entity], text: str) -> QuerySet[Entity]:
    query = SearchQuery(text, config="simple", search_type="websearch")
    if words := _words(text):
        query |= _beginnings(words)
    return entities.filter(search=query).order_by(SearchRank(F("search"), query).desc(), "pk")
