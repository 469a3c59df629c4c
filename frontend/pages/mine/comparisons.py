"""What the contributor said in a poll: to find again, to change, to take back, to put back."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from backend.accounts.models import Contributor
from backend.accounts.selectors import contributor_of
from backend.accounts.services import contributor_get_or_create
from backend.common.errors import ApplicationError
from backend.comparisons.models import Comparison
from backend.entities.selectors import entity_get
from backend.participation.my_space.my_comparisons import (
    Sorting,
    TakenBack,
    comparison_put_back,
    comparison_take_back,
    comparisons_found,
)
from backend.polls.models import Criterion, Poll
from backend.polls.selectors import criterion_get, criterion_list, poll_get
from backend.scores.tags import tag_counts
from frontend.pages.comparing.judge_form import MAXIMUM, words
from frontend.pages.http import PageRequest, account, page
from frontend.pages.paging import page_context, page_number, page_of

PAGE_SIZE = 20
TAKEN_BACK = "comparison_taken_back"
UNDO_SECONDS = 600
"""How long a deleted comparison waits in the session for an undo; then it is gone for good."""


@dataclass(frozen=True)
class ComparisonsState:
    """Which of their comparisons the contributor asked for; an order that does not exist is the usual one."""

    poll: Poll
    q: str = ""
    criterion: Criterion | None = None
    tag: str = ""
    sorting: Sorting = Sorting.NEW
    page: int = 1

    @classmethod
    def of(cls, poll: Poll, asked: QueryDict) -> "ComparisonsState":
        name, sorting = asked.get("criterion", ""), asked.get("order", "")
        return cls(
            poll=poll,
            q=asked.get("q", ""),
            criterion=criterion_get(poll=poll, name=name) if name else None,
            tag=asked.get("tag", ""),
            sorting=Sorting(sorting) if sorting in Sorting.values else Sorting.NEW,
            page=page_number(asked.get("page", "")),
        )

    @property
    def is_filtered(self) -> bool:
        return bool(self.q or self.criterion or self.tag)

    @property
    def url(self) -> str:
        given = {"q": self.q, "criterion": self.criterion and self.criterion.name, "tag": self.tag}
        parameters = {name: str(value) for name, value in given.items() if value}
        parameters |= {"order": str(self.sorting)} if self.sorting != Sorting.NEW else {}
        parameters |= {"page": str(self.page)} if self.page > 1 else {}
        return f"{reverse('comparisons', args=[self.poll.slug])}?{urlencode(parameters)}"


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """A comparison, and its judgments in words: (criterion, "A better by 3")."""

    comparison: Comparison
    judgments: Sequence[tuple[str, str]]


def _row(comparison: Comparison) -> ComparisonRow:
    judgments = sorted(comparison.judgments.all(), key=lambda judgment: judgment.criterion.position)
    return ComparisonRow(comparison, [(j.criterion.title, words(j.value * MAXIMUM / j.maximum)) for j in judgments])


@page("GET", "HEAD")
@login_required
def comparisons(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get(user=request.user, slug=slug)
    state = ComparisonsState.of(poll, request.GET)
    context: dict[str, object] = {"poll": poll, "state": state, "taken_back": _taken_back(request, poll)}
    contributor = contributor_of(user=request.user)
    if contributor is not None:
        context |= _found(contributor, state)
    return render(request, "comparisons/list.html", context)


def _found(contributor: Contributor, state: ComparisonsState) -> dict[str, object]:
    found = comparisons_found(
        contributor=contributor,
        poll=state.poll,
        text=state.q,
        tag=state.tag,
        criterion=state.criterion,
        sorting=state.sorting,
    )
    current = page_of(found, number=state.page, size=PAGE_SIZE)
    return {
        "rows": [_row(comparison) for comparison in current],
        "criteria": criterion_list(poll=state.poll),
        "tags": [tag for tag, _count in tag_counts(poll=state.poll)],
        "sortings": Sorting,
        **page_context(current, lambda number: replace(state, page=number).url),
    }


@page("POST")
@login_required
def comparison_delete_own(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get(user=request.user, slug=slug)
    left, right = (entity_get(poll=poll, uid=request.POST.get(side, "")) for side in ("left", "right"))
    contributor = contributor_get_or_create(user=account(request))
    taken = comparison_take_back(contributor=contributor, poll=poll, left=left, right=right)
    request.session[TAKEN_BACK] = asdict(taken) | {"poll": poll.slug, "at": time.time()}
    messages.success(request, _("The comparison is deleted. The next scores will not know it."))
    return redirect("comparisons", poll.slug)


@page("POST")
@login_required
def comparison_undo_delete(request: PageRequest, slug: str) -> HttpResponse:
    """Put the comparison back that was deleted last."""
    poll = poll_get(user=request.user, slug=slug)
    taken = _taken_back(request, poll)
    if taken is None:
        messages.error(request, _("There is nothing to put back: only the last deletion, for ten minutes."))
        return redirect("comparisons", poll.slug)
    try:
        _put_back(contributor_get_or_create(user=account(request)), poll, taken)
        messages.success(request, _("The comparison is back as it was."))
    except ApplicationError as error:
        messages.error(request, error.message)
    else:
        del request.session[TAKEN_BACK]
    return redirect("comparisons", poll.slug)


def _put_back(contributor: Contributor, poll: Poll, taken: TakenBack) -> None:
    left, right = (entity_get(poll=poll, uid=uid) for uid in (taken.left, taken.right))
    comparison_put_back(contributor=contributor, poll=poll, left=left, right=right, judgments=taken.judgments)


def _taken_back(request: HttpRequest, poll: Poll) -> TakenBack | None:
    """Return what was deleted last in this poll, if that is not long ago."""
    kept = request.session.get(TAKEN_BACK)
    if kept is None or kept["poll"] != poll.slug:
        return None
    if time.time() - kept["at"] > UNDO_SECONDS:
        del request.session[TAKEN_BACK]
        return None
    return TakenBack.of(kept)
