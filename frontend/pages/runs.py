"""Recomputations of a poll's scores, for staff and the poll's owner."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from backend.common.errors import ApplicationError
from backend.pipeline.models import Run
from backend.pipeline.selectors import run_active, run_get, run_list
from backend.pipeline.services import run_create, run_enqueue
from backend.polls.models import Poll
from backend.polls.selectors import criterion_list, poll_get_managed
from frontend.pages.http import PageRequest, account, page, wants_fragment
from frontend.pages.paging import page_number, page_of

PAGE_SIZE = 20


@page("GET", "HEAD", "POST")
def runs(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get_managed(user=request.user, slug=slug)
    if request.method == "POST":
        return _start(request, poll)
    number = page_number(request.GET.get("page", ""))
    current = page_of(run_list(poll=poll), number=number, size=PAGE_SIZE)
    context = {
        "poll": poll,
        "page": current,
        "active": run_active(poll=poll),
        "previous_url": f"?page={number - 1}" if current.has_previous() else "",
        "next_url": f"?page={number + 1}" if current.has_next() else "",
    }
    return render(request, "runs/_list.html" if wants_fragment(request) else "runs/list.html", context)


def _start(request: PageRequest, poll: Poll) -> HttpResponse:
    try:
        with transaction.atomic():
            run = run_create(poll=poll, trigger=Run.Trigger.PAGE, started_by=account(request))
            run_enqueue(run=run)
    except ApplicationError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Run %(id)s is queued.") % {"id": run.pk})
    return redirect("runs", poll.slug)


@page("GET", "HEAD")
def run_detail(request: PageRequest, slug: str, run_id: int) -> HttpResponse:
    poll = poll_get_managed(user=request.user, slug=slug)
    titles = {criterion.name: criterion.title for criterion in criterion_list(poll=poll)}
    context = {"poll": poll, "run": run_get(poll=poll, run_id=run_id), "titles": titles}
    return render(request, "runs/_detail.html" if wants_fragment(request) else "runs/detail.html", context)
