"""One run of a poll, for staff and the poll's owner: what it did, and how to stop or repeat it."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from backend.common.errors import ApplicationError
from backend.entities.selectors import entities_by_uid
from backend.pipeline.journal import line_text
from backend.pipeline.models import LogLine, Run
from backend.pipeline.selectors import run_get
from backend.pipeline.services import run_cancel, run_enqueue, run_retry
from backend.polls.models import Poll
from backend.polls.selectors import criterion_list, poll_get_managed
from backend.scores.selectors import score_set_published
from frontend.constants import CONSTANTS, words
from frontend.pages.http import PageRequest, account, page, wants_fragment
from frontend.templatetags.words import step as step_words


@page("GET", "HEAD", "POST")
def run_detail(request: PageRequest, slug: str, run_id: int) -> HttpResponse:
    poll = poll_get_managed(user=request.user, slug=slug)
    run = run_get(poll=poll, run_id=run_id)
    if request.method == "POST":
        return _act(request, run)
    titles = {criterion.name: criterion.title for criterion in criterion_list(poll=poll)}
    context = {"poll": poll, "run": run, "titles": titles, "log": _log(run), "steps": _steps(run)}
    context |= {"differences": _differences(run), "effects": _effects(poll, run)}
    context["shown"] = score_set_published(poll=poll)
    return render(request, "runs/_detail.html" if wants_fragment(request) else "runs/detail.html", context)


def _act(request: PageRequest, run: Run) -> HttpResponse:
    """Stop the run or repeat it; the page that follows is the one of the run that matters then."""
    action = ACTIONS.get(request.POST.get("action", ""))
    if action is None:
        messages.error(request, _("Nothing was asked of this run."))
        return redirect("run", run.poll.slug, run.pk)
    try:
        run = action(request, run)
    except ApplicationError as error:
        messages.error(request, error.message)
    return redirect("run", run.poll.slug, run.pk)


def _cancel(request: PageRequest, run: Run) -> Run:
    stopped = run_cancel(run=run, by=account(request))
    messages.success(request, _("Run %(id)s stops, and publishes nothing.") % {"id": run.pk})
    return stopped


def _retry(request: PageRequest, run: Run) -> Run:
    with transaction.atomic():
        again = run_retry(run=run, trigger=Run.Trigger.PAGE, started_by=account(request))
        run_enqueue(run=again)
    messages.success(request, _("Run %(id)s is queued.") % {"id": again.pk})
    return again


ACTIONS = {"cancel": _cancel, "retry": _retry}


def _log(run: Run) -> list[tuple[LogLine, str]]:
    """Return the lines of a run's log, in the reader's words."""
    return [(line, line_text(line, step=str(step_words(line.details.get("step", ""))))) for line in run.log.all()]


def _steps(run: Run) -> list[dict[str, object]]:
    """Return the seconds and the memory of each step, the slowest first."""
    slowest = sorted(run.seconds, key=run.seconds.__getitem__, reverse=True)
    return [{"name": name, "seconds": run.seconds[name], "memory": run.memory.get(name)} for name in slowest]


def _differences(run: Run) -> list[dict[str, object]]:
    """Return the constants that were not the poll's own, by the names that people know."""
    return [
        {"name": words(CONSTANTS, name)[0], "poll": own, "run": asked} for name, (own, asked) in run.differences.items()
    ]


def _effects(poll: Poll, run: Run) -> list[dict[str, Any]]:
    """Return what a dry run would have moved, by criterion, with the items that move most."""
    found: dict[str, Any] = run.report.get("effect", {}).get("criteria", {})
    items = entities_by_uid(
        poll=poll, uids={uid for effect in found.values() for uid, _before, _after in effect["most"]}
    )
    return [
        {
            **effect,
            "criterion": name,
            "most": [
                {"item": items[uid], "before": before, "after": after}
                for uid, before, after in effect["most"]
                if uid in items
            ],
        }
        for name, effect in found.items()
    ]
