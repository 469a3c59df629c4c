"""Reads: how the published scores of two runs differ, item by item. Hidden items never come out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.db.models.functions import Abs

from backend.entities.models import Entity
from backend.entities.selectors import entity_list
from backend.pipeline.models import Run
from backend.polls.models import Criterion, Poll
from backend.polls.selectors import criterion_get
from backend.scores.errors import NoEarlierRun, RunWithoutScores

CHOICES = 50
"""Runs that are offered for comparison, the newest ones."""
MOVED = 0.05
"""Points from which on a score is said to have moved: half of the last digit that pages show."""
CELLS = 20
"""Of the picture, along each side: 10 points each."""
SUMMARY = """
    SELECT count(*) FILTER (WHERE o.score IS NOT NULL AND n.score IS NOT NULL),
        count(*) FILTER (WHERE abs(n.score - o.score) >= %(moved)s),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(n.score - o.score)),
        max(abs(n.score - o.score)),
        count(*) FILTER (WHERE o.score IS NULL),
        count(*) FILTER (WHERE n.score IS NULL)
    FROM (
        SELECT entity_id, score FROM scores_collectivescore
        WHERE score_set_id = %(old)s AND criterion_id = %(criterion)s
    ) o FULL JOIN (
        SELECT entity_id, score FROM scores_collectivescore
        WHERE score_set_id = %(new)s AND criterion_id = %(criterion)s
    ) n USING (entity_id)
    JOIN entities_entity e ON e.id = entity_id AND NOT e.is_hidden
"""
GRID = """
    SELECT least(floor((o.score + 100) * %(cells)s / 200), %(cells)s - 1)::int AS before,
        least(floor((n.score + 100) * %(cells)s / 200), %(cells)s - 1)::int AS after,
        count(*)
    FROM scores_collectivescore o
    JOIN scores_collectivescore n
        ON n.entity_id = o.entity_id AND n.criterion_id = o.criterion_id AND n.score_set_id = %(new)s
    JOIN entities_entity e ON e.id = o.entity_id AND NOT e.is_hidden
    WHERE o.score_set_id = %(old)s AND o.criterion_id = %(criterion)s
    GROUP BY 1, 2 ORDER BY 1, 2
"""
RANKS = """
    SELECT entity_id, rank FROM (
        SELECT s.entity_id, row_number() OVER (ORDER BY s.score DESC, s.entity_id) AS rank
        FROM scores_collectivescore s JOIN entities_entity e ON e.id = s.entity_id AND NOT e.is_hidden
        WHERE s.score_set_id = %s AND s.criterion_id = %s
    ) AS ranked WHERE entity_id = ANY(%s)
"""


class Show(StrEnum):
    """Which items: those that both runs score, or only the later, or only the earlier one."""

    MOVED = "moved"
    ENTERED = "entered"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two runs of a poll whose scores are kept, and a criterion."""

    old: Run
    new: Run
    criterion: Criterion

    @property
    def sets(self) -> dict[str, int | None]:
        """The keys of the score sets and the criterion, for queries."""
        return {"old": self.old.score_set_id, "new": self.new.score_set_id, "criterion": self.criterion.pk}


@dataclass(frozen=True, slots=True)
class Summary:
    """How many items both runs score, how many of these moved, by how much in points, and how many came and went."""

    both: int
    moved: int
    median: float
    largest: float
    entered: int
    left: int


@dataclass(frozen=True, slots=True)
class Cell:
    """How many items had a score in one of `CELLS` ranges before, and in another after."""

    before: int
    after: int
    count: int


def pair_of(*, poll: Poll, run_id: int, since: int | None = None, criterion: str | None = None) -> Pair:
    """Return a run and the one ``since`` which to compare it, by default the one before.

    Raises
    ------
    RunWithoutScores
    NoEarlierRun
    UnknownCriterion, NoCriterion
    """
    new = run_with_scores(poll=poll, run_id=run_id)
    old = run_before(run=new) if since is None else run_with_scores(poll=poll, run_id=since)
    if old is None:
        raise NoEarlierRun(field="since")
    return Pair(old, new, criterion_get(poll=poll, name=criterion))


def run_with_scores(*, poll: Poll, run_id: int) -> Run:
    """Return a run whose collective scores are kept.

    Raises
    ------
    RunWithoutScores
    """
    run = runs_with_scores(poll=poll).filter(pk=run_id).first()
    if run is None:
        raise RunWithoutScores(field="run", run_id=run_id)
    return run


def runs_with_scores(*, poll: Poll) -> QuerySet[Run]:
    """Return the runs of a poll whose collective scores are kept, newest first."""
    kept = Run.objects.filter(poll=poll, score_set__isnull=False)
    return kept.select_related("score_set").order_by("-score_set_id")


def run_before(*, run: Run) -> Run | None:
    """Return the run whose scores came before those of a run, among those that are kept."""
    return runs_with_scores(poll=run.poll).filter(score_set__lt=run.score_set_id).first()


def moves(*, pair: Pair, show: Show = Show.MOVED, text: str = "") -> QuerySet[Entity]:
    """Return the items of a kind, those that moved most first; newcomers and leavers by their score.

    Each bears ``old_`` and ``new_`` ``score``, ``left``, ``right`` and ``contributors``, None where the run does not
    score it, its ``move`` in points and the ``size`` of it, which for newcomers and leavers is that of their score.

    Raises
    ------
    InvalidText
    """
    entities = entity_list(poll=pair.new.poll, text=text).annotate(
        before=_scores(pair.old, pair.criterion), after=_scores(pair.new, pair.criterion)
    )
    columns = ("score", "left", "right", "contributors")
    told = {f"{age}_{name}": F(f"{row}__{name}") for age, row in AGES.items() for name in columns}
    found = entities.annotate(**told, move=F("new_score") - F("old_score"))
    if show is Show.MOVED:
        found = found.filter(before__isnull=False, after__isnull=False).annotate(size=Abs("move"))
    else:
        here, there = ("after", "before") if show is Show.ENTERED else ("before", "after")
        found = found.filter(**{f"{here}__isnull": False, f"{there}__isnull": True})
        found = found.annotate(size=Abs(F(f"{here}__score")))
    return found.order_by("-size", "pk")


AGES: Mapping[str, str] = {"old": "before", "new": "after"}


def _scores(run: Run, criterion: Criterion) -> FilteredRelation:
    chosen = Q(collective_scores__score_set=run.score_set_id, collective_scores__criterion=criterion.pk)
    return FilteredRelation("collective_scores", condition=chosen)


def summary_of(*, pair: Pair) -> Summary:
    """Return how much the scores of a criterion moved as a whole; one query."""
    with connection.cursor() as cursor:
        cursor.execute(SUMMARY, {**pair.sets, "moved": MOVED})
        both, moved, median, largest, entered, left = cursor.fetchone()
    return Summary(both, moved, median or 0.0, largest or 0.0, entered, left)


def grid_of(*, pair: Pair) -> list[Cell]:
    """Return how many items went from which range of scores to which; one query."""
    with connection.cursor() as cursor:
        cursor.execute(GRID, {**pair.sets, "cells": CELLS})
        return [Cell(*row) for row in cursor.fetchall()]


def ranks_of(*, run: Run, criterion: Criterion, entities: Iterable[int]) -> dict[int, int]:
    """Return the places of some items among all that a run scores and that are shown now; one query."""
    with connection.cursor() as cursor:
        cursor.execute(RANKS, [run.score_set_id, criterion.pk, list(entities)])
        return dict(cursor.fetchall())
