"""What a contributor shows of their opinions to everybody."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render

from backend.entities.models import Entity
from backend.participation.my_space.public_ranking import public_contributor, public_criterion_scores
from backend.polls.models import Criterion, Poll
from backend.polls.selectors import criterion_get, criterion_list, poll_get
from backend.scores.models import CollectiveScore, IndividualScore
from backend.scores.selectors import scores_of
from frontend.pages.http import PageRequest, page
from frontend.pages.paging import page_context, page_number, page_of

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class PublicRow:
    """An item with a contributor's public score, and everybody's."""

    rank: int
    entity: Entity
    own: IndividualScore
    collective: CollectiveScore | None

    @property
    def low(self) -> float:
        return self.own.score - self.own.left

    @property
    def high(self) -> float:
        return self.own.score + self.own.right


@page("GET", "HEAD")
def contributor(request: PageRequest, slug: str, name: str) -> HttpResponse:
    poll = poll_get(user=request.user, slug=slug)
    person = public_contributor(poll=poll, name=name)
    criterion = criterion_get(poll=poll, name=request.GET.get("criterion") or None)
    number = page_number(request.GET.get("page", ""))
    scores = public_criterion_scores(contributor=person, poll=poll, criterion=criterion)
    current = page_of(scores, number=number, size=PAGE_SIZE)
    context = {
        "poll": poll,
        "person": person,
        "criteria": criterion_list(poll=poll),
        "state": {"criterion": criterion},
        "rows": _rows(poll, criterion, current, current.start_index()),
        **page_context(current, partial(_address, criterion)),
    }
    return render(request, "contributors/page.html", context)


def _rows(poll: Poll, criterion: Criterion, scores: Iterable[IndividualScore], first: int) -> list[PublicRow]:
    scores = list(scores)
    collective = scores_of(poll=poll, entities=[score.entity for score in scores])
    return [
        PublicRow(first + i, score.entity, score, collective[score.entity_id].get(criterion.pk))
        for i, score in enumerate(scores)
    ]


def _address(criterion: Criterion, number: int) -> str:
    return f"?{urlencode({'criterion': criterion.name, 'page': number})}"
