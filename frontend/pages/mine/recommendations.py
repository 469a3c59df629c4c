"""What the contributor would probably like: items they never compared, and beside them those they have."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from backend.accounts.models import Contributor
from backend.accounts.selectors import contributor_of
from backend.entities.models import Entity
from backend.entities.selectors import entities_shown, entity_list
from backend.participation.own_model import OwnScore, own_models_fit
from backend.participation.recommendations.selectors import NEEDED, Carrier, State, recommendations_for
from backend.polls.models import Criterion, Poll
from backend.polls.selectors import criterion_get, criterion_list, poll_get
from backend.scores.models import CollectiveScore
from backend.scores.selectors import scores_of
from backend.scores.tags import tag_counts
from frontend.pages.http import PageRequest, page
from frontend.pages.paging import page_context, page_number, page_of

PAGE_SIZE = 20
RATED = "rated"


@dataclass(frozen=True)
class RecommendationsState:
    """What the contributor asked for."""

    poll: Poll
    criterion: Criterion
    tag: str = ""
    is_rated: bool = False
    page: int = 1

    @property
    def url(self) -> str:
        parameters = {"criterion": self.criterion.name}
        parameters |= {"show": RATED} if self.is_rated else {}
        parameters |= {"tag": self.tag} if self.tag else {}
        parameters |= {"page": str(self.page)} if self.page > 1 else {}
        return f"{reverse('recommendations', args=[self.poll.slug])}?{urlencode(parameters)}"

    @property
    def other_url(self) -> str:
        """Return the address of the other list."""
        return replace(self, is_rated=not self.is_rated, page=1).url


@dataclass(frozen=True, slots=True)
class Row:
    """An item with the contributor's score, own or predicted, and everybody's."""

    entity: Entity
    own: OwnScore
    collective: CollectiveScore | None
    carriers: Sequence[Carrier] = ()

    @property
    def low(self) -> float:
        return self.own.score - self.own.left

    @property
    def high(self) -> float:
        return self.own.score + self.own.right


@page("GET", "HEAD")
@login_required
def recommendations(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get(user=request.user, slug=slug)
    criteria = criterion_list(poll=poll)
    if not criteria:
        return render(request, "polls/unready.html", {"poll": poll})
    state = RecommendationsState(
        poll=poll,
        criterion=criterion_get(poll=poll, name=request.GET.get("criterion") or None),
        tag=request.GET.get("tag", ""),
        is_rated=request.GET.get("show") == RATED,
        page=page_number(request.GET.get("page", "")),
    )
    contributor = contributor_of(user=request.user)
    found = _rated(contributor, state) if state.is_rated else _unseen(contributor, state)
    context = {"poll": poll, "criteria": criteria, "state": state, "tags": _tags(state), **found}
    return render(request, "recommendations/list.html", context)


def _tags(state: RecommendationsState) -> list[str]:
    """Return the most frequent tags, and the chosen one always."""
    tags = [tag for tag, _count in tag_counts(poll=state.poll)]
    return tags if not state.tag or state.tag in tags else [*tags, state.tag]


def _unseen(contributor: Contributor | None, state: RecommendationsState) -> dict[str, object]:
    tags = (state.tag,) if state.tag else ()
    found = recommendations_for(contributor=contributor, poll=state.poll, criterion=state.criterion, tags=tags)
    current = page_of(found.order, number=state.page, size=PAGE_SIZE)
    rows = [Row(item.entity, item.predicted, item.collective, item.carriers) for item in found.page(list(current))]
    return {
        **_paged(current, state),
        "rows": rows,
        "judgments": found.judgments,
        "missing": max(NEEDED - found.judgments, 0),
        "is_waiting": found.state == State.WAITING,
        "has_graph": found.has_graph,
    }


def _rated(contributor: Contributor | None, state: RecommendationsState) -> dict[str, object]:
    """Return the items that the contributor compared, the best of their own model first."""
    scores: dict[int, OwnScore] = {}
    if contributor is not None:
        fitted = own_models_fit(contributor=contributor, poll=state.poll, criteria=[state.criterion])
        scores = fitted[state.criterion.pk]
    tagged = entity_list(poll=state.poll, tags=(state.tag,) if state.tag else ()).filter(pk__in=scores)
    order = sorted(tagged.order_by().values_list("pk", flat=True), key=lambda pk: (-scores[pk].score, pk))
    current = page_of(order, number=state.page, size=PAGE_SIZE)
    entities = entities_shown(poll=state.poll).in_bulk(list(current))
    collective = scores_of(poll=state.poll, entities=entities.values())
    rows = [Row(entities[pk], scores[pk], collective[pk].get(state.criterion.pk)) for pk in current if pk in entities]
    return {**_paged(current, state), "rows": rows}


def _paged(current: Page[int], state: RecommendationsState) -> dict[str, object]:
    return page_context(current, lambda number: replace(state, page=number).url)
