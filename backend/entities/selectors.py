"""Reads: the items of a poll, by uid, by text, by tags. Hidden ones never come out."""

import re
from collections.abc import Iterable, Sequence

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import F, QuerySet

from backend.common.errors import EntityNotFound, InvalidText
from backend.entities.models import Entity
from backend.polls.models import Poll

LONGEST_SEARCH = 200
"""Characters in a search; people type far fewer."""


def entities_shown(*, poll: Poll) -> QuerySet[Entity]:
    """Return all items of a poll that people may see, in the order they came in."""
    return Entity.objects.filter(poll=poll, is_hidden=False).defer("search").order_by("pk")


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


def entities_by_uid(*, poll: Poll, uids: Iterable[str]) -> dict[str, Entity]:
    """Return the shown items among some uids, in one query."""
    wanted = [uid for uid in uids if "\0" not in uid]
    return {entity.uid: entity for entity in entities_shown(poll=poll).filter(uid__in=wanted)}


def entity_list(*, poll: Poll, text: str = "", tags: Sequence[str] = ()) -> QuerySet[Entity]:
    """Return the items that match a search and bear all the tags; the best matches first.

    ``text`` is what people type into search engines (``"a phrase" -without or``); an unfinished word matches too.

    Raises
    ------
    InvalidText
        The search or a tag is too long or holds characters that cannot be stored.
    """
    for given in (text, *tags):
        if len(given) > LONGEST_SEARCH or "\0" in given:
            raise InvalidText(field="search" if given is text else "tags", longest=LONGEST_SEARCH)
    entities = entities_shown(poll=poll)
    if tags:
        entities = entities.filter(tags__contains=list(tags))
    return _matching(entities, text) if text.strip() else entities


def _matching(entities: QuerySet[Entity], text: str) -> QuerySet[Entity]:
    query = SearchQuery(text, config="simple", search_type="websearch")
    words = re.findall(r"\w+", text)
    if words:
        beginnings = " & ".join(f"'{word}':*" for word in words)
        query |= SearchQuery(beginnings, config="simple", search_type="raw")
    return entities.filter(search=query).order_by(SearchRank(F("search"), query).desc(), "pk")


def tag_counts(*, poll: Poll) -> list[tuple[str, int]]:
    """Return each tag of the shown items with their number, most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tag, count(*) FROM entities_entity, unnest(tags) AS tag"
            " WHERE poll_id = %s AND NOT is_hidden GROUP BY tag ORDER BY count(*) DESC, tag",
            [poll.pk],
        )
        return [(tag, count) for tag, count in cursor.fetchall()]
