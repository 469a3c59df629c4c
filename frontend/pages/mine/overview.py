"""The contributor's space in a poll: how far they have come, and what would tell most next."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from backend.accounts.models import Contributor
from backend.accounts.selectors import contributor_of
from backend.participation.my_space.my_items import public_keys
from backend.participation.my_space.progress import Period, comparisons_over_time, progress_of
from backend.participation.my_space.public_ranking import public_scores
from backend.participation.recommendations.selectors import NEEDED
from backend.polls.models import Criterion, Poll
from backend.polls.selectors import criterion_get, criterion_list, poll_get
from frontend.pages.http import PageRequest, page
from frontend.timeline import timeline

CHARTS = {
    "week": gettext_lazy("Pairs that you judged for the first time, week by week"),
    "month": gettext_lazy("Pairs that you judged for the first time, month by month"),
    "year": gettext_lazy("Pairs that you judged for the first time, year by year"),
}
FORMATS = {"week": "SHORT_DATE_FORMAT", "month": "YEAR_MONTH_FORMAT", "year": "Y"}


@page("GET", "HEAD")
@login_required
def me(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get(user=request.user, slug=slug)
    if not criterion_list(poll=poll):
        return render(request, "polls/unready.html", {"poll": poll})
    criterion = criterion_get(poll=poll)
    contributor = contributor_of(user=request.user)
    context = {"poll": poll, "criterion": criterion, "needed": NEEDED}
    return render(request, "me/overview.html", context | (_told(contributor, poll, criterion) if contributor else {}))


def _told(contributor: Contributor, poll: Poll, criterion: Criterion) -> dict[str, object]:
    progress = progress_of(contributor=contributor, poll=poll, criterion=criterion)
    unit, periods = comparisons_over_time(contributor=contributor, poll=poll)
    bars = [(_name(unit, period), period.comparisons) for period in periods]
    return {
        "progress": progress,
        "missing": max(NEEDED - progress.comparisons, 0),
        "is_shown": public_scores(contributor=contributor, poll=poll).exists(),
        "public": len(public_keys(contributor=contributor, poll=poll)),
        "bars": bars,
        "chart": timeline(bars, label=str(CHARTS[unit])),
        "chart_title": CHARTS[unit],
    }


def _name(unit: str, period: Period) -> str:
    return date_format(timezone.localtime(period.start), FORMATS[unit])
