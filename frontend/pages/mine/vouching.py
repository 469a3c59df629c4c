"""How much the contributor is trusted and why, and for whom they vouch."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from backend.accounts.models import Contributor
from backend.accounts.selectors import contributor_of
from backend.accounts.services import contributor_get_or_create
from backend.common.errors import ApplicationError
from backend.participation.vouches.services import CODE_DAYS, person_of_link, standing_in, vouch_by_name, vouch_code
from backend.polls.selectors import poll_get
from backend.trust.selectors import vouches_given
from backend.trust.services import QUOTA, vouch_create, vouch_delete
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
            "standing": standing_in(contributor=contributor, poll=poll),
            "vouches": vouches,
            "left": max(QUOTA - len(vouches), 0),
            **_handed_over(request, contributor),
        }
    return render(request, "me/trust.html", context)


def _handed_over(request: PageRequest, contributor: Contributor) -> dict[str, object]:
    code = vouch_code(contributor=contributor)
    return {"code": code, "link": request.build_absolute_uri(f"{reverse('vouch_link')}?{urlencode({'code': code})}")}


@page("GET", "HEAD", "POST")
@login_required
def vouch_link(request: PageRequest) -> HttpResponse:
    """Ask whoever was given a link whether they vouch for the person, who need not show anything to anybody."""
    code = request.POST.get("code") or request.GET.get("code", "")
    person = person_of_link(code=code)
    voucher = contributor_of(user=request.user)
    if request.method == "POST":
        vouch_create(voucher=contributor_get_or_create(user=account(request)), vouchee=person)
        messages.success(request, _("You vouch for %(name)s now.") % {"name": person.name})
        return redirect(f"{reverse('vouch_link')}?{urlencode({'code': code})}")
    is_done = voucher is not None and vouches_given(contributor=voucher).filter(vouchee=person).exists()
    context = {"person": person, "code": code, "is_own": person == voucher, "is_done": is_done, "quota": QUOTA}
    return render(request, "me/vouch_link.html", context)


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
