"""Recomputations of a poll's scores, for staff and the poll's owner: the list, and a new one."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from backend.common.errors import ApplicationError
from backend.pipeline.models import Run
from backend.pipeline.rollback.selectors import shown_of
from backend.pipeline.selectors import run_active, run_list, runs_computed
from backend.pipeline.services import run_create, run_enqueue
from backend.polls.models import Poll
from backend.polls.selectors import poll_get_managed
from frontend.pages.http import PageRequest, account, page, wants_fragment
from frontend.pages.runs.form import RunForm
from frontend.pages.runs.table import RunsWanted, table_of
from frontend.run_charts import MOST_CHARTED, charts_of

UNPROCESSABLE = 422


@page("GET", "HEAD", "POST")
def runs(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get_managed(user=request.user, slug=slug)
    form = RunForm(poll, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _start(request, poll, form)
    wanted = RunsWanted.of(request)
    found = run_list(poll=poll, status=wanted.status, trigger=wanted.trigger)
    context = {"poll": poll, "active": run_active(poll=poll), **table_of(request, found, wanted)}
    if wants_fragment(request):
        return render(request, "runs/_list.html", context)
    context |= {
        "shown": shown_of(poll=poll),
        "form": form,
        "charts": charts_of(runs_computed(poll=poll, most=MOST_CHARTED)),
    }
    return render(request, "runs/list.html", context, status=UNPROCESSABLE if form.errors else 200)


def _start(request: PageRequest, poll: Poll, form: RunForm) -> HttpResponse:
    try:
        with transaction.atomic():
            run = run_create(
                poll=poll,
                trigger=Run.Trigger.PAGE,
                started_by=account(request),
                config=form.config,
                is_dry_run=form.cleaned_data["is_dry_run"],
            )
            run_enqueue(run=run)
    except ApplicationError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Run %(id)s is queued.") % {"id": run.pk})
    return redirect("runs", poll.slug)
