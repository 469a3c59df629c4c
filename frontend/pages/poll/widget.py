"""The best items of a poll, or one item, in a frame on another site. It sets no cookie and knows no account."""

import re
from dataclasses import dataclass

from csp.decorators import csp_replace
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page, require_safe

from backend.common.errors import ApplicationError
from backend.entities.models import Entity
from backend.entities.selectors import entities_shown, entity_get
from backend.polls.models import Criterion, Poll
from backend.polls.selectors import criterion_get, criterion_list, poll_get
from backend.scores.selectors import ranking
from frontend.errors import BadWidget
from frontend.pages.rows import ranked_items

FRESH = 300
"""Seconds for which a browser, or a cache between, need not ask again."""
MOST = 20
SIZES, THEMES = ("small", "large"), ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class Look:
    """How a widget looks, as the address says it."""

    items: int = 5
    size: str = "small"
    theme: str = "auto"


# The only page that other sites may show in a frame: there is nothing to press in it that does anything.
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type] # its stub knows views without parameters only
@require_safe
@gzip_page
@cache_control(public=True, max_age=FRESH)
@conditional_page
def widget(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        look = _look(request.GET)
        poll = poll_get(user=AnonymousUser(), slug=slug)
        criterion = criterion_get(poll=poll, name=request.GET.get("criterion") or None)
        entities = _entities(poll, criterion, request.GET.get("item"), look)
    except ApplicationError as error:
        return HttpResponse(error.message, status=error.status, content_type="text/plain; charset=utf-8")
    criteria = criterion_list(poll=poll)
    rows = ranked_items(poll=poll, weights={criterion: 1.0}, criteria=criteria, entities=entities)
    context = {"poll": poll, "criterion": criterion, "look": look, "rows": rows, "is_one": "item" in request.GET}
    return render(request, "polls/widget.html", context)


def _look(query: QueryDict) -> Look:
    look = Look()
    items, size, theme = query.get("items", "5"), query.get("size", look.size), query.get("theme", look.theme)
    is_number = re.fullmatch(r"[0-9]{1,2}", items) and 1 <= int(items) <= MOST
    if not is_number or size not in SIZES or theme not in THEMES:
        raise BadWidget(most=MOST)
    return Look(int(items), size, theme)


def _entities(poll: Poll, criterion: Criterion, uid: str | None, look: Look) -> list[Entity]:
    """Return the item that was asked for, else the best ones; before the first run, the first ones."""
    if uid is not None:
        return [entity_get(poll=poll, uid=uid)]
    best = list(ranking(poll=poll, criterion=criterion, least_contributors=1)[: look.items])
    return best or list(entities_shown(poll=poll)[: look.items])
