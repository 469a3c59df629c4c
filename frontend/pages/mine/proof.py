"""Proof of participation: made for the contributor, verified by whoever was given it."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from backend.accounts.selectors import contributor_of
from backend.accounts.services import contributor_get_or_create
from backend.common.errors import ApplicationError
from backend.participation.my_space.proof import proof_make, proof_read
from backend.participation.vouches.services import standing_of
from backend.polls.selectors import poll_get
from frontend.pages.http import PageRequest, account, page


@page("GET", "HEAD", "POST")
@login_required
def my_proof(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get(user=request.user, slug=slug)
    contributor = contributor_of(user=request.user)
    context: dict[str, object] = {
        "poll": poll,
        "standing": standing_of(contributor=contributor) if contributor else None,
    }
    if request.method == "POST":
        text = proof_make(contributor=contributor_get_or_create(user=account(request)), poll=poll)
        address = f"{reverse('proof')}?{urlencode({'proof': text})}"
        context |= {"text": text, "address": request.build_absolute_uri(address)}
    return render(request, "me/proof.html", context)


@page("GET", "HEAD")
def proof(request: PageRequest) -> HttpResponse:
    """Say what a proof proves, to whoever holds it."""
    text = request.GET.get("proof", "")
    context: dict[str, object] = {"text": text}
    if text.strip():
        try:
            context["proof"] = proof_read(text=text)
        except ApplicationError as error:
            context["error"] = error.message
    return render(request, "proof.html", context)
