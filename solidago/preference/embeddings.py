"""Which features may be trusted: embeddings with which preferring a can never lower a's score.

With ``G = X X'`` and Y the Laplacian of the comparisons, weighted by Phi'', preferring a to b moves theta along
``M (e_a - e_b)``, ``M = (I + G Y)^-1 G``. An embedding is *good* if a never loses, ``M_aa >= M_ab``, for all Y, a, b.
It is a *diffusion* if ``(G + lambda I)^-1`` is super-Laplacian (off-diagonal entries <= 0, diagonally dominant) for all
lambda > 0; diffusions are good.

References
----------
J. Fageot, P. Blanchard, G. Bareilles, L.-N. Hoang, "Generalizing while preserving monotonicity in comparison-based
preference learning models", NeurIPS 2025.
C. Dellacherie, S. Martinez, J. San Martin, "Inverse M-matrices and ultrametric matrices", Springer 2014.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from solidago.errors import InvalidInput
from solidago.preference.comparisons import entity_indices
from solidago.preference.linear_gbt import checked_embedding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    from solidago.dataset import Floats
    from solidago.preference.linear_gbt import Embedding

MOST_ENTITIES_EXACT = 9
"""Set partitions of 9 entities: 21,147. Of 10: 115,975, each a matrix."""
MOST_ENTITIES_DENSE = 2000
"""Beyond, a matrix of all pairs is not inverted: only nested categories are recognised."""
_ROUNDING = 1e-9
_RIDGE = 1e-6
"""lambda of the test of a singular G, relative to its mean diagonal."""
_RESTARTS = 200
_SEARCHED = 12


class Kind(Enum):
    """What is proven of an embedding."""

    DIFFUSION = "diffusion"
    GOOD = "good"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Comparisons after which preferring ``preferred`` to ``other`` lowers its score.

    Attributes
    ----------
    preferred, other : int
    blocks : tuple of tuples of int
        Entities found almost equal to each other by very many comparisons; all the others are in none.
    shortfall : float
        How much it loses per unit of judgment, relative to the largest prior variance.
    """

    preferred: int
    other: int
    blocks: tuple[tuple[int, ...], ...]
    shortfall: float


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is proven, how, and what disproves it.

    Attributes
    ----------
    kind : Kind
    reason : str
    counterexample : Counterexample or None
        Only where the kind is unproven; None then means that neither a proof nor a counterexample was found.
    """

    kind: Kind
    reason: str
    counterexample: Counterexample | None = None

    @property
    def safe(self) -> bool:
        """Whether preferring an entity provably never lowers its score."""
        return self.kind is not Kind.UNPROVEN


def one_hot(category: ArrayLike, own: float = 1.0) -> Embedding:
    """Embed entities by the one category that each is in: ``[own * I, one-hot]``.

    Parameters
    ----------
    category : (A,) array_like of int
        Number of each entity's category, from 0.
    own : float
        Weight > 0 of what is particular to an entity, against 1 for its category.

    Returns
    -------
    (A, A + K) sparse
        K categories.
    """
    numbers = np.asarray(category)
    count = int(numbers.max(initial=0)) + 1 if numbers.dtype.kind in "iu" else 1
    return tree(category, np.full(count, -1), own)


def tree(category: ArrayLike, parent: ArrayLike, own: float = 1.0) -> Embedding:
    """Embed entities by their category and all categories above it: ``[own * I, one column a category]``.

    Parameters
    ----------
    category : (A,) array_like of int
        Each entity's most special category.
    parent : (K,) array_like of int
        Each category's parent, a smaller number; -1 for none.
    own : float
        Weight > 0 of what is particular to an entity, against 1 for each category.

    Returns
    -------
    (A, A + K) sparse

    Raises
    ------
    InvalidInput
        A category is out of range, a parent is not a smaller number, or ``own`` is not positive.

    Examples
    --------
    >>> tree([1, 1, 2], [-1, 0, 0]).toarray().astype(int).tolist()
    [[1, 0, 0, 1, 1, 0], [0, 1, 0, 1, 1, 0], [0, 0, 1, 1, 0, 1]]
    """
    above = np.asarray(parent)
    if above.ndim != 1 or above.dtype.kind not in "iu" or not ((above >= -1) & (above < np.arange(len(above)))).all():
        raise InvalidInput("A category's parent must be a category with a smaller number, or -1.")
    if not 0.0 < own < np.inf:
        raise InvalidInput("own must be a positive number.")
    leaf = entity_indices("category", category, len(above))
    n_entities = len(leaf)
    rows, columns, at = [np.arange(n_entities)], [np.arange(n_entities)], leaf.astype(np.int64)
    members = np.arange(n_entities)
    while len(members):
        rows.append(members)
        columns.append(n_entities + at)
        higher = above[at] >= 0
        members, at = members[higher], above[at[higher]]
    weights = np.concatenate([np.full(n_entities, own), *(np.ones(len(level)) for level in rows[1:])])
    shape = (n_entities, n_entities + len(above))
    return sparse.csr_array((weights, (np.concatenate(rows), np.concatenate(columns))), shape=shape)


def certify(embedding: ArrayLike | Embedding, rng: np.random.Generator | None = None) -> Certificate:
    """Return what can be proven of an embedding.

    Nested categories are recognised at any size; otherwise up to `MOST_ENTITIES_DENSE` the diffusion property is
    tested on the matrix, up to `MOST_ENTITIES_EXACT` goodness is decided, and above it a counterexample is looked for.

    Parameters
    ----------
    embedding : (A, D) array_like or sparse
    rng : numpy.random.Generator, optional
        For the search; by default seeded with 0, so that the same embedding gets the same answer.

    Returns
    -------
    Certificate
        Its kind, the reason, and a counterexample where one was found.

    Examples
    --------
    >>> certify(one_hot([0, 0, 1])).kind.value
    'diffusion'
    >>> certify([[1.0], [2.0]]).counterexample.preferred
    0
    """
    features = checked_embedding(embedding)
    n_entities = features.shape[0]
    if is_nested(features):
        return Certificate(Kind.DIFFUSION, "The features are nested categories, of which G is ultrametric.")
    if n_entities > MOST_ENTITIES_DENSE:
        return Certificate(
            Kind.UNPROVEN, f"More than {MOST_ENTITIES_DENSE} entities are tested only for nested categories."
        )
    gram = (features @ features.T).toarray()
    if is_diffusion(gram):
        return Certificate(Kind.DIFFUSION, "The inverse of G is super-Laplacian.")
    if n_entities <= MOST_ENTITIES_EXACT:
        found = _worst_partition(gram)
        return _refuted(found) if found else Certificate(Kind.GOOD, "All set partitions of the entities were tried.")
    found = _search(gram, rng or np.random.default_rng(0))
    return _refuted(found) if found else Certificate(Kind.UNPROVEN, "No proof and no counterexample was found.")


def _refuted(found: Counterexample) -> Certificate:
    return Certificate(Kind.UNPROVEN, "There is a counterexample.", found)


def is_nested(features: Embedding) -> bool:
    """Tell whether every column is constant on a set of entities, any two of these sets nested or disjoint.

    Then ``G = sum_k c_k^2 1_S 1_S'`` is ultrametric, so that ``(G + lambda I)^-1`` is super-Laplacian.
    """
    columns = sparse.csc_array(features, copy=True)
    columns.eliminate_zeros()
    sizes = np.diff(columns.indptr)
    smallest = np.full(features.shape[0], -1)  # the smallest set so far around each entity
    for k in np.argsort(-sizes, kind="stable")[: np.count_nonzero(sizes)]:
        cells = slice(columns.indptr[k], columns.indptr[k + 1])
        members, values = columns.indices[cells], columns.data[cells]
        # From large to small sets: a set inside one of them has all its members in the same smallest set.
        if (values != values[0]).any() or (smallest[members] != smallest[members[0]]).any():
            return False
        smallest[members] = k
    return True


def is_diffusion(gram: Floats) -> bool:
    """Tell whether ``(G + lambda I)^-1`` is super-Laplacian for all lambda > 0.

    If G is invertible it suffices that its inverse is, weakly; if not, one tiny lambda is tested.

    Parameters
    ----------
    gram : (A, A) float64
        G = X X', symmetric, positive semidefinite.

    Returns
    -------
    bool
    """
    spectrum = np.linalg.eigvalsh(gram)
    ridge = 0.0 if spectrum[0] > _RIDGE * spectrum[-1] else _RIDGE * np.trace(gram) / len(gram)
    if spectrum[-1] <= 0.0:
        return True
    inverse = np.linalg.inv(gram + ridge * np.eye(len(gram)))
    slack = _ROUNDING * np.abs(inverse).max()
    off_diagonal = inverse - np.diag(inverse.diagonal())
    return bool((off_diagonal <= slack).all() and (inverse.sum(axis=1) >= -slack * len(gram)).all())


def _worst_partition(gram: Floats) -> Counterexample | None:
    """Return the worst counterexample over all set partitions, if any.

    Each entry of ``(I + G Y)^-1 G (e_a - e_b)`` is monotone in each weight of Y: the extremes are 0 and infinity, and
    infinite weights glue entities into blocks.
    """
    glued = ((_shortfall(matrix), blocks) for matrix, blocks in _partitions(gram, ((0,),), 1))
    (worst, a, b), blocks = max(glued, key=lambda found: found[0][0])
    return _counterexample(gram, worst, a, b, blocks)


def _partitions(
    glued: Floats, blocks: tuple[tuple[int, ...], ...], placed: int
) -> Iterator[tuple[Floats, tuple[tuple[int, ...], ...]]]:
    """Place the next entity in each block and in one of its own; yield every partition with its glued matrix."""
    if placed == len(glued):
        yield glued, blocks
        return
    yield from _partitions(glued, (*blocks, (placed,)), placed + 1)
    for k, block in enumerate(blocks):
        wider = (*blocks[:k], (*block, placed), *blocks[k + 1 :])
        yield from _partitions(_glue(glued, block[0], placed), wider, placed + 1)


def _glue(matrix: Floats, i: int, j: int) -> Floats:
    """Return ``M - M d d' M / d' M d`` for d = e_i - e_j: the limit of infinitely many comparisons of i and j."""
    image = matrix[:, i] - matrix[:, j]
    variance = image[i] - image[j]
    if variance <= _ROUNDING * np.abs(matrix).max(initial=0.0):
        return matrix
    glued: Floats = matrix - np.outer(image, image) / variance
    return glued


def _shortfall(matrix: Floats) -> tuple[float, int, int]:
    """Return the largest M_ab - M_aa, the loss of a preferred to b, with a and b."""
    excess = matrix - matrix.diagonal()[:, None]
    a, b = divmod(int(np.argmax(excess)), len(matrix))
    return float(excess[a, b]), a, b


def _counterexample(
    gram: Floats, worst: float, a: int, b: int, blocks: tuple[tuple[int, ...], ...]
) -> Counterexample | None:
    scale = float(gram.diagonal().max())
    if worst <= _ROUNDING * scale:
        return None
    return Counterexample(a, b, tuple(block for block in blocks if len(block) > 1), worst / scale)


def _search(gram: Floats, rng: np.random.Generator) -> Counterexample | None:
    """Look for a counterexample: among all pairs, then by greedy merges within small random groups of entities.

    A counterexample within a group is one for all entities: the others are simply not compared.
    """
    n_entities = len(gram)
    worst, a, b = _shortfall(gram)
    found = _counterexample(gram, worst, a, b, ())
    for _ in range(_RESTARTS):
        if found:
            break
        group = np.sort(rng.choice(n_entities, min(_SEARCHED, n_entities), replace=False))
        found = _merge_greedily(gram, group)
    return found


def _merge_greedily(gram: Floats, group: NDArray[np.int64]) -> Counterexample | None:
    """Merge, while it helps, the two blocks whose gluing worsens the worst pair of the group the most."""
    glued = gram[np.ix_(group, group)]
    blocks: list[tuple[int, ...]] = [(i,) for i in range(len(group))]
    current = _shortfall(glued)
    while len(blocks) > 1:
        merges = [(k, m) for m in range(len(blocks)) for k in range(m)]
        tries = [_glue(glued, blocks[k][0], blocks[m][0]) for k, m in merges]
        outcomes = [_shortfall(matrix) for matrix in tries]
        best = max(range(len(merges)), key=lambda t: outcomes[t][0])
        if outcomes[best][0] <= current[0]:
            break
        k, m = merges[best]
        glued, current = tries[best], outcomes[best]
        blocks[k] += blocks.pop(m)
    worst, a, b = current
    named = tuple(tuple(int(group[i]) for i in block) for block in blocks)
    return _counterexample(gram, worst, int(group[a]), int(group[b]), named)
