"""Groups of contributors who score alike: found without being told how many there are, or that there are any.

Contributors are placed in a plane by the principal components of how they deviate from the mean, as in Small et al.
2021 ("Polis: Scaling deliberation by mapping high dimensional opinion spaces", section 4), and cut by k-means. The
number of groups is that of the best mean silhouette (Rousseeuw 1987), which must exceed what k-means finds in the same
box filled evenly (the reference of Tibshirani, Walther and Hastie 2001): a mere crowd is no groups.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2
from scipy.spatial.distance import cdist

from solidago.errors import InvalidInput

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

MOST_GROUPS = 5
SMALLEST = 5
"""Contributors of a group at least, so that no group tells what one of them thinks."""
REFERENCES = 19
"""Even fillings of the box, all of which the groups must exceed: one chance in twenty that a crowd does."""
RESTARTS = 4
SAMPLE = 400
"""Contributors whose silhouettes are computed at most: distances between all pairs are needed."""
DIMENSIONS = 2
CLEARLY = 0.05
"""How much the silhouette must be better than that of fewer groups, and than those of the references. Of 200 simulated
contributors along an even line it makes one crowd, where without it most polls fell into five groups."""


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """The group of each contributor, from 0 and the largest first, and how well the groups are apart.

    ``silhouette`` lies in [-1, 1]. One group alone means that none could be told apart; its silhouette is 0.
    """

    labels: Labels
    silhouette: float

    @property
    def count(self) -> int:
        """The number of groups."""
        return int(self.labels.max(initial=-1)) + 1


def groups_find(scores: Floats, *, rng: np.random.Generator) -> Grouping:
    """Find groups of contributors who score alike.

    Parameters
    ----------
    scores
        Shape (contributors, items), NaN where a contributor has no score. Any unit, the same for all.
    rng
        For the starts of k-means and the references.

    Returns
    -------
    Grouping
        With a label for each contributor.

    Raises
    ------
    InvalidInput
        The scores are no matrix, or hold infinities.

    Examples
    --------
    >>> scores = np.repeat([[9.0, -9.0, 1.0], [-9.0, 9.0, 0.0]], 10, axis=0)
    >>> scores += np.random.default_rng(1).normal(size=scores.shape)
    >>> found = groups_find(scores, rng=np.random.default_rng(0))
    >>> found.count, np.bincount(found.labels).tolist()
    (2, [10, 10])
    """
    if scores.ndim != 2 or np.isinf(scores).any():
        raise InvalidInput("Scores must be a matrix of numbers or NaN, one row per contributor.")
    alone = Grouping(np.zeros(len(scores), np.int64), 0.0)
    if len(scores) < 2 * SMALLEST or not scores.shape[1]:
        return alone
    points = _placed(scores)
    box = np.ptp(points, axis=0)
    if not box[0] > 0:
        return alone
    references = [(rng.random(points.shape) - 0.5) * box for _ in range(REFERENCES)]
    best = alone
    for count in range(2, min(MOST_GROUPS, len(points) // SMALLEST) + 1):
        found = _cut(points, count, rng)
        if found is None or found.silhouette <= best.silhouette + CLEARLY:
            continue
        if all(_exceeds(found, _cut(reference, count, rng, smallest=1)) for reference in references):
            best = found
    return best


def _placed(scores: Floats) -> Floats:
    """Return each contributor's place in the plane; those with few scores are moved out as far as others."""
    known = ~np.isnan(scores)
    counts = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, scores, 0.0).sum(axis=0) / counts
    deviation = np.where(known, scores - mean, 0.0)
    # The Gram matrix of the items, of which there are few hundreds, whatever the number of contributors.
    _values, vectors = np.linalg.eigh(deviation.T @ deviation)
    axes = vectors[:, ::-1][:, :DIMENSIONS]
    share = known.sum(axis=1) / scores.shape[1]
    placed: Floats = (deviation @ axes) / np.sqrt(np.maximum(share, 1 / scores.shape[1]))[:, None]
    return placed


def _cut(points: Floats, count: int, rng: np.random.Generator, *, smallest: int = SMALLEST) -> Grouping | None:
    """Return the best of some k-means; None where a group is too small."""
    tried = [kmeans2(points, count, minit="++", seed=rng) for _ in range(RESTARTS)]
    _centres, labels = min(tried, key=lambda one: float(((points - one[0][one[1]]) ** 2).sum()))
    sizes = np.bincount(labels, minlength=count)
    if sizes.min() < smallest:
        return None
    # The largest first; of equally large ones that of the contributor who comes first.
    first = [int(np.argmax(labels == group)) for group in range(count)]
    order = sorted(range(count), key=lambda group: (-sizes[group], first[group]))
    number = np.empty(count, np.int64)
    number[order] = np.arange(count)
    ordered: Labels = number[labels]
    return Grouping(ordered, _silhouette(points, ordered, count))


def _exceeds(found: Grouping, reference: Grouping | None) -> bool:
    return reference is None or found.silhouette > reference.silhouette + CLEARLY


def _silhouette(points: Floats, labels: Labels, count: int) -> float:
    """Return the mean over some contributors of (b - a) / max(a, b).

    a is their mean distance to their own group, b to the nearest other one.
    """
    chosen = np.linspace(0, len(points) - 1, min(len(points), SAMPLE)).astype(np.int64)
    points, labels = points[chosen], labels[chosen]
    members = labels[:, None] == np.arange(count)
    sizes = members.sum(axis=0)
    if (sizes < 2).any():
        return 0.0
    sums = cdist(points, points) @ members
    own = sums[members] / (sizes[labels] - 1)
    others = np.where(members, np.inf, sums / sizes).min(axis=1)
    return float(np.mean((others - own) / np.maximum(np.maximum(own, others), np.finfo(float).tiny)))
