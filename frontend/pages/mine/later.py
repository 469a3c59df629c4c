"""The contributor's list of items to rate later."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from backend.accounts.selectors import contributor_of
from backend.accounts.services import contributor_get_or_create
from backend.common.errors import RateLaterFull
from backend.entities.selectors import entity_get
from backend.participation.pairs.rate_later import ENOUGH, rate_later_add, rate_later_list, rate_later_remove
from backend.polls.selectors import poll_get
from frontend.pages.http import PageRequest, account, page
from frontend.pages.paging import page_context, page_number, page_of

PAGE_SIZE = 20


@page("GET", "HEAD")
@login_required
def later(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get(user=request.user, slug=slug)
    number = page_number(request.GET.get("page", ""))
    context: dict[str, object] = {"poll": poll, "enough": ENOUGH}
    contributor = contributor_of(user=request.user)
    if contributor is not None:
        current = page_of(rate_later_list(contributor=contributor, poll=poll), number=number, size=PAGE_SIZE)
        context |= page_context(current)
    return render(request, "later/list.html", context)


@page("POST")
@login_required
def later_add(request: PageRequest, slug: str) -> HttpResponse:
    """Put an item on the list, and go back to its page."""
    poll = poll_get(user=request.user, slug=slug)
    item = entity_get(poll=poll, uid=request.POST.get("item", ""))
    try:
        rate_later_add(contributor=contributor_get_or_create(user=account(request)), entity=item)
        messages.success(request, _("In your list for later. It will be among the pairs that you are asked."))
    except RateLaterFull as error:
        messages.error(request, error.message)
    return redirect("item", poll.slug, item.uid)


@page("POST")
@login_required
def later_remove(request: PageRequest, slug: str) -> HttpResponse:
    """Take an item off the list, and go back to where it was done: the list, or the item's page."""
    poll = poll_get(user=request.user, slug=slug)
    item = entity_get(poll=poll, uid=request.POST.get("item", ""))
    rate_later_remove(contributor=contributor_get_or_create(user=account(request)), entity=item)
    messages.success(request, _("Taken off your list for later."))
    return redirect("item", poll.slug, item.uid) if "back" in request.POST else redirect("later", poll.slug)
