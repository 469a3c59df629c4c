"""The pairs that a contributor cannot compare: set aside with a reason, listed, asked again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from backend.accounts.selectors import contributor_of
from backend.accounts.services import contributor_get_or_create
from backend.common.errors import ApplicationError
from backend.participation.pairs.set_aside import set_aside_add, set_aside_list, set_aside_remove
from backend.polls.models import Poll
from backend.polls.selectors import poll_get
from frontend.pages.comparing.outcome import Outcome, outcome_keep
from frontend.pages.comparing.pairs import compare_address, items_posted, pair_posted, see_other
from frontend.pages.http import PageRequest, account, page
from frontend.pages.paging import page_context, page_number, page_of

PAGE_SIZE = 20


@page("GET", "HEAD", "POST")
@login_required
def aside(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get(user=request.user, slug=slug)
    return _set_aside(request, poll) if request.method == "POST" else _list(request, poll)


@page("POST")
@login_required
def aside_undo(request: PageRequest, slug: str) -> HttpResponse:
    """Let a pair be asked again, and go back to where that was wanted: the list, or the pair."""
    poll = poll_get(user=request.user, slug=slug)
    left, right = items_posted(request.POST, poll=poll)
    set_aside_remove(contributor=contributor_get_or_create(user=account(request)), left=left, right=right)
    messages.success(request, _("Undone: you may be asked about this pair again."))
    return redirect("aside", poll.slug) if "back" in request.POST else see_other(_of(poll, left.uid, right.uid))


def _set_aside(request: PageRequest, poll: Poll) -> HttpResponse:
    left, right = items_posted(request.POST, poll=poll)
    contributor = contributor_get_or_create(user=account(request))
    reason, words = request.POST.get("reason", ""), request.POST.get("words", "")
    try:
        set_aside_add(contributor=contributor, poll=poll, left=left, right=right, reason=reason, words=words)
    except ApplicationError as error:
        messages.error(request, error.message)
        return see_other(_of(poll, left.uid, right.uid))
    outcome_keep(request, Outcome(poll.slug, left.uid, right.uid, is_set_aside=True))
    pair = pair_posted(poll=poll, left=left, right=right, anchor=request.POST.get("anchor", ""))
    return see_other(compare_address(poll, **({"left": pair.anchor.uid} if pair.anchor else {})))


def _list(request: PageRequest, poll: Poll) -> HttpResponse:
    number = page_number(request.GET.get("page", ""))
    context: dict[str, object] = {"poll": poll}
    contributor = contributor_of(user=request.user)
    if contributor is not None:
        current = page_of(set_aside_list(contributor=contributor, poll=poll), number=number, size=PAGE_SIZE)
        context |= page_context(current)
    return render(request, "compare/aside.html", context)


def _of(poll: Poll, left: str, right: str) -> str:
    return compare_address(poll, left=left, right=right)
