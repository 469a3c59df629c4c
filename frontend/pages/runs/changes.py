"""What a run changed: which items moved, by how much, and why; for staff and the poll's owner."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.entities.models import Entity
from backend.pipeline.comparing.selectors import (
    CHOICES,
    Pair,
    Show,
    grid_of,
    moves,
    pair_of,
    ranks_of,
    run_with_scores,
    runs_with_scores,
    summary_of,
)
from backend.pipeline.comparing.why import LEAST_TOLD, PROGRAM, Reasons, Why, why_moved
from backend.pipeline.models import Run
from backend.polls.models import Poll
from backend.polls.selectors import criterion_list, poll_get_managed
from backend.scores.errors import NoEarlierRun, RunWithoutScores
from frontend.pages.http import PageRequest, page, wants_fragment
from frontend.pages.paging import page_context, page_number, page_of

PAGE_SIZE = 20
MOST_DIGITS = 18
PARTS: dict[str, Promise] = {
    "trust": _("Whom people trust: vouches and verified addresses"),
    "settings": _("The poll's settings"),
    "visibility": _("Contributors and items that no longer count, and what became public or private"),
    "judgments": _("New, changed and deleted judgments"),
    "voting rights": _("How much each contributor may say, as a consequence"),
    "scaling": _("The scales of contributors, as a consequence"),
    "unit and zero": _("The common unit and zero, as a consequence"),
    PROGRAM: _("Another version of the program"),
}
"""Of a move."""
SHOWN: dict[Show, Promise] = {
    Show.MOVED: _("Items that moved"),
    Show.ENTERED: _("Items that are new"),
    Show.LEFT: _("Items that are gone"),
}
KINDS: dict[str, Promise] = {"new": _("New"), "changed": _("Changed"), "gone": _("Deleted, or no longer counted")}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an address asks for."""

    since: int | None
    criterion: str | None
    text: str
    show: Show
    page: int

    @classmethod
    def of(cls, request: PageRequest) -> "Wanted":
        """Read an address.

        Raises
        ------
        RunWithoutScores
            ``since`` is no number of a run.
        BadPageNumber
        """
        given = request.GET
        show = given.get("show", "")
        return cls(
            since=_run_number(given.get("since", "")),
            criterion=given.get("criterion") or None,
            text=given.get("q", "").strip(),
            show=Show(show) if show in {*Show} else Show.MOVED,
            page=page_number(given.get("page", "")),
        )

    @property
    def url(self) -> str:
        """The address that asks for this."""
        parts = {"since": self.since, "criterion": self.criterion, "q": self.text}
        parts |= {"show": self.show if self.show != Show.MOVED else "", "page": self.page if self.page > 1 else ""}
        return "?" + urlencode({name: value for name, value in parts.items() if value})


def _run_number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise RunWithoutScores(field="since", run_id=text[:100])
    return int(text)


@dataclass(frozen=True, slots=True)
class Row:
    """An item with its places, and why it moved."""

    item: Entity
    old_rank: int | None
    new_rank: int | None
    parts: list[tuple[Promise, float, int | None]]
    few: float | None
    counts: list[tuple[Promise, int, int]]
    is_told: bool
    is_told_whole: bool = False


@page("GET", "HEAD")
def changes(request: PageRequest, slug: str, run_id: int) -> HttpResponse:
    poll = poll_get_managed(user=request.user, slug=slug)
    wanted = Wanted.of(request)
    try:
        pair = pair_of(poll=poll, run_id=run_id, since=wanted.since, criterion=wanted.criterion)
    except NoEarlierRun:
        alone = {"poll": poll, "run": run_with_scores(poll=poll, run_id=run_id)}
        return render(request, "changes/alone.html", alone)
    found = page_of(moves(pair=pair, show=wanted.show, text=wanted.text), number=wanted.page, size=PAGE_SIZE)
    context = {"poll": poll, "pair": pair, "wanted": wanted, **_items(request, pair, found)}
    if wants_fragment(request):
        return render(request, "changes/_items.html", context)
    return render(request, "changes/page.html", context | _whole(poll, pair, wanted))


def _items(request: PageRequest, pair: Pair, found: Page[Any]) -> dict[str, object]:
    """Return the items of a page with their reasons, and where the other pages are."""
    wanted, items = Wanted.of(request), list(found)
    moved = {item.pk: item.move for item in items if item.move is not None}
    why = why_moved(pair=pair, moved=moved, is_whole=bool(request.user.is_superuser))
    return {
        "rows": list(_rows(pair, items, why)),
        "why": why,
        "smallest": LEAST_TOLD,
        **page_context(found, lambda number: replace(wanted, page=number).url),
    }


def _rows(pair: Pair, items: Sequence[Entity], why: Why) -> Iterator[Row]:
    keys = [item.pk for item in items]
    old, new = (ranks_of(run=run, criterion=pair.criterion, entities=keys) for run in (pair.old, pair.new))
    for item in items:
        yield _row(item, old.get(item.pk), new.get(item.pk), why.reasons.get(item.pk))


def _row(item: Entity, old_rank: int | None, new_rank: int | None, reasons: Reasons | None) -> Row:
    if reasons is None:
        return Row(item, old_rank, new_rank, [], None, [], is_told=False)
    parts = [(PARTS[part.name], part.points, part.people) for part in reasons.parts]
    counts = [(KINDS[count.kind], count.judgments, count.people) for count in reasons.counts if count.judgments]
    return Row(item, old_rank, new_rank, parts, reasons.few, counts, is_told=True, is_told_whole=reasons.is_told_whole)


def _whole(poll: Poll, pair: Pair, wanted: Wanted) -> dict[str, object]:
    """Return what stands above the items."""
    return {
        "criteria": criterion_list(poll=poll),
        "runs": _choices(poll, pair),
        "summary": summary_of(pair=pair),
        "cells": grid_of(pair=pair),
        "shown": [
            (label, replace(wanted, show=show, page=1).url, show == wanted.show) for show, label in SHOWN.items()
        ],
    }


def _choices(poll: Poll, pair: Pair) -> list[Run]:
    """Return the runs to compare with: the newest ones, and the chosen one."""
    newest = list(runs_with_scores(poll=poll).exclude(pk=pair.new.pk)[:CHOICES])
    return newest if pair.old in newest or pair.old == pair.new else [*newest, pair.old]
