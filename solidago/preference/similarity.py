r"""Which entities are alike: by what contributors think of them, and by labels (tags, authors) that they share.

Similarities are edges of a graph. An edge of weight w says that a contributor's scores of its two ends differ by about
``1 / sqrt(w)`` more or less than the collective scores do. A Laplacian of weights >= 0 keeps linear GBT monotone,
whatever the graph (`solidago.preference.linear_gbt`), so nothing here has to be trusted for that.

A label is a node of its own, a hub, that ties the entities which bear it: as many edges as there are labels on
entities, however popular a label is. What is believed of a hub is the mean of its entities, drawn towards zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from solidago.errors import InvalidInput
from solidago.preference.comparisons import entity_indices
from solidago.preference.linear_gbt import similarity_laplacian

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from solidago.dataset import Floats, Indices

NEIGHBOURS = 10
"""Most entities that an entity is tied to by its own choice; it may be chosen by more."""
WINDOW = 6
"""In each contributor's order, an entity meets so many entities on either side: the candidates."""
DOUBT = 2.0
"""Voting right of imaginary contributors to whom two entities are no more alike than any two."""
MOST_RATERS = 30
"""Raters of an entity that are looked at; those with most voting right."""
USUAL_SPREAD = 1.0
"""Of scaled scores around the collective ones where none is known: standardisation makes it about 1."""
_BATCH = 50_000
_TIES = 7
"""Seed of the order of raters with equal rights: the same raters for all entities, so that entities share some."""


@dataclass(frozen=True, slots=True, eq=False)
class Opinions:
    """What contributors publicly think of entities.

    Attributes
    ----------
    user, entity : (S,) int32
    difference : (S,) float64
        The contributor's scaled score minus the collective one.
    right : (S,) float64
        Voting right, >= 0.
    n_entities : int
    """

    user: Indices
    entity: Indices
    difference: Floats
    right: Floats
    n_entities: int

    @classmethod
    def of(
        cls, user: ArrayLike, entity: ArrayLike, difference: ArrayLike, right: ArrayLike, n_entities: int
    ) -> Opinions:
        """Check the columns and sort them by (entity, user).

        Raises
        ------
        InvalidInput
            Lengths differ, an index is out of range, a number is not finite or a right negative, or a contributor has
            two opinions of an entity.
        """
        u, e = entity_indices("user", user, np.iinfo(np.int32).max), entity_indices("entity", entity, n_entities)
        d, w = np.asarray(difference, dtype=np.float64), np.asarray(right, dtype=np.float64)
        if not u.shape == e.shape == d.shape == w.shape:
            raise InvalidInput("user, entity, difference and right must have the same length.")
        if not (np.isfinite(d).all() and np.isfinite(w).all() and (w >= 0.0).all()):
            raise InvalidInput("Differences and rights must be finite numbers, rights at least 0.")
        order = np.lexsort((u, e))
        u, e = u[order], e[order]
        if ((u[1:] == u[:-1]) & (e[1:] == e[:-1])).any():
            raise InvalidInput("A contributor can have only one opinion of an entity.")
        return cls(u, e, d[order], w[order], n_entities)

    def __len__(self) -> int:
        return len(self.difference)

    @property
    def usual_gap(self) -> float:
        """Mean square of the difference between the differences of two entities drawn at random."""
        if len(self) < 2:
            return 2.0 * USUAL_SPREAD**2
        return 2.0 * max(float(np.var(self.difference)), 1e-6)


@dataclass(frozen=True, slots=True, eq=False)
class SimilarityGraph:
    """A graph of entities and labels.

    Attributes
    ----------
    laplacian : (N, N) sparse
        In units of 1 / scaled score^2; nodes from ``n_entities`` on are labels.
    n_entities : int
    """

    laplacian: sparse.csr_array
    n_entities: int

    @property
    def n_nodes(self) -> int:
        """Entities and labels."""
        return int(self.laplacian.shape[0])


def similarity_graph(opinions: Opinions, labels: Sequence[tuple[ArrayLike, ArrayLike]] = ()) -> SimilarityGraph:
    """Tie entities that contributors score alike and those that share labels.

    Parameters
    ----------
    opinions : Opinions
        Whatever goes in can be guessed from what comes out: give public opinions only.
    labels : sequence of (entity, label)
        Kinds of labels, say authors and tags, each as two columns of int from 0; labels of a kind numbered without
        gaps. An entity's labels of a kind share one unit of weight.

    Returns
    -------
    SimilarityGraph
        Of entities, then labels.

    Raises
    ------
    InvalidInput

    Notes
    -----
    The weight of a label kind is ``1 / g``, g being the `Opinions.usual_gap`: as much as all the neighbours of an
    entity get without any evidence of their own (`co_scored`). The graph is the same for any order of rows.
    """
    first, second, weight = co_scored(opinions)
    ends, n_nodes = [(first, second, weight)], opinions.n_entities
    for entity, label in labels:
        bearer, hub = entity_indices("entity", entity, opinions.n_entities), np.asarray(label, dtype=np.int64)
        if bearer.shape != hub.shape or (len(hub) and hub.min() < 0):
            raise InvalidInput("Labels must be numbers from 0, one for each entity that bears one.")
        share = 1.0 / np.bincount(bearer, minlength=opinions.n_entities)[bearer] / opinions.usual_gap
        ends.append((bearer.astype(np.int64), n_nodes + hub, share))
        n_nodes += int(hub.max(initial=-1)) + 1
    i, j, w = (np.concatenate(column) for column in zip(*ends, strict=True))
    laplacian = similarity_laplacian(i, j, w, n_nodes)
    laplacian.sum_duplicates()
    return SimilarityGraph(laplacian, opinions.n_entities)


