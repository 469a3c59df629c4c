"""Why the scores of a poll can be relied on: how they were computed, and what was tried to bend them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise

from backend.pipeline.configuration import preset_asked
from backend.pipeline.integrity.selectors import Integrity, integrity_of
from backend.polls.selectors import criterion_list, poll_get, poll_is_managed
from frontend.constants import PRESETS, words
from frontend.pages.constants import Topic, topics_of
from frontend.pages.http import PageRequest, page
from frontend.pages.poll.influence import Scenario, scenarios_of, trusts_everybody
from frontend.templatetags.words import QUESTIONS

WORTH = "times closer to their wish, at most"
MOST = "one contributor moves all scores together by at most"
"""What a run's report calls the most that lying can be worth, and the most that anybody can move."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the scores of a criterion could be moved by some people, in points, and how far attacks came."""

    scenario: Scenario
    median: float
    largest: float
    moved: float | None
    allowed: float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the audit found out about one question, over all criteria; ``worst`` in points."""

    question: Promise
    moves: int
    violated: int
    worst: float | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a run found out about the influence on the scores of one criterion."""

    criterion: str
    entities: int
    attempts: int
    beaten: int
    reaches: list[Reach]


@page("GET", "HEAD")
def integrity(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get(user=request.user, slug=slug)
    known = integrity_of(poll=poll)
    titles = {criterion.name: criterion.title for criterion in criterion_list(poll=poll)}
    context = {
        "poll": poll,
        "titles": titles,
        "integrity": known,
        "answers": list(_answers(known)),
        "influence": list(_influence(known, titles)),
        "new": known.report.get("influence", {}).get("new"),
        "trusts_everybody": known.score_set is not None and trusts_everybody(known.score_set.config),
        "gains": list(_gains(known, titles)),
        "topics": _topics(known),
        "preset": words(PRESETS, preset_asked(config=known.run.config)) if known.run else None,
        "dataset_url": request.build_absolute_uri(reverse("dataset_export", args=[poll.slug])),
        "is_managed": poll_is_managed(poll=poll, user=request.user),
    }
    return render(request, "integrity/page.html", context)


def _topics(known: Integrity) -> list[Topic]:
    return topics_of(known.score_set.config) if known.score_set else []


def _answers(known: Integrity) -> Iterator[Answer]:
    audited = list(known.report.get("audit", {}).get("criteria", {}).values())
    for name, question in QUESTIONS.items():
        if figures := [found[name] for found in audited if found.get(name)]:
            worst = [found["worst"] for found in figures if found["worst"] is not None]
            counts = sum(found["moves"] for found in figures), sum(found["violated"] for found in figures)
            yield Answer(question, *counts, max(worst, default=None))


def _influence(known: Integrity, titles: Mapping[str, str]) -> Iterator[Found]:
    """Return what is known of each criterion, the main one first."""
    criteria = known.report.get("influence", {}).get("criteria", {})
    scenarios = scenarios_of(known.score_set.config if known.score_set else {})
    for name in [*(name for name in titles if name in criteria), *(name for name in criteria if name not in titles)]:
        found = criteria[name]
        attempts = found["attempts"] or {}
        reaches = [_reach(s, found["bounds"], attempts.get("furthest", {})) for s in scenarios if found["bounds"]]
        counts = attempts.get("attempts", 0), attempts.get("beaten", 0)
        yield Found(titles.get(name, name), found["entities"], *counts, reaches)


def _reach(scenario: Scenario, bounds: Mapping[str, Any], furthest: Mapping[str, Any]) -> Reach:
    usual, tried = bounds[scenario.name], furthest.get(scenario.name, {})
    return Reach(scenario, usual["median"], usual["largest"], tried.get("moved"), tried.get("allowed"))


def _gains(known: Integrity, titles: Mapping[str, str]) -> Iterator[tuple[str, float, float]]:
    """Return for each criterion what lying can be worth and how far one contributor can move it; Licchavi only."""
    for name, gain in known.report.get("strategic gain", {}).items():
        yield titles.get(name, name), gain[WORTH], gain[MOST]
