"""The runs of all polls, for staff."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.pipeline.everywhere import runs_start_all
from backend.pipeline.models import Run
from backend.pipeline.selectors import any_run_active, runs_of_all_polls
from frontend.pages.http import PageRequest, page, staff, wants_fragment
from frontend.pages.runs.table import RunsWanted, table_of

MOST_TOLD = 5
"""Polls without a new run that are named."""


@page("GET", "HEAD", "POST")
def runs_everywhere(request: PageRequest) -> HttpResponse:
    user = staff(request)
    if request.method == "POST":
        started, refused = runs_start_all(trigger=Run.Trigger.PAGE, started_by=user)
        _say(request, len(started), refused)
        return redirect("runs_everywhere")
    wanted = RunsWanted.of(request)
    found = runs_of_all_polls(status=wanted.status, trigger=wanted.trigger)
    context = {"active": any_run_active(), **table_of(request, found, wanted)}
    return render(request, "runs/_list.html" if wants_fragment(request) else "runs/everywhere.html", context)


def _say(request: PageRequest, started: int, refused: dict[str, str]) -> None:
    counted = ngettext("%(n)d run is queued.", "%(n)d runs are queued.", started) % {"n": started}
    messages.success(request, counted)
    for slug, reason in [*refused.items()][:MOST_TOLD]:
        messages.warning(request, _("%(poll)s: %(reason)s") % {"poll": slug, "reason": reason})
