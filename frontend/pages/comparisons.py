"""What the contributor said in a poll: to read, to change, to take back."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from backend.accounts.selectors import contributor_of
from backend.accounts.services import contributor_get_or_create
from backend.comparisons.models import Comparison
from backend.comparisons.selectors import comparison_list
from backend.comparisons.services import comparison_delete
from backend.entities.selectors import entity_get
from backend.polls.selectors import poll_get
from frontend.pages.http import PageRequest, account, page
from frontend.pages.judge_form import MAXIMUM, words
from frontend.pages.paging import page_number, page_of

PAGE_SIZE = 20


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
    number = page_number(request.GET.get("page", ""))
    context: dict[str, object] = {"poll": poll}
    contributor = contributor_of(user=request.user)
    if contributor is not None:
        current = page_of(comparison_list(contributor=contributor, poll=poll), number=number, size=PAGE_SIZE)
        context |= {
            "page": current,
            "rows": [_row(comparison) for comparison in current],
            "previous_url": f"?page={number - 1}" if current.has_previous() else "",
            "next_url": f"?page={number + 1}" if current.has_next() else "",
        }
    return render(request, "comparisons/list.html", context)


@page("POST")
@login_required
def comparison_delete_own(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get(user=request.user, slug=slug)
    left, right = (entity_get(poll=poll, uid=request.POST.get(side, "")) for side in ("left", "right"))
    comparison_delete(contributor=contributor_get_or_create(user=account(request)), poll=poll, left=left, right=right)
    messages.success(request, _("The comparison is deleted. The next scores will not know it."))
    return redirect("comparisons", poll.slug)
