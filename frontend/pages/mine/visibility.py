"""Showing one's opinions of items to everybody, after having read what that shows; or keeping them private, at once."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.accounts.models import Contributor
from backend.accounts.services import contributor_get_or_create
from backend.entities.selectors import entities_by_uid
from backend.participation.my_space.my_items import (
    Shown,
    compared_counts,
    disclosure_of,
    items_among,
    public_keys,
    ratings_set_public,
)
from backend.polls.models import Poll
from backend.polls.selectors import poll_get
from frontend.pages.http import PageRequest, account, page
from frontend.pages.mine.items import PAGE_SIZE

ALL = "all"
TOLD = 10
"""Items whose titles a confirmation tells."""


@page("POST")
@login_required
def my_visibility(request: PageRequest, slug: str) -> HttpResponse:
    """Change who sees the chosen items; what becomes public is told first, and done once it is confirmed."""
    poll = poll_get(user=request.user, slug=slug)
    contributor = contributor_get_or_create(user=account(request))
    is_public = _wants_public(request.POST)
    keys = _chosen(contributor, poll, request.POST, is_public=is_public)
    if not keys:
        messages.error(request, _("Nothing was changed: choose at least one item first."))
        return redirect("my_items", poll.slug)
    if is_public and request.POST.get("confirmed") != str(len(keys)):
        return _ask(request, contributor, poll, keys)
    changed = ratings_set_public(contributor=contributor, poll=poll, keys=keys, is_public=is_public)
    messages.success(request, _done(changed, is_public=is_public))
    return redirect("my_items", poll.slug)


def _wants_public(posted: QueryDict) -> bool:
    """Tell what the pressed button says; a button of a row names its item."""
    return "publish" in posted or posted.get("to") == Shown.PUBLIC


def _chosen(contributor: Contributor, poll: Poll, posted: QueryDict, *, is_public: bool) -> set[int]:
    """Return the keys of the items that the form names: one by its own button, those ticked, or all of the poll."""
    if not any(name in posted for name in ("publish", "hide", "to")):
        return set()
    if (one := posted.get("publish") or posted.get("hide")) is not None:
        return _keys(poll, [one])
    if posted.get("which") != ALL:
        return _keys(poll, posted.getlist("item")[:PAGE_SIZE])
    if not is_public:
        return public_keys(contributor=contributor, poll=poll)
    compared = compared_counts(contributor=contributor, poll=poll)
    return set(items_among(contributor=contributor, poll=poll, keys=compared).values_list("pk", flat=True))


def _keys(poll: Poll, uids: list[str]) -> set[int]:
    return {entity.pk for entity in entities_by_uid(poll=poll, uids=uids).values()}


def _ask(request: PageRequest, contributor: Contributor, poll: Poll, keys: set[int]) -> HttpResponse:
    items = items_among(contributor=contributor, poll=poll, keys=keys)
    context = {
        "poll": poll,
        "count": len(keys),
        "is_all": request.POST.get("which") == ALL and "publish" not in request.POST,
        "items": items if len(keys) <= PAGE_SIZE else items[:TOLD],
        "more": len(keys) - TOLD if len(keys) > PAGE_SIZE else 0,
        "disclosure": disclosure_of(contributor=contributor, poll=poll, keys=keys),
    }
    return render(request, "me/publish.html", context)


def _done(changed: int, *, is_public: bool) -> str:
    if is_public:
        words = ngettext(
            "Your opinion of %(n)d item is public now.", "Your opinions of %(n)d items are public now.", changed
        )
    else:
        words = ngettext(
            "Your opinion of %(n)d item is private now, and is left out of the next scores’ public data.",
            "Your opinions of %(n)d items are private now, and are left out of the next scores’ public data.",
            changed,
        )
    return words % {"n": changed}
