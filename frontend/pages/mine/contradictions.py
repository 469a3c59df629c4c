"""Where the contributor's judgments do not fit each other; shown to them alone, when they ask."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from backend.accounts.selectors import contributor_of
from backend.participation.my_space.contradictions import Contradictions, Said, Surprise, contradictions_of
from backend.polls.selectors import criterion_get, criterion_list, poll_get
from frontend.pages.comparing.judge_form import MAXIMUM, words
from frontend.pages.http import PageRequest, page


@dataclass(frozen=True, slots=True)
class SurpriseRow:
    """A surprising judgment, in words."""

    surprise: Surprise
    said: str
    expected: str


@dataclass(frozen=True, slots=True)
class SaidRow:
    """One judgment of a circle, in words."""

    said: Said
    words: str


@page("GET", "HEAD")
@login_required
def contradictions(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get(user=request.user, slug=slug)
    criteria = criterion_list(poll=poll)
    if not criteria:
        return render(request, "polls/unready.html", {"poll": poll})
    criterion = criterion_get(poll=poll, name=request.GET.get("criterion") or None)
    context: dict[str, object] = {"poll": poll, "criteria": criteria, "state": {"criterion": criterion}}
    contributor = contributor_of(user=request.user)
    if contributor is not None:
        context |= _told(contradictions_of(contributor=contributor, poll=poll, criterion=criterion))
    return render(request, "me/contradictions.html", context)


def _told(found: Contradictions) -> dict[str, object]:
    return {
        "judgments": found.judgments,
        "circles": [[SaidRow(said, _words(-said.value)) for said in circle] for circle in found.circles],
        "surprises": [
            SurpriseRow(surprise, _words(surprise.value), _words(surprise.expected)) for surprise in found.surprises
        ],
    }


def _words(value: float) -> str:
    """Return a judgment as the compare page says it, on whole numbers."""
    return words(round(max(-1.0, min(1.0, value)) * MAXIMUM))
