"""How much the contributor is trusted and why, and for whom they vouch."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from backend.accounts.selectors import contributor_of
from backend.accounts.services import contributor_get_or_create
from backend.common.errors import ApplicationError
from backend.participation.vouches.services import CODE_DAYS, standing_of, vouch_by_name, vouch_code
from backend.polls.selectors import poll_get
from backend.trust.selectors import vouches_given
from backend.trust.services import QUOTA, vouch_delete
from frontend.pages.http import PageRequest, account, page

LONGEST_KEY = 18


@page("GET", "HEAD")
@login_required
def trust(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get(user=request.user, slug=slug)
    context: dict[str, object] = {"poll": poll, "quota": QUOTA, "code_days": CODE_DAYS}
    contributor = contributor_of(user=request.user)
    if contributor is not None:
        vouches = list(vouches_given(contributor=contributor))  # no more than the quota
        context |= {
            "standing": standing_of(contributor=contributor, poll=poll),
            "vouches": vouches,
            "left": max(QUOTA - len(vouches), 0),
            "code": vouch_code(contributor=contributor),
        }
    return render(request, "me/trust.html", context)


@page("POST")
@login_required
def vouch(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get(user=request.user, slug=slug)
    try:
        made = vouch_by_name(
            voucher=contributor_get_or_create(user=account(request)), name=request.POST.get("username", "")
        )
        messages.success(request, _("You vouch for %(name)s now.") % {"name": made.vouchee.name})
    except ApplicationError as error:
        messages.error(request, error.message)
    return redirect("trust", poll.slug)


@page("POST")
@login_required
def unvouch(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get(user=request.user, slug=slug)
    contributor = contributor_get_or_create(user=account(request))
    key = request.POST.get("person", "")
    known = key.isascii() and key.isdigit() and len(key) <= LONGEST_KEY
    made = vouches_given(contributor=contributor).filter(vouchee=int(key)).first() if known else None
    if made is not None:
        vouch_delete(voucher=contributor, vouchee=made.vouchee)
        messages.success(request, _("You do not vouch for %(name)s any more.") % {"name": made.vouchee.name})
    return redirect("trust", poll.slug)
