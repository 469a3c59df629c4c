"""How the site is, for those who run it: what it needs, what waits, what fails, what is switched off."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backend.alerts.selectors import freshness, polls_failing, runs_active, runs_unwatched_late
from backend.observability.mails.selectors import mails_waiting
from backend.observability.probes.checks import outcomes
from backend.observability.selectors import switch_list
from frontend.pages.http import PageRequest, page, staff

MOST_FAILING = 20
CHECKS = {
    "database": _("Database"),
    "migrations": _("Migrations of the database"),
    "redis": _("Redis: queues and caches"),
    "worker": _("A worker"),
    "beat": _("Beat, which starts what runs by itself"),
}


@page("GET", "HEAD")
def state(request: PageRequest) -> HttpResponse:
    user = staff(request)
    now, fresh, mails = timezone.now(), freshness(), mails_waiting()
    failing = list(polls_failing()[: MOST_FAILING + 1])
    context = {
        "checks": [(CHECKS[outcome.name], outcome) for outcome in outcomes()],
        "fresh": fresh,
        "oldest": now - timedelta(seconds=fresh.oldest),
        "published": None if fresh.published is None else now - timedelta(seconds=fresh.published),
        "active": runs_active(),
        "unwatched": runs_unwatched_late(),
        "failing": failing[:MOST_FAILING],
        "more_failing": len(failing) > MOST_FAILING,
        "mails": mails,
        "mails_since": now - timedelta(seconds=mails.oldest),
        "switches": switch_list(),
        "may_turn": user.has_perm("observability.change_switchstate"),
    }
    return render(request, "state.html", context)
