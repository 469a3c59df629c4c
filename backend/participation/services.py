"""Writes: a judgment, and at once what it changed for its contributor."""

from collections.abc import Mapping
from dataclasses import dataclass

from backend.accounts.models import Contributor
from backend.comparisons.models import Comparison
from backend.entities.models import Entity
from backend.polls.models import Criterion, Poll


@dataclass(frozen=True, slots=True)
class OwnScore:
    """A contributor's own score of an entity, on the published scale (-100, 100)."""

    score: float
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Change:
    """What a judgment did to the contributor's own score of one entity; None: no score then."""

    criterion: Criterion
    entity: Entity
    before: OwnScore | None
    after: OwnScore | None


@dataclass(frozen=True, slots=True)
class JudgeOutcome:
    """The stored comparison (``comparison.was_created``: the pair is new) and the changes, left entity first."""

    comparison: Comparison
    changes: list[Change]


def judge(
    *, contributor: Contributor, poll: Poll, left: Entity, right: Entity, judgments: Mapping[str, float | None]
) -> JudgeOutcome:
    """Store a judgment (see `comparison_save` for arguments and errors) and refit its contributor's own model.

    The refit comes after the saving transaction: whatever happens to it, the judgment is kept.
    """
    raise NotImplementedError
