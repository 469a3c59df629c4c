"""The first page."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from backend.participation.pairs.next_pair import next_pair
from backend.polls.models import Poll
from backend.polls.selectors import criterion_list, poll_list
from backend.scores.selectors import ranking, score_set_published
from frontend.charts import Seed
from frontend.pages.comparing.judge_form import JudgeForm
from frontend.pages.http import PageRequest, page
from frontend.pages.rows import ranked_items

SEEDS = 144
TOP = 5


@page("GET", "HEAD")
def home(request: PageRequest) -> HttpResponse:
    polls = list(poll_list(user=request.user))
    context: dict[str, Any] = {"polls": polls}
    if polls:
        context |= _featured(polls[0]) | _try(polls[0])
    return render(request, "home.html", context)


def _featured(poll: Poll) -> dict[str, Any]:
    """Return what the first page shows of a poll: nothing but its name before it has scores."""
    criteria = criterion_list(poll=poll)
    if not criteria or score_set_published(poll=poll) is None:
        return {"featured": poll}
    best = ranking(poll=poll, criterion=criteria[0])[:SEEDS]
    rows = ranked_items(poll=poll, weights={criteria[0]: 1.0}, criteria=criteria, entities=best)
    return {
        "featured": poll,
        "seeds": [Seed(row.entity.title, row.score) for row in rows if row.score is not None],
        "ranked": rows[:TOP],
    }


def _try(poll: Poll) -> dict[str, Any]:
    """Return a pair to judge at once, on the main criterion."""
    criteria = criterion_list(poll=poll)
    pair = next_pair(contributor=None, poll=poll) if poll.is_open and criteria else None
    return {"pair": pair, "row": JudgeForm(criteria[:1]).rows[0]} if pair else {}
