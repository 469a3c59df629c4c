"""How a poll's scores are computed: who takes part, by which method, with which constants; and what fits its data."""

from django.http import HttpResponse
from django.shortcuts import redirect

from backend.accounts.models import User
from backend.pipeline.calibration import calibration_last
from backend.pipeline.configuration import config_of, poll_configure
from backend.polls.models import Poll
from backend.polls.selectors import poll_get_managed
from frontend.pages.http import PageRequest, account, page
from frontend.pages.settings.calibration import shown
from frontend.pages.settings.common import UNPROCESSABLE, Attempt, attempt, show, version_of
from frontend.pages.settings.scores_form import ScoresForm


@page("GET", "HEAD", "POST")
def scores(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get_managed(user=request.user, slug=slug)
    form = ScoresForm(config_of(poll), request.POST or None)
    tried = Attempt()
    if request.method == "POST":
        tried = _save(request, account(request), poll, form)
        if tried.is_saved:
            return redirect("settings_scores", slug)
    return show(request, "scores", poll, {"form": form, **shown(poll, calibration_last(poll=poll))}, tried)


def _save(request: PageRequest, user: User, poll: Poll, form: ScoresForm) -> Attempt:
    if not form.is_valid():
        return Attempt(UNPROCESSABLE)
    version, config = version_of(request), form.config
    return attempt(request, poll, lambda: poll_configure(poll=poll, user=user, version=version, config=config))
