"""What the audit of a run found: per criterion, how often preferring an entity more lowered it, and by how much."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from solidago.dataset import Dataset, Floats
    from solidago.monotonicity.moves import Moves
    from solidago.ratings import Ratings


@dataclass(frozen=True, slots=True)
class WorstMove:
    """The judgment whose intensification hurt most.

    Attributes
    ----------
    user, preferred, other : str
        Ids of the contributor, of the entity preferred a little more, and of the one it is compared with.
    judgment, intensified : float
        Before and after, in favour of the preferred one, from -1 to 1.
    points : float
        What the preferred one lost, or the other one gained, on the published scale.
    """

    user: str
    preferred: str
    other: str
    judgment: float
    intensified: float
    points: float


@dataclass(frozen=True, slots=True)
class RunCheck:
    """One question, over all moves that it was asked for.

    Attributes
    ----------
    moves, violated : int
    worst : WorstMove or None
        None if nothing was violated.
    by_step : mapping step -> int
        At which step of the run violations first appear.
    """

    moves: int
    violated: int
    worst: WorstMove | None
    by_step: Mapping[str, int]

    @property
    def rate(self) -> float:
        """Share of the moves that violate it, from 0 to 1; 0 without moves."""
        return self.violated / self.moves if self.moves else 0.0


@dataclass(frozen=True, slots=True)
class CriterionAudit:
    """The audit of one criterion: where intensifying a judgment lowered what it prefers, or raised the other.

    Attributes
    ----------
    judgments, sampled : int
        How many judgments there are, and how many of them were moved.
    own : RunCheck
        In the contributor's own scores. Never, by theorem.
    scaled : RunCheck
        In their scores after their own scaling is found anew; everybody else's, the poll's unit and zero stay.
    frozen : RunCheck
        In collective scores with all scalings and uncertainties as they were. Never, by theorem.
    intervals : RunCheck
        The same with the uncertainties of the contributor's scores found anew: a score that is a little higher but
        a lot less sure may pull less.
    end_to_end : RunCheck
        In collective scores when everything is found anew, for fewer moves.
    """

    judgments: int
    sampled: int
    own: RunCheck
    scaled: RunCheck
    frozen: RunCheck
    intervals: RunCheck
    end_to_end: RunCheck

    @property
    def passed(self) -> bool:
        """Whether what can be proved held."""
        return not self.own.violated and not self.frozen.violated


@dataclass(frozen=True, slots=True)
class LicchaviAudit:
    """The audit of one criterion of a run by Licchavi.

    Attributes
    ----------
    judgments, sampled : int
        How many judgments there are, and how many of them were moved.
    own : RunCheck
        In the difference of the contributor's own scores of the two, beside the common model as it was. Never, by
        theorem: the objective is convex, and a judgment multiplies nothing but that difference.
    own_each : RunCheck
        In each of the two scores by itself. No theorem: whoever holds to the common model may give way on both.
    end_to_end : RunCheck
        In the common scores of the two, when everything is found anew, for fewer moves. No theorem either.
    """

    judgments: int
    sampled: int
    own: RunCheck
    own_each: RunCheck
    end_to_end: RunCheck

    @property
    def passed(self) -> bool:
        """Whether what can be proved held."""
        return not self.own.violated


@dataclass(frozen=True, slots=True)
class RunAudit:
    """The audit of a run. ``seed`` and ``step``: how its judgments were drawn, and how far each was moved."""

    criteria: Mapping[str, CriterionAudit | LicchaviAudit]
    seed: int
    step: float

    @property
    def passed(self) -> bool:
        """Whether what can be proved held in every criterion; a run that fails must not be published."""
        return all(criterion.passed for criterion in self.criteria.values())

    def to_mapping(self) -> dict[str, object]:
        """Return everything, ready for JSON."""
        return {"passed": self.passed, **asdict(self)}


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Scores of what is preferred (column 0) and of the other one, before and after each move; in scaled units."""

    before: Floats
    after: Floats

    def of(self, moves: NDArray[np.intp]) -> Pairs:
        """Return some of the rows."""
        return Pairs(self.before[moves], self.after[moves])

    def losses(self) -> Floats:
        """Return the larger of what one lost and the other gained."""
        return _losses(self.before, self.after)

    def points(self) -> Floats:
        """Return the same on the published scale."""
        return _losses(_squashed(self.before), _squashed(self.after))


def _losses(before: Floats, after: Floats) -> Floats:
    losses: Floats = ((before - after) * [1.0, -1.0]).max(axis=1)
    return losses


def _squashed(scores: Floats) -> Floats:
    squashed: Floats = 100.0 * scores / np.sqrt(1.0 + scores**2)
    return squashed


def check(
    stages: Sequence[tuple[str, Pairs]], slack: Floats, moves: Moves, ratings: Ratings, dataset: Dataset
) -> RunCheck:
    """Ask the last of some stages, each a step of the run further; violations are losses above the slack.

    Parameters
    ----------
    stages : sequence of (name, Pairs)
        Of the same M moves.
    slack : (M,) float64
        Rounding errors of retraining, in scaled units.
    moves : Moves of M moves
    ratings : Ratings
    dataset : Dataset

    Returns
    -------
    RunCheck
    """
    final = stages[-1][1]
    bad = final.losses() > slack
    first = np.argmax([bad & (pairs.losses() > slack) for _, pairs in stages], axis=0)
    by_step = Counter(stages[i][0] for i in first[bad].tolist())
    points = np.where(bad, final.points(), -np.inf)
    worst = _described(int(np.argmax(points)), points, moves, ratings, dataset) if bad.any() else None
    return RunCheck(len(bad), int(bad.sum()), worst, dict(by_step))


def _described(i: int, points: Floats, moves: Moves, ratings: Ratings, dataset: Dataset) -> WorstMove:
    preferred, other = dataset.entities[ratings.entity[moves.rating[i]]]
    judgment, toward = float(ratings.value[moves.judgment[i]]), float(moves.toward[i])
    return WorstMove(
        user=dataset.users[moves.user[i]],
        preferred=preferred,
        other=other,
        judgment=toward * judgment,
        intensified=toward * float(moves.value[i]),
        points=float(points[i]),
    )
