"""Choosing an item for one side of a comparison: by search, by its address, from lists."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.accounts.selectors import contributor_of
from backend.entities.models import Entity
from backend.entities.selectors import entities_by_uid
from backend.participation.pairs.picking import items_found
from backend.participation.pairs.rate_later import rate_later_list
from backend.polls.models import Poll
from backend.polls.selectors import criterion_list, poll_get
from backend.scores.selectors import recommendations
from frontend.pages.comparing.pairs import SIDES
from frontend.pages.http import PageRequest, page, wants_fragment

SHOWN = 8
"""Items of each list."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An item to choose, and the comparison that it leads to."""

    item: Entity
    url: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """Items to choose from under one heading."""

    title: str | Promise
    offers: Sequence[Offer]


@page("GET", "HEAD")
def pick(request: PageRequest, slug: str) -> HttpResponse:
    """Show what to choose from: what a search finds, or lists; ``left`` and ``right`` hold the pair as it is."""
    poll = poll_get(user=request.user, slug=slug)
    side = "right" if request.GET.get("side") == "right" else "left"
    stays = _staying(request, poll, side)
    text = request.GET.get("q", "").strip()
    shelves = _found(poll, text, side, stays) if text else _lists(request, poll, side, stays)
    context = {
        "poll": poll,
        "side": side,
        "stays": stays,
        "q": text,
        "shelves": [shelf for shelf in shelves if shelf.offers],
    }
    return render(request, "compare/_shelves.html" if wants_fragment(request) else "compare/pick.html", context)


def _staying(request: PageRequest, poll: Poll, side: str) -> Entity | None:
    """Return the item of the other side, if there is one."""
    other = next(name for name in SIDES if name != side)
    return next(iter(entities_by_uid(poll=poll, uids=[request.GET.get(other, "")]).values()), None)


def _found(poll: Poll, text: str, side: str, stays: Entity | None) -> list[Shelf]:
    return [Shelf(_("Found"), _offers(poll, items_found(poll=poll, text=text), side, stays))]


def _lists(request: PageRequest, poll: Poll, side: str, stays: Entity | None) -> list[Shelf]:
    contributor = contributor_of(user=request.user)
    later = rate_later_list(contributor=contributor, poll=poll)[:SHOWN] if contributor else []
    criteria = criterion_list(poll=poll)
    best = recommendations(poll=poll, weights={criteria[0]: 1.0})[:SHOWN] if criteria else []
    return [
        Shelf(_("In your list for later"), _offers(poll, (waiting.entity for waiting in later), side, stays)),
        Shelf(_("Recommended in this poll"), _offers(poll, best, side, stays)),
    ]


def _offers(poll: Poll, items: Iterable[Entity], side: str, stays: Entity | None) -> list[Offer]:
    return [Offer(item, _address(poll, item, side, stays)) for item in items if item != stays]


def _address(poll: Poll, item: Entity, side: str, stays: Entity | None) -> str:
    other = next(name for name in SIDES if name != side)
    # With one item named only, that one stays and partners come by.
    pair = {side: item.uid, other: stays.uid} if stays else {"left": item.uid}
    return f"{reverse('compare', args=[poll.slug])}?{urlencode(pair)}"
