"""From how much answers would tell to which pairs to ask about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solidago.active.information import information
from solidago.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from solidago.active.belief import Belief
    from solidago.dataset import Floats, Indices

RANDOM_SHARE = 0.25
"""Of questions drawn uniformly whatever they tell: with fewer, the quality of scores cannot be measured without bias
(maths, "Which pair next")."""
FIRST_SHARE, FIRST, REPAID = 0.75, 2 / 3, 2.0
"""While little is known no question tells much more than another, so that those drawn blindly cost nothing. So they
come first: this share of the first questions, up to so many for each item, is what is due until REPAID for each."""


def random_share(asked: int, items: int) -> float:
    """Return how probably the next question is drawn blindly to somebody who will meet all items.

    Parameters
    ----------
    asked : int
        Questions that they were asked before.
    items : int

    Returns
    -------
    float
        In [0, 1]; of any number of questions from the first one, a quarter or more are expected to be drawn blindly.

    Examples
    --------
    >>> [random_share(asked, 40) for asked in (0, 26, 27, 79, 80)]
    [0.75, 0.75, 0.0, 0.0, 0.25]
    """
    if asked < FIRST * items:
        return FIRST_SHARE
    return 0.0 if asked < REPAID * items else RANDOM_SHARE


def best_pairs(
    belief: Belief, left: ArrayLike, right: ArrayLike, count: int, *, weight: ArrayLike | None = None
) -> list[int]:
    """Choose pairs one after the other, each the most telling once those before it will have been answered.

    Parameters
    ----------
    belief : Belief
    left, right : (P,) array_like of int
        Pairs to choose from, as positions in the belief.
    count : int
        How many; all, if there are fewer.
    weight : (P,) array_like of float > 0, optional
        What a nat about each pair is worth.

    Returns
    -------
    list of int
        Numbers of the chosen pairs, the best first; of equals the first.

    Raises
    ------
    InvalidInput
        Lengths differ, a position is out of range, or a weight is not a positive number.

    Notes
    -----
    Greedy, which for normal beliefs is within a factor 1 - 1/e of the best batch (Nemhauser, Wolsey, Fisher, 1978);
    pairs that say the same are not chosen together, because the belief shrinks between choices.
    """
    a, b, worth = _checked(belief, left, right, weight)
    chosen: list[int] = []
    for _ in range(min(count, len(a))):
        gain = worth * information(belief.law, *belief.differences(a, b))
        gain[chosen] = -1.0
        best = int(np.argmax(gain))
        chosen.append(best)
        belief = belief.after(int(a[best]), int(b[best]))
    return chosen


def _checked(
    belief: Belief, left: ArrayLike, right: ArrayLike, weight: ArrayLike | None
) -> tuple[Indices, Indices, Floats]:
    a, b = np.asarray(left, np.int32), np.asarray(right, np.int32)
    worth = np.ones(len(a)) if weight is None else np.asarray(weight, np.float64)
    if a.ndim != 1 or not a.shape == b.shape == worth.shape:
        raise InvalidInput("Pairs and weights must be lists of the same length.")
    for end in (a, b):
        if len(end) and not (end.min() >= 0 and end.max() < len(belief.mean)):
            raise InvalidInput("A pair is two positions in the belief.")
    if not (np.isfinite(worth).all() and (worth > 0.0).all()):
        raise InvalidInput("Weights must be positive numbers.")
    return a, b, worth
