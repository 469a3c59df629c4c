"""Turning a poll back to earlier scores and forward again, each with a page that says what will change."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.common.errors import ApplicationError
from backend.pipeline.comparing.selectors import Pair, run_with_scores, summary_of
from backend.pipeline.models import Run
from backend.pipeline.rollback.selectors import Shown, score_set_newest, score_set_to_show, shown_of
from backend.pipeline.rollback.services import scores_go_forward, scores_turn_back
from backend.polls.models import Poll
from backend.polls.selectors import criterion_list, poll_get_managed
from backend.scores.models import Hold
from frontend.pages.http import PageRequest, account, page


class TurnBackForm(forms.Form):
    """Why, and what whoever asks saw."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=Hold.LONGEST_REASON,
        help_text=gettext_lazy("Everybody can read it, on the ranking too."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


@page("GET", "HEAD", "POST")
def run_show(request: PageRequest, slug: str, run_id: int) -> HttpResponse:
    poll = poll_get_managed(user=request.user, slug=slug)
    run = run_with_scores(poll=poll, run_id=run_id)
    if request.method != "POST":
        return _confirm(request, poll, run, TurnBackForm())
    form = TurnBackForm(request.POST)
    if not form.is_valid():
        return _confirm(request, poll, run, form, status=422)
    seen = form.cleaned_data["seen"]
    try:
        scores_turn_back(poll=poll, run_id=run.pk, reason=form.cleaned_data["reason"], user=account(request), seen=seen)
    except ApplicationError as error:
        form.add_error(None, error.message)
        return _confirm(request, poll, run, form, status=error.status)
    messages.success(request, _("The poll shows the scores of run %(id)s, and goes on doing so.") % {"id": run.pk})
    return redirect("runs", poll.slug)


def _confirm(request: PageRequest, poll: Poll, run: Run, form: TurnBackForm, status: int = 200) -> HttpResponse:
    """Say what going back changes, or why it cannot be done."""
    score_set_to_show(poll=poll, run_id=run.pk)
    shown = shown_of(poll=poll)
    context = {"poll": poll, "run": run, "form": form, "shown": shown, "effects": _effects(poll, shown, run)}
    return render(request, "rollback/back.html", context, status=status)


@page("GET", "HEAD", "POST")
def runs_forward(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get_managed(user=request.user, slug=slug)
    if request.method == "POST":
        try:
            scores_go_forward(poll=poll, user=account(request))
        except ApplicationError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("The poll shows its newest scores, and runs replace them again."))
        return redirect("runs", poll.slug)
    shown, newest = shown_of(poll=poll), score_set_newest(poll=poll)
    run = Run.objects.filter(score_set=newest).first() if newest else None
    context = {"poll": poll, "shown": shown, "run": run, "effects": _effects(poll, shown, run) if run else []}
    return render(request, "rollback/forward.html", context)


def _effects(poll: Poll, shown: Shown, run: Run) -> list[tuple[str, object]]:
    """Return how much the scores on each criterion would move."""
    if shown.run is None or shown.run == run:
        return []
    return [
        (criterion.title, summary_of(pair=Pair(shown.run, run, criterion))) for criterion in criterion_list(poll=poll)
    ]
