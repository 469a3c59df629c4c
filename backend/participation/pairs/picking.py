"""Reads: the item that somebody means, by what they typed or pasted."""

from itertools import islice
from urllib.parse import parse_qsl, unquote, urlsplit

from backend.entities.models import Entity
from backend.entities.selectors import entities_by_uid, entities_shown, entity_list
from backend.polls.models import Poll

MOST_FOUND = 20
_PARTS = 20
"""Parts of a pasted address that may be a uid."""


def items_found(*, poll: Poll, text: str) -> list[Entity]:
    """Return the items that a text may mean, the likeliest first.

    ``text`` is an item's uid, its address here or elsewhere, or words to search for.

    Raises
    ------
    InvalidText
        Too long for a search, and no uid or address of an item.
    """
    wanted = text.strip()
    return _pasted(poll, wanted) or list(entity_list(poll=poll, text=wanted)[:MOST_FOUND])


def _pasted(poll: Poll, text: str) -> list[Entity]:
    """Return the item of that uid or address, if there is one: the longest part of an address that is a uid wins."""
    is_address = text.startswith(("http://", "https://"))
    parts = list(islice(_parts(text), _PARTS)) if is_address else [text]
    found = entities_by_uid(poll=poll, uids=parts)
    if found:
        return [max(found.values(), key=lambda entity: len(entity.uid))]
    return list(entities_shown(poll=poll).filter(url=text)[:1]) if is_address and "\0" not in text else []


def _parts(address: str) -> list[str]:
    """Return what may be a uid in an address: the ends of its path, and the values of its query."""
    try:
        parsed = urlsplit(address)
    except ValueError:
        return []
    steps = [step for step in unquote(parsed.path).split("/") if step]
    ends = ["/".join(steps[start:]) for start in range(len(steps))]
    return [value for _, value in parse_qsl(parsed.query)] + ends[::-1]
