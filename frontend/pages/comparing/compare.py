"""Comparing: two items, one slider per criterion."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from backend.accounts.models import Contributor, User
from backend.accounts.services import contributor_get_or_create
from backend.common.errors import ApplicationError, ComparisonChangedMeanwhile
from backend.comparisons.services import comparison_delete
from backend.entities.selectors import entities_shown
from backend.participation.models import SetAside
from backend.participation.pairs.set_aside import set_aside_get_pair
from backend.participation.services import judge
from backend.polls.models import Poll
from backend.polls.selectors import criterion_list, poll_get
from frontend.pages.comparing.judge_form import PREFIX, JudgeForm, answers_in
from frontend.pages.comparing.outcome import Outcome, outcome_keep, outcome_take
from frontend.pages.comparing.pairs import (
    SIDES,
    Pair,
    Stored,
    compare_address,
    items_posted,
    pair_asked,
    pair_posted,
    pair_to_try,
    see_other,
    stored_of,
)
from frontend.pages.http import PageRequest, account, page, wants_fragment

UNPROCESSABLE = 422
Judgments = dict[str, float | None]


@page("GET", "HEAD", "POST")
def compare(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get(user=request.user, slug=slug)
    if not isinstance(request.user, User):
        return _turn_back(request, poll) if request.method == "POST" or wants_fragment(request) else _try(request, poll)
    contributor = contributor_get_or_create(user=request.user)
    return _save(request, poll, contributor) if request.method == "POST" else _ask(request, poll, contributor)


@page("POST")
@login_required
def compare_undo(request: PageRequest, slug: str) -> HttpResponse:
    """Put a comparison back to what the form says it was before; without answers there was none."""
    poll = poll_get(user=request.user, slug=slug)
    contributor = contributor_get_or_create(user=account(request))
    left, right = items_posted(request.POST, poll=poll)
    form = JudgeForm(criterion_list(poll=poll), data=request.POST, values=_values(request.POST.dict()))
    if not form.is_valid():
        messages.error(request, _("Some answers could not be read. Nothing was changed."))
    else:
        _undo(request, contributor, {"poll": poll, "left": left, "right": right}, form.judgments)
    return see_other(compare_address(poll, left=left.uid, right=right.uid))


def _undo(request: PageRequest, contributor: Contributor, pair: Mapping[str, Any], judgments: Judgments) -> None:
    seen = request.POST.get("seen")
    try:
        if any(value is not None for value in judgments.values()):
            judge(contributor=contributor, **pair, judgments=judgments, seen=seen)
            messages.success(request, _("Undone: your answers are as they were."))
        else:
            comparison_delete(contributor=contributor, **pair, seen=seen)
            messages.success(request, _("Undone: nothing is stored of this pair."))
    except ComparisonChangedMeanwhile as error:
        messages.error(request, error.message)


# ---------------------------------------------------------------- visitors
def _turn_back(request: PageRequest, poll: Poll) -> HttpResponse:
    """Lead a visitor, or somebody whose session ended, to the page for visitors, with the pair and the answers."""
    source = (request.POST if request.method == "POST" else request.GET).dict()
    answer = HttpResponseClientRedirect if wants_fragment(request) else HttpResponseRedirect
    return answer(compare_address(poll, **_kept(source)))


def _try(request: PageRequest, poll: Poll) -> HttpResponse:
    """Let a visitor judge a pair; what they answered waits in the address until they log in."""
    kept = _kept(request.GET.dict())
    criteria = criterion_list(poll=poll)
    pair = pair_to_try(kept, poll=poll) if poll.is_open and criteria else None
    if pair is None:
        return render(request, "compare/page.html", {"poll": poll, "pair": None, **_nothing_to_ask(poll)})
    kept |= {"left": pair.left.uid, "right": pair.right.uid}
    form = JudgeForm(criteria, values=_values(kept))
    if any(key.startswith(PREFIX) for key in request.GET) and not form.answers:
        form.problem = _("Judge at least one criterion.")
    context = {"poll": poll, "pair": pair, "form": form, "next": urlencode({"next": compare_address(poll, **kept)})}
    return render(request, "compare/visitor.html", context)


def _kept(source: Mapping[str, str]) -> dict[str, str]:
    return {side: source[side] for side in SIDES if source.get(side)} | answers_in(source)


def _values(source: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(PREFIX): value for name, value in answers_in(source).items()}


# ---------------------------------------------------------------- contributors
def _ask(request: PageRequest, poll: Poll, contributor: Contributor) -> HttpResponse:
    criteria = criterion_list(poll=poll)
    pair = pair_asked(request.GET, poll=poll, contributor=contributor) if poll.is_open and criteria else None
    stored = stored_of(contributor, pair.left, pair.right) if pair else Stored()
    brought = _values(request.GET.dict())
    form = JudgeForm(criteria, values=stored.values | brought)
    context: dict[str, object] = {
        "outcome": outcome_take(request, poll=poll.slug),
        "seen": stored.version,
        "is_edit": bool(stored.values),
        "is_unsaved": bool(brought),
        "aside": set_aside_get_pair(contributor=contributor, left=pair.left, right=pair.right) if pair else None,
    }
    return _show(request, poll, pair, form, context)


def _save(request: PageRequest, poll: Poll, contributor: Contributor) -> HttpResponse:
    left, right = items_posted(request.POST, poll=poll)
    pair = pair_posted(poll=poll, left=left, right=right, anchor=request.POST.get("anchor", ""))
    previous = stored_of(contributor, left, right)
    seen = request.POST.get("seen")
    form = JudgeForm(criterion_list(poll=poll), data=request.POST, values=previous.values)
    try:
        if form.is_valid():
            saved = judge(
                contributor=contributor, poll=poll, left=left, right=right, judgments=form.judgments, seen=seen
            )
            outcome_keep(request, Outcome.of(saved, poll=poll.slug, left=left, right=right, previous=previous.values))
            return see_other(_next_address(poll, pair))
        form.problem = _("Some answers could not be read. Nothing was saved.")
    except ComparisonChangedMeanwhile as error:
        return _meet(request, poll, pair, form, stored_of(contributor, left, right), error.message)
    except ApplicationError as error:
        form.problem = error.message
    return _show(request, poll, pair, form, {"seen": seen, "is_edit": bool(previous.values)}, status=UNPROCESSABLE)


def _meet(request: PageRequest, poll: Poll, pair: Pair, form: JudgeForm, stored: Stored, problem: str) -> HttpResponse:
    """Show what another tab stored beside what this one says; where both say the same, all is done already."""
    if stored.values == form.values_given:
        return see_other(_next_address(poll, pair))
    form.problem = problem
    context = {
        "seen": stored.version,
        "is_edit": bool(stored.values),
        "meeting": form.beside(stored.values),
        "next_url": _next_address(poll, pair),
    }
    return _show(request, poll, pair, form, context, status=UNPROCESSABLE)


def _next_address(poll: Poll, pair: Pair) -> str:
    return compare_address(poll, left=pair.anchor.uid) if pair.anchor else compare_address(poll)


def _show(
    request: PageRequest, poll: Poll, pair: Pair | None, form: JudgeForm, context: dict[str, object], status: int = 200
) -> HttpResponse:
    is_fragment = wants_fragment(request)
    context |= {"poll": poll, "pair": pair, "form": form, "is_fragment": is_fragment}
    context |= {"reasons": SetAside.Reason, "reasons_longest": SetAside.LONGEST}
    if pair is None:
        context |= _nothing_to_ask(poll, is_anchored=bool(request.GET.get("left")))
    return render(request, "compare/_panel.html" if is_fragment else "compare/page.html", context, status=status)


def _nothing_to_ask(poll: Poll, *, is_anchored: bool = False) -> dict[str, str]:
    if not poll.is_open:
        return {"headline": _("This poll is closed"), "advice": _("Its judgments count, but can no longer be changed.")}
    if criterion_list(poll=poll) and entities_shown(poll=poll)[1:2]:
        return {
            "headline": _("No pair left to compare"),
            "advice": _("You have compared this item with every other one. You can still change your answers.")
            if is_anchored
            else _("You have compared every pair of this poll, or set it aside. You can still change your answers."),
        }
    return {
        "headline": _("Nothing to compare yet"),
        "advice": _("This poll needs a criterion and two items. Its owner adds them in its settings."),
    }