def co_scored(opinions: Opinions) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Return the edges between entities and those that contributors score most alike.

    Returns
    -------
    first, second : (E,) int64
        ``first < second``, ascending, without doubles.
    weight : (E,) float64

    Notes
    -----
    With d_ue the opinions and v_u(e, f) = sqrt(right_ue right_uf) over the raters u of both e and f, the gap of e and f
    is the mean of (d_ue - d_uf)^2 with weights v, together with `DOUBT` voting rights that say the usual gap g:

        weight = (DOUBT + sum v) / (DOUBT g + sum v (d_ue - d_uf)^2) / NEIGHBOURS

    the precision of a difference whose variance has that estimate, shared among the neighbours: they are alike
    themselves, so that ten of them are no more news than one (measured: docs/experiments.md, "Judgments held out").
    Candidates are neighbours in some contributor's order of opinions, `WINDOW` on either side; each entity keeps the
    `NEIGHBOURS` of largest weight, and an edge stays if one of its ends keeps it. Rights are bounded by trust, so a
    crowd of untrusted accounts moves a weight no more than a few people do. The work grows with the number of opinions,
    never with its square.
    """
    kept = _most_entitled(opinions)
    first, second = _candidates(kept)
    weight = _weights(kept, first, second, opinions.usual_gap)
    chosen = _nearest(first, second, weight, opinions.n_entities)
    return first[chosen], second[chosen], weight[chosen] / NEIGHBOURS


def _most_entitled(opinions: Opinions) -> Opinions:
    """Keep some raters of each entity: most rights first, then an order that is the same for all entities."""
    tie = np.random.default_rng(_TIES).permutation(int(opinions.user.max(initial=-1)) + 1)[opinions.user]
    order = np.lexsort((tie, -opinions.right, opinions.entity))
    place = _places(opinions.entity[order])
    kept = np.sort(order[place < MOST_RATERS])
    user, entity = opinions.user[kept], opinions.entity[kept]
    return Opinions(user, entity, opinions.difference[kept], opinions.right[kept], opinions.n_entities)


def _places(sorted_groups: Indices | NDArray[np.int64]) -> NDArray[np.int64]:
    """Return each row's place within its group, from 0."""
    starts = np.flatnonzero(np.diff(sorted_groups, prepend=-1))
    lengths = np.diff(np.append(starts, len(sorted_groups)))
    return np.arange(len(sorted_groups)) - np.repeat(starts, lengths)


def _candidates(opinions: Opinions) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs of entities that are close in somebody's order, the smaller index first, ascending."""
    order = np.lexsort((opinions.entity, opinions.difference, opinions.user))
    user, entity = opinions.user[order], opinions.entity[order].astype(np.int64)
    keys = [np.zeros(0, np.int64)]
    for distance in range(1, min(WINDOW, len(entity) - 1) + 1):
        same = user[distance:] == user[:-distance]
        one, other = entity[:-distance][same], entity[distance:][same]
        keys.append(np.unique(np.minimum(one, other) * opinions.n_entities + np.maximum(one, other)))
    first, second = np.divmod(np.unique(np.concatenate(keys)), opinions.n_entities)
    return first, second


def _weights(opinions: Opinions, first: NDArray[np.int64], second: NDArray[np.int64], usual_gap: float) -> Floats:
    """Return the weight of each pair, from all the raters that its entities share."""
    root = np.sqrt(opinions.right)
    shape = (opinions.n_entities, int(opinions.user.max(initial=-1)) + 1)
    places = (opinions.entity, opinions.user)
    ones, linear, square = (
        sparse.csr_array((root * power, places), shape=shape)
        for power in (np.ones(len(root)), opinions.difference, opinions.difference**2)
    )
    weight = np.empty(len(first))
    for start in range(0, len(first), _BATCH):
        e, f = first[start : start + _BATCH], second[start : start + _BATCH]
        ones_e, ones_f = ones[e], ones[f]
        shared = ones_e.multiply(ones_f).sum(axis=1)
        squares = square[e].multiply(ones_f) + square[f].multiply(ones_e) - 2.0 * linear[e].multiply(linear[f])
        gap = np.maximum(np.asarray(squares.sum(axis=1)), 0.0)
        weight[start : start + _BATCH] = (DOUBT + np.asarray(shared)) / (DOUBT * usual_gap + gap)
    return weight


def _nearest(first: NDArray[np.int64], second: NDArray[np.int64], weight: Floats, n_entities: int) -> NDArray[np.int64]:
    """Return the pairs that are among the heaviest of one of their ends, ascending; equals by index."""
    chooser, other = np.concatenate((first, second)), np.concatenate((second, first))
    pair = np.tile(np.arange(len(first)), 2)
    order = np.lexsort((other, -weight[pair], chooser))
    kept = order[_places(chooser[order]) < NEIGHBOURS]
    return np.unique(pair[kept])
