"""The ranked items of a poll; the address holds the whole state."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from backend.entities.selectors import tag_counts
from backend.polls.models import Criterion, Poll
from backend.polls.selectors import criterion_get, criterion_list, poll_get
from backend.scores.selectors import ranking, score_set_published
from frontend.errors import TooManyTags
from frontend.pages.http import PageRequest, page, wants_fragment
from frontend.pages.paging import page_number, page_of
from frontend.pages.rows import ranked_items

PAGE_SIZE = 20
MOST_TAGS = 10
TAGS_SHOWN = 24


@dataclass(frozen=True)
class RankingState:
    """What a reader asked for."""

    poll: Poll
    criterion: Criterion
    q: str = ""
    tags: tuple[str, ...] = ()
    page: int = 1

    @property
    def is_filtered(self) -> bool:
        return bool(self.q.strip() or self.tags)

    @property
    def url(self) -> str:
        parameters = [("q", self.q)] if self.q else []
        parameters += [("criterion", self.criterion.name), *(("tag", tag) for tag in self.tags)]
        parameters += [("page", str(self.page))] if self.page > 1 else []
        return f"{reverse('poll', args=[self.poll.slug])}?{urlencode(parameters)}"

    def toggled(self, tag: str) -> "RankingState":
        tags = tuple(t for t in self.tags if t != tag) if tag in self.tags else (*self.tags, tag)
        return replace(self, tags=tags, page=1)


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
    state = _state(request, poll)
    entities = ranking(poll=poll, criterion=state.criterion, text=state.q, tags=state.tags)
    current = page_of(entities, number=state.page, size=PAGE_SIZE)
    context = {
        "poll": poll,
        "criteria": criteria,
        "state": state,
        "tags": _tag_links(state),
        "score_set": score_set_published(poll=poll),
        "page": current,
        "ranked": ranked_items(
            poll=poll,
            criterion=state.criterion,
            criteria=criteria,
            entities=current,
            first_rank=max(current.start_index(), 1),
        ),
        "previous_url": replace(state, page=state.page - 1).url if current.has_previous() else "",
        "next_url": replace(state, page=state.page + 1).url if current.has_next() else "",
    }
    return render(request, "polls/_results.html" if wants_fragment(request) else "polls/ranking.html", context)


def _state(request: PageRequest, poll: Poll) -> RankingState:
    tags = tuple(dict.fromkeys(tag for tag in request.GET.getlist("tag") if tag))
    if len(tags) > MOST_TAGS:
        raise TooManyTags(field="tag", most=MOST_TAGS)
    return RankingState(
        poll=poll,
        criterion=criterion_get(poll=poll, name=request.GET.get("criterion") or None),
        q=request.GET.get("q", ""),
        tags=tags,
        page=page_number(request.GET.get("page", "")),
    )


def _tag_links(state: RankingState) -> Sequence[TagLink]:
    """Return the most frequent tags, and the chosen ones always."""
    counts = tag_counts(poll=state.poll)
    shown = [(tag, n) for i, (tag, n) in enumerate(counts) if i < TAGS_SHOWN or tag in state.tags]
    unknown = [(tag, 0) for tag in state.tags if tag not in dict(counts)]
    return [TagLink(tag, n, tag in state.tags, state.toggled(tag).url) for tag, n in shown + unknown]
