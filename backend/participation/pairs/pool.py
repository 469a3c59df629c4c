"""The entities looked at for one suggestion: a bounded number of rows, however large the poll."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from django.db import connection
from django.db.models import Max, Min
from django.utils import timezone
from numpy.typing import NDArray

from backend.accounts.models import Contributor
from backend.entities.models import Entity
from backend.entities.selectors import entities_shown
from backend.participation.own_record import Keys, OwnRecord
from backend.participation.pairs.rate_later import rate_later_list
from backend.polls.models import Criterion, Poll
from backend.scores.models import CollectiveScore, ScoreSet

SAMPLED = 60
"""Random entities of the poll; all of them, if there are no more."""
KNOWN = 30
"""Random ones of those that the contributor has compared before: each costs a linear system."""
NEWEST = 10
WANTED = 20
"""Random ones of the contributor's list for later."""
STRAYS = 10
"""Most groups of compared entities, apart from the largest, of which one member comes along, to be joined to it."""
NEW_FOR = timedelta(days=14)
WIDEST = 200.0
"""Width of the interval of a score of which nothing is known, on the published scale."""
RECENT_NEED = 0.5

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """K entities to make pairs of.

    Attributes
    ----------
    keys : (K,) int64
        Ascending.
    exact : (K,) bool
        Drawn uniformly from the whole poll.
    sampled, known, new, wanted : (K,) bool
        Drawn from the poll; compared by the contributor; new in the poll; in the contributor's list for later.
    component : (K,) int32
        Group of entities connected by the contributor's comparisons, -1 where there is none.
    contributors : (K,) float64
        How many have judged each on the main criterion, by the published scores.
    need : (K,) float64
        What the poll as a whole lacks: large where few have judged, where the interval is wide, and for new entities.
    whole : bool
        Whether all entities that may be asked about are among these.
    """

    keys: Keys
    exact: Flags
    sampled: Flags
    known: Flags
    new: Flags
    wanted: Flags
    component: NDArray[np.int32]
    contributors: NDArray[np.float64]
    need: NDArray[np.float64]
    whole: bool


def pool_read(
    *,
    contributor: Contributor | None,
    poll: Poll,
    criterion: Criterion | None,
    score_set: ScoreSet | None,
    record: OwnRecord,
    exclude: Collection[int],
    anchor: Entity | None,
    rng: np.random.Generator,
) -> Pool:
    """Gather entities that may be asked about; ``exclude`` holds keys of those that may not."""
    everything = _all_of_few(poll, exclude)
    exact, near = _sampled(poll, exclude, rng) if everything is None else (everything, _keys([]))
    new = _newest(poll, exclude)
    wanted = _wanted(contributor, poll, exclude, rng)
    known = _known(record, poll, exclude, rng)
    named = np.array([anchor.pk] if anchor else [], np.int64)
    keys = np.unique(np.concatenate((exact, near, new, wanted, known, named)))
    compared = np.isin(keys, record.entities)
    component = np.full(len(keys), -1, np.int32)
    component[compared] = record.components[np.searchsorted(record.entities, keys[compared])] if len(record) else -1
    is_new = np.isin(keys, new)
    contributors, width = _collective(keys, criterion, score_set)
    return Pool(
        keys=keys,
        exact=np.isin(keys, exact),
        sampled=np.isin(keys, near) | np.isin(keys, exact),
        known=compared,
        new=is_new,
        wanted=np.isin(keys, wanted),
        component=component,
        contributors=contributors,
        need=1.0 / np.sqrt(1.0 + contributors) + width / WIDEST + RECENT_NEED * is_new,
        whole=everything is not None,
    )


def _all_of_few(poll: Poll, exclude: Collection[int]) -> Keys | None:
    """Return all entities of a poll that has few."""
    first = entities_shown(poll=poll).exclude(pk__in=exclude).order_by("pk").values_list("pk", flat=True)
    keys = list(first[: SAMPLED + 1])
    return _keys(keys) if len(keys) <= SAMPLED else None


def _sampled(poll: Poll, exclude: Collection[int], rng: np.random.Generator) -> tuple[Keys, Keys]:
    """Return random entities, by index, never sorting the whole poll: those hit by random keys, and those next to them.

    The first are uniformly distributed; among the second, one that follows a gap in the keys is likelier.
    """
    ends = entities_shown(poll=poll).order_by().aggregate(low=Min("pk"), high=Max("pk"))
    if ends["low"] is None:
        return _keys([]), _keys([])
    keys = rng.integers(ends["low"], ends["high"], size=SAMPLED, endpoint=True).tolist()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id, bool_or(e.id = k) FROM unnest(%s::bigint[]) AS k CROSS JOIN LATERAL ("
            " SELECT id FROM entities_entity"
            " WHERE poll_id = %s AND NOT is_hidden AND id >= k AND id <> ALL(%s) ORDER BY id LIMIT 1) AS e"
            " GROUP BY e.id",
            [keys, poll.pk, list(exclude)],
        )
        rows = cursor.fetchall()
    return _keys([pk for pk, is_hit in rows if is_hit]), _keys([pk for pk, is_hit in rows if not is_hit])


def _newest(poll: Poll, exclude: Collection[int]) -> Keys:
    """Return the last entities that came in these days, unless the poll itself is as new as they are."""
    since = max(timezone.now() - NEW_FOR, poll.created_at + timedelta(days=1))
    newest = entities_shown(poll=poll).order_by("-pk").values_list("pk", "created_at")[:NEWEST]
    return _keys([pk for pk, created_at in newest if created_at > since and pk not in exclude])


def _wanted(contributor: Contributor | None, poll: Poll, exclude: Collection[int], rng: np.random.Generator) -> Keys:
    if contributor is None:
        return _keys([])
    listed = rate_later_list(contributor=contributor, poll=poll).order_by("entity_id")
    keys = _keys(list(listed.values_list("entity_id", flat=True)))
    return _some(keys[~np.isin(keys, list(exclude))], WANTED, rng)


def _known(record: OwnRecord, poll: Poll, exclude: Collection[int], rng: np.random.Generator) -> Keys:
    """Return some of the compared entities that are still shown, and one of each small group of them."""
    compared = record.entities[~np.isin(record.entities, list(exclude))]
    some = np.union1d(_some(compared, KNOWN, rng), np.setdiff1d(_strays(record), list(exclude)))
    return _keys(list(entities_shown(poll=poll).filter(pk__in=some.tolist()).values_list("pk", flat=True)))


def _strays(record: OwnRecord) -> Keys:
    if len(record) == 0:
        return _keys([])
    _, first, sizes = np.unique(record.components, return_index=True, return_counts=True)
    small = np.argsort(sizes, kind="stable")[:-1][:STRAYS]
    return record.entities[first[small]]


def _collective(
    keys: Keys, criterion: Criterion | None, score_set: ScoreSet | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return numbers of contributors, and widths of the published intervals."""
    contributors, width = np.zeros(len(keys)), np.full(len(keys), WIDEST)
    if criterion is not None and score_set is not None:
        found = CollectiveScore.objects.filter(score_set=score_set, criterion=criterion, entity__in=keys.tolist())
        for key, count, left, right in found.values_list("entity_id", "contributors", "left", "right"):
            place = np.searchsorted(keys, key)
            contributors[place], width[place] = count, left + right
    return contributors, width


def _some(keys: Keys, most: int, rng: np.random.Generator) -> Keys:
    return keys if len(keys) <= most else rng.choice(keys, most, replace=False)


def _keys(keys: list[int]) -> Keys:
    return np.array(keys, np.int64)
