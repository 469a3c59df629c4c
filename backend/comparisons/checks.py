"""What must hold of a judgment before it is stored, one by one or many at once."""

import math
from collections.abc import Mapping

from backend.accounts.models import Contributor
from backend.accounts.services import contributor_require_active
from backend.common.errors import (
    EntityNotInPoll,
    InvalidJudgment,
    InvalidMaximum,
    NoJudgment,
    PollClosed,
    SelfComparison,
    UnknownCriterion,
)
from backend.entities.models import Entity
from backend.polls.models import Criterion, Poll
from backend.polls.selectors import criterion_list

MAXIMUM = 10.0
"""End of the slider: a judgment lies between -10 and 10."""

Values = dict[Criterion, float | None]


def check_may_judge(contributor: Contributor, poll: Poll) -> None:
    """Refuse a suspended contributor and a closed poll."""
    contributor_require_active(contributor=contributor)
    if not poll.is_open:
        raise PollClosed


def check_pair(poll: Poll, left: Entity, right: Entity) -> None:
    """Refuse what is no pair of items that the poll shows."""
    if left.pk == right.pk:
        raise SelfComparison(field="right")
    for field, entity in (("left", left), ("right", right)):
        if entity.poll_id != poll.pk or entity.is_hidden:
            raise EntityNotInPoll(field=field, uid=entity.uid)


def criteria_by_name(poll: Poll) -> dict[str, Criterion]:
    """Return the criteria of a poll, in its order."""
    return {criterion.name: criterion for criterion in criterion_list(poll=poll)}


def values_checked(
    criteria: Mapping[str, Criterion], judgments: Mapping[str, float | None], maximum: float = MAXIMUM
) -> Values:
    """Return judgments by criterion; None takes one back."""
    if not 0 < maximum < math.inf:  # also true for NaN
        raise InvalidMaximum(field="maximum")
    for name, value in judgments.items():
        if name not in criteria:
            raise UnknownCriterion(field="judgments", name=name[:100], known=", ".join(criteria))
        if value is not None and not (math.isfinite(value) and abs(value) <= maximum):
            raise InvalidJudgment(field=f"judgments.{name}", name=criteria[name].title, maximum=maximum)
    if not judgments:
        raise NoJudgment(field="judgments")
    return {criteria[name]: value for name, value in judgments.items()}
