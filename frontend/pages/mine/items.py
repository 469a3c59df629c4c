"""The items that the contributor compared, with their own scores."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from backend.accounts.models import Contributor
from backend.accounts.selectors import contributor_of
from backend.entities.models import Entity
from backend.participation.my_space.my_items import Order, Shown, compared_counts, in_order, items_among, public_keys
from backend.participation.own_model import OwnScore, own_models_fit
from backend.polls.models import Criterion, Poll
from backend.polls.selectors import criterion_get, criterion_list, poll_get
from backend.scores.models import CollectiveScore
from backend.scores.selectors import scores_of
from frontend.pages.http import PageRequest, page
from frontend.pages.paging import page_context, page_number, page_of

PAGE_SIZE = 20


@dataclass(frozen=True)
class ItemsState:
    """What the contributor asked for; an order or a visibility that does not exist is none."""

    poll: Poll
    criterion: Criterion
    q: str = ""
    order: Order = Order.BEST
    shown: Shown | None = None
    page: int = 1

    @classmethod
    def of(cls, poll: Poll, asked: QueryDict) -> "ItemsState":
        order, shown = asked.get("order", ""), asked.get("shown", "")
        return cls(
            poll=poll,
            criterion=criterion_get(poll=poll, name=asked.get("criterion") or None),
            q=asked.get("q", ""),
            order=Order(order) if order in Order.values else Order.BEST,
            shown=Shown(shown) if shown in Shown.values else None,
            page=page_number(asked.get("page", "")),
        )

    @property
    def query(self) -> str:
        given = {"criterion": self.criterion.name, "q": self.q, "order": self.order, "shown": self.shown}
        parameters = {name: str(value) for name, value in given.items() if value}
        return urlencode(parameters | ({"page": self.page} if self.page > 1 else {}))

    @property
    def url(self) -> str:
        return f"{reverse('my_items', args=[self.poll.slug])}?{self.query}"


@dataclass(frozen=True, slots=True)
class MyItem:
    """An item: own score, everybody's, how often it was compared, and who sees it."""

    entity: Entity
    own: OwnScore | None
    collective: CollectiveScore | None
    comparisons: int
    is_public: bool

    @property
    def low(self) -> float:
        return self.own.score - self.own.left if self.own else 0.0

    @property
    def high(self) -> float:
        return self.own.score + self.own.right if self.own else 0.0


@page("GET", "HEAD")
@login_required
def my_items(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get(user=request.user, slug=slug)
    criteria = criterion_list(poll=poll)
    if not criteria:
        return render(request, "polls/unready.html", {"poll": poll})
    state = ItemsState.of(poll, request.GET)
    contributor = contributor_of(user=request.user)
    context = {"poll": poll, "criteria": criteria, "state": state, "orders": Order, "shown_choices": Shown}
    found = _found(contributor, state) if contributor else {}
    return render(request, "me/items.html", context | found)


def _found(contributor: Contributor, state: ItemsState) -> dict[str, object]:
    """Return the asked page. Scores are of all items, for the order needs them; words only of those on the page."""
    counts = compared_counts(contributor=contributor, poll=state.poll)
    scores = own_models_fit(contributor=contributor, poll=state.poll, criteria=[state.criterion])[state.criterion.pk]
    items = items_among(contributor=contributor, poll=state.poll, keys=counts, text=state.q, shown=state.shown)
    keys = items.order_by().values_list("pk", flat=True)
    current = page_of(
        in_order(keys, order=state.order, scores=scores, counts=counts), number=state.page, size=PAGE_SIZE
    )
    return {
        "rows": _rows(contributor, state, current, scores, counts),
        "total": len(counts),
        **page_context(current, lambda number: replace(state, page=number).url),
    }


def _rows(
    contributor: Contributor,
    state: ItemsState,
    current: Page[int],
    scores: Mapping[int, OwnScore],
    counts: Mapping[int, int],
) -> list[MyItem]:
    entities = items_among(contributor=contributor, poll=state.poll, keys=current).in_bulk()
    collective = scores_of(poll=state.poll, entities=entities.values())
    public = public_keys(contributor=contributor, poll=state.poll)
    return [
        MyItem(entities[pk], scores.get(pk), collective[pk].get(state.criterion.pk), counts[pk], pk in public)
        for pk in current
        if pk in entities
    ]
