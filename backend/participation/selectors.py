"""Reads: which pair to ask about next. A bounded number of rows, however large the poll."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from django.db import connection
from django.db.models import Max, Min, TextChoices
from django.utils.translation import gettext_lazy as _

from backend.accounts.models import Contributor
from backend.comparisons.models import Comparison
from backend.entities.models import Entity
from backend.entities.selectors import entities_shown
from backend.polls.models import Poll
from backend.polls.selectors import criterion_list
from backend.scores.models import CollectiveScore
from backend.scores.selectors import score_set_published

POOL = 60
"""Entities looked at for one suggestion."""
KNOWN = 30
"""Of those, at most so many that the contributor has compared before."""
RANDOM_SHARE = 0.25
"""Pairs drawn blindly, so that the quality of the ranking can be measured without bias (maths, "Which pair next")."""

Pair = frozenset[int]
Choice = tuple[tuple[int, int], "Reason"]


class Reason(TextChoices):
    """Why a pair is asked."""

    FIRST = "first", _("A first pair")
    LITTLE_COMPARED = "little_compared", _("Few people have compared one of these items")
    CONNECTED = "connected", _("Joins items that you have compared with others, but not with each other")
    RANDOM = "random", _("Chosen at random, so that the ranking stays unbiased")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A pair to compare and why."""

    left: Entity
    right: Entity
    reason: Reason


def next_pair(
    *,
    contributor: Contributor | None,
    poll: Poll,
    exclude: Collection[int] = (),
    rng: np.random.Generator | None = None,
) -> Suggestion | None:
    """Return a pair that the contributor has not compared, or None where none is left.

    Without a contributor: any pair, to try. ``exclude`` holds keys of entities not to ask about (just skipped).
    """
    rng = rng or np.random.default_rng()
    judged = _judged_pairs(contributor, poll) if contributor else set()
    chosen = _chosen(judged, exclude, poll, rng) or _any_left(judged, exclude, poll)
    if chosen is None:
        return None
    pair, reason = chosen
    entities = entities_shown(poll=poll).in_bulk(pair)
    left, right = rng.permutation(pair).tolist()
    return Suggestion(entities[left], entities[right], reason)


def _judged_pairs(contributor: Contributor, poll: Poll) -> set[Pair]:
    pairs = Comparison.objects.filter(contributor=contributor, poll=poll).order_by()
    return {frozenset(pair) for pair in pairs.values_list("left_id", "right_id")}


def _known(judged: set[Pair], exclude: Collection[int], poll: Poll, rng: np.random.Generator) -> list[int]:
    """Return some of the entities that the contributor has compared already and that are still shown."""
    compared = sorted({entity for pair in judged for entity in pair} - set(exclude))
    some = rng.permutation(compared)[:KNOWN].tolist()
    return list(entities_shown(poll=poll).filter(pk__in=some).values_list("pk", flat=True))


def _sampled(poll: Poll, without: set[int], rng: np.random.Generator) -> list[int]:
    """Return other entities: the next one after each of some random keys, by index, never sorting the whole poll."""
    ends = entities_shown(poll=poll).order_by().aggregate(low=Min("pk"), high=Max("pk"))
    if ends["low"] is None:
        return []
    keys = rng.integers(ends["low"], ends["high"], size=POOL, endpoint=True).tolist()
    if ends["high"] - ends["low"] < POOL:
        keys = list(range(ends["low"], ends["high"] + 1))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT e.id FROM unnest(%s::bigint[]) AS k CROSS JOIN LATERAL ("
            " SELECT id FROM entities_entity"
            " WHERE poll_id = %s AND NOT is_hidden AND id >= k AND id <> ALL(%s) ORDER BY id LIMIT 1) AS e",
            [keys, poll.pk, list(without)],
        )
        return sorted(pk for (pk,) in cursor.fetchall())


def _chosen(judged: set[Pair], exclude: Collection[int], poll: Poll, rng: np.random.Generator) -> Choice | None:
    if rng.random() < RANDOM_SHARE:
        drawn = _drawn(combinations(_sampled(poll, {*exclude}, rng), 2), judged, {}, rng)
        return (drawn, Reason.RANDOM) if drawn else None
    known = _known(judged, exclude, poll, rng)
    fresh = _sampled(poll, {*known, *exclude}, rng)
    counts = _contributor_counts(poll, known + fresh)
    if joining := _drawn(product(known, fresh), judged, counts, rng):
        return joining, Reason.LITTLE_COMPARED
    # Either nothing is known yet or everything is.
    drawn = _drawn(combinations(known or fresh, 2), judged, counts, rng)
    return (drawn, Reason.CONNECTED if known else Reason.FIRST) if drawn else None


def _any_left(judged: set[Pair], exclude: Collection[int], poll: Poll) -> Choice | None:
    """Return the first pair that is left: for those who have judged nearly all. Looks at one pair more than judged."""
    pks = entities_shown(poll=poll).exclude(pk__in=exclude).values_list("pk", flat=True)
    left = next((pair for pair in combinations(pks, 2) if frozenset(pair) not in judged), None)
    return (left, Reason.CONNECTED) if left else None


def _drawn(
    pairs: Iterable[tuple[int, int]], judged: set[Pair], counts: dict[int, int], rng: np.random.Generator
) -> tuple[int, int] | None:
    """Draw a pair not judged yet, the likelier the fewer contributors have judged its entities."""
    left = [pair for pair in pairs if frozenset(pair) not in judged]
    if not left:
        return None
    weights = np.array([1 / (1 + counts.get(a, 0)) / (1 + counts.get(b, 0)) for a, b in left])
    return left[rng.choice(len(left), p=weights / weights.sum())]


def _contributor_counts(poll: Poll, entities: list[int]) -> dict[int, int]:
    """Return how many contributors each entity has on the main criterion, by the published scores."""
    shown = score_set_published(poll=poll)
    if shown is None or not (criteria := criterion_list(poll=poll)):
        return {}
    scores = CollectiveScore.objects.filter(score_set=shown, criterion=criteria[0], entity__in=entities)
    return dict(scores.values_list("entity_id", "contributors"))
