"""The ranked items of a poll; the address holds the whole state."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Page
from django.http import HttpResponse
from django.shortcuts import render

from backend.entities.models import Entity
from backend.entities.selectors import entities_shown
from backend.polls.selectors import criterion_list, poll_get
from backend.scores.selectors import ranking, score_set_published, weighted_ranking
from backend.scores.tags import tag_counts
from frontend.pages.http import PageRequest, page, wants_fragment
from frontend.pages.paging import page_context, page_of
from frontend.pages.poll.ranking_state import RankingState, ranking_state
from frontend.pages.rows import ranked_items

PAGE_SIZE = 20
TAGS_SHOWN = 24


@dataclass(frozen=True, slots=True)
class TagLink:
    """A tag to filter by, and the address that adds or removes it."""

    name: str
    count: int
    is_chosen: bool
    url: str


@page("GET", "HEAD")
def poll_ranking(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get(user=request.user, slug=slug)
    criteria = criterion_list(poll=poll)
    if not criteria:
        return render(request, "polls/unready.html", {"poll": poll})
    state = ranking_state(request.GET, poll=poll, criteria=criteria)
    current, entities = _page(state)
    context = {
        "poll": poll,
        "criteria": criteria,
        "state": state,
        "tags": _tag_links(state),
        "score_set": score_set_published(poll=poll),
        "ranked": ranked_items(
            poll=poll,
            weights=state.weights,
            criteria=criteria,
            entities=entities,
            first_rank=max(current.start_index(), 1),
        ),
        **page_context(current, lambda number: replace(state, page=number).url),
    }
    return _answer(request, state, context)


def _answer(request: PageRequest, state: RankingState, context: dict[str, Any]) -> HttpResponse:
    if not wants_fragment(request):
        return render(request, "polls/ranking.html", context)
    response = render(request, "polls/_results.html", context)
    # The form sends every slider, also those that do not count: the address names what does.
    response["HX-Push-Url"] = state.url
    return response


def _page(state: RankingState) -> tuple[Page[Any], Iterable[Entity]]:
    """Return the page that was asked for, and its items."""
    poll, least, filters = state.poll, state.contributors, state.filters
    if not state.is_weighted:
        entities = ranking(poll=poll, criterion=state.criterion, least_contributors=least, **filters)
        current: Page[Any] = page_of(entities, number=state.page, size=PAGE_SIZE)
        return current, current
    order = weighted_ranking(poll=poll, weights=state.weights, least_contributors=least, **filters)
    keys = page_of(order, number=state.page, size=PAGE_SIZE)
    found = entities_shown(poll=poll).in_bulk(list(keys))
    return keys, [found[pk] for pk in keys if pk in found]


def _tag_links(state: RankingState) -> Sequence[TagLink]:
    """Return the most frequent tags, and the chosen ones always."""
    counts = tag_counts(poll=state.poll)
    shown = [(tag, n) for i, (tag, n) in enumerate(counts) if i < TAGS_SHOWN or tag in state.tags]
    unknown = [(tag, 0) for tag in state.tags if tag not in dict(counts)]
    return [TagLink(tag, n, tag in state.tags, state.toggled(tag).url) for tag, n in shown + unknown]
