"""Atom feeds of a poll: its best items, and its new ones. They tell what every visitor may see, whoever asks."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import truncatewords
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from backend.common.errors import ApplicationError
from backend.entities.models import Entity
from backend.entities.selectors import entities_newest
from backend.polls.models import Poll
from backend.polls.selectors import criterion_list, poll_get
from backend.scores.selectors import ranking, score_set_published
from frontend.numbers import score_text

ENTRIES = 50
WORDS = 60
FRESH = 300
"""Seconds for which a reader, or a cache between, need not ask again."""
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


if TYPE_CHECKING:
    FeedOfItems = Feed[Entity, Poll]
else:
    FeedOfItems = Feed


class PollFeed(FeedOfItems):
    """What both feeds share."""

    feed_type = Atom1Feed
    author_name = settings.SITE_NAME

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Poll:
        # Caches keep feeds: they never hold what only an account may see.
        return poll_get(user=AnonymousUser(), slug=kwargs["slug"])

    def link(self, obj: Poll) -> str:
        return reverse("poll", args=[obj.slug])

    def subtitle(self, obj: Poll) -> str:
        return _xml(obj.question)

    def item_link(self, item: Entity) -> str:
        return reverse("item", args=[item.poll.slug, item.uid])

    def item_title(self, item: Entity) -> str:
        return _xml(item.title)

    def item_description(self, item: Entity) -> str:
        return _xml(truncatewords(item.text, WORDS))

    def item_author_name(self, item: Entity) -> str:
        return _xml(item.author)

    def item_categories(self, item: Entity) -> list[str]:
        return [_xml(tag) for tag in item.tags]

    def item_pubdate(self, item: Entity) -> datetime:
        return item.created_at


class NewItems(PollFeed):
    """The items that came in last."""

    def title(self, obj: Poll) -> str:
        return _("New items of “%(poll)s”") % {"poll": _xml(obj.title)}

    def items(self, obj: Poll) -> Iterable[Entity]:
        return _of(obj, entities_newest(poll=obj)[:ENTRIES])

    def item_updateddate(self, item: Entity) -> datetime:
        return item.updated_at


class BestItems(PollFeed):
    """The best items by the poll's main criterion; an item that enters the ranking is a new entry."""

    def title(self, obj: Poll) -> str:
        return _("The best items of “%(poll)s”") % {"poll": _xml(obj.title)}

    def items(self, obj: Poll) -> Iterable[Entity]:
        criteria, score_set = criterion_list(poll=obj), score_set_published(poll=obj)
        if not criteria or score_set is None:
            return []
        best = ranking(poll=obj, criterion=criteria[0], least_contributors=1)[:ENTRIES]
        entities = _of(obj, best)
        for entity in entities:
            entity.computed_at = score_set.created_at  # type: ignore[attr-defined] # for item_updateddate
        return entities

    def item_title(self, item: Entity) -> str:
        score: float = item.score  # type: ignore[attr-defined] # annotated by the ranking
        return _("%(title)s: %(score)s") % {"title": _xml(item.title), "score": score_text(score)}

    def item_updateddate(self, item: Entity) -> datetime:
        computed_at: datetime = item.computed_at  # type: ignore[attr-defined]
        return max(computed_at, item.updated_at)


def _of(poll: Poll, entities: Iterable[Entity]) -> list[Entity]:
    """Let each item bear its poll, which is the same for all."""
    found = list(entities)
    for entity in found:
        entity.poll = poll
    return found


def _xml(text: str) -> str:
    """Return a text without the characters that XML has no way to write."""
    return NOT_XML.sub("", text)


def _served(request: HttpRequest, feed: PollFeed, slug: str) -> HttpResponse:
    try:
        return feed(request, slug=slug)
    except ApplicationError as error:
        return HttpResponse(error.message, status=error.status, content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=FRESH)
@conditional_page
def best_items(request: HttpRequest, slug: str) -> HttpResponse:
    return _served(request, BestItems(), slug)


@require_safe
@cache_control(public=True, max_age=FRESH)
@conditional_page
def new_items(request: HttpRequest, slug: str) -> HttpResponse:
    return _served(request, NewItems(), slug)
