"""All pairs that a contributor has compared in a poll, read at once: what is known, and what not to ask again."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from backend.accounts.models import Contributor
from backend.participation.models import SetAside
from backend.participation.pairs.set_aside import set_aside_list
from backend.polls.models import Criterion, Poll
from solidago.active.belief import Belief
from solidago.config import Config
from solidago.preference.comparisons import Comparisons

Keys = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pairs:
    """C pairs.

    Attributes
    ----------
    left, right : (C,) int64
        Keys of the entities.
    """

    left: Keys
    right: Keys

    def __len__(self) -> int:
        return len(self.left)

    def met(self, keys: Keys) -> NDArray[np.bool_]:
        """Return the (K, K) matrix that tells which of some entities, keys ascending, make a pair of these."""
        result = np.zeros((len(keys), len(keys)), np.bool_)
        both = np.isin(self.left, keys) & np.isin(self.right, keys)
        i, j = np.searchsorted(keys, self.left[both]), np.searchsorted(keys, self.right[both])
        result[i, j] = result[j, i] = True
        return result

    def pairs(self) -> Collection[frozenset[int]]:
        """Return the pairs, whichever way round."""
        return {frozenset(pair) for pair in zip(self.left.tolist(), self.right.tolist(), strict=True)}


@dataclass(frozen=True, eq=False)
class OwnRecord(Pairs):
    """C compared pairs.

    Attributes
    ----------
    left, right : (C,) int64
        Keys of the entities.
    value : (C,) float64
        Judgment on the main criterion divided by its maximum, NaN where the pair was judged on others only.
    """

    value: NDArray[np.float64]

    @cached_property
    def entities(self) -> Keys:
        """Keys of all compared entities, ascending."""
        return np.unique(np.concatenate((self.left, self.right)))

    @cached_property
    def components(self) -> NDArray[np.int32]:
        """To which group of entities connected by comparisons each of ``entities`` belongs."""
        n = len(self.entities)
        ends = (np.searchsorted(self.entities, self.left), np.searchsorted(self.entities, self.right))
        _, labels = connected_components(sparse.csr_array((np.ones(len(self)), ends), shape=(n, n)), directed=False)
        return np.asarray(labels, np.int32)

    def belief(self, keys: Keys, config: Config) -> Belief:
        """Return what the judgments on the main criterion say of some entities.

        Raises
        ------
        NotConverged
        """
        judged = ~np.isnan(self.value)
        everything = np.union1d(self.entities, keys)
        left, right = (np.searchsorted(everything, ends[judged]) for ends in (self.left, self.right))
        comparisons = Comparisons.of(left, right, self.value[judged], len(everything))
        return Belief.of(comparisons, np.searchsorted(everything, keys), config)


def own_record(*, contributor: Contributor | None, poll: Poll, criterion: Criterion | None) -> OwnRecord:
    """Return what a contributor compared in a poll, nothing for a visitor; one query, without model objects."""
    rows = []
    if contributor is not None:
        with connection.cursor() as cursor:
            cursor.execute(
                # Not a join: for that the planner may read everybody's judgments, which grow with the platform.
                "SELECT c.left_id, c.right_id, coalesce((SELECT j.value / j.maximum FROM comparisons_judgment j"
                " WHERE j.comparison_id = c.id AND j.criterion_id = %s), 'NaN')"
                " FROM comparisons_comparison c WHERE c.contributor_id = %s AND c.poll_id = %s ORDER BY c.id",
                [criterion.pk if criterion else None, contributor.pk, poll.pk],
            )
            rows = cursor.fetchall()
    left, right, value = zip(*rows, strict=True) if rows else ((), (), ())
    return OwnRecord(np.array(left, np.int64), np.array(right, np.int64), np.array(value, np.float64))


def pairs_set_aside(*, contributor: Contributor | None, poll: Poll) -> Pairs:
    """Return the pairs of a poll that a contributor cannot compare."""
    found = set_aside_list(contributor=contributor, poll=poll).order_by() if contributor else SetAside.objects.none()
    rows = list(found.select_related(None).defer(None).values_list("left_id", "right_id"))
    left, right = zip(*rows, strict=True) if rows else ((), ())
    return Pairs(np.array(left, np.int64), np.array(right, np.int64))
