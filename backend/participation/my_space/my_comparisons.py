"""A contributor's comparisons: found again, taken back, and put back where that was a mistake."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, TextChoices
from django.db.models.functions import Abs
from django.utils.translation import gettext_lazy as _

from backend.accounts.models import Contributor
from backend.common.errors import ComparedAgain
from backend.comparisons.models import Comparison, Judgment
from backend.comparisons.selectors import comparison_get_pair, comparison_list, pair
from backend.comparisons.services import comparison_delete, comparison_save
from backend.entities.models import Entity
from backend.entities.selectors import entity_list
from backend.polls.models import Criterion, Poll


class Sorting(TextChoices):
    """Of a contributor's own comparisons."""

    NEW = "new", _("Newest first")
    OLD = "old", _("Oldest first")
    CLEAR = "clear", _("Clearest first")
    CLOSE = "close", _("Closest first")


@dataclass(frozen=True, slots=True)
class TakenBack:
    """All that was said of two items: (criterion, value, maximum) each. Plain, so that a session can keep it."""

    left: str
    right: str
    judgments: list[tuple[str, float, float]]

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "TakenBack":
        return cls(kept["left"], kept["right"], [(name, value, top) for name, value, top in kept["judgments"]])


# ---------------------------------------------------------------- reads
def comparisons_found(
    *,
    contributor: Contributor,
    poll: Poll,
    text: str = "",
    tag: str = "",
    criterion: Criterion | None = None,
    sorting: Sorting = Sorting.NEW,
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Comparison]:
    """Return the contributor's comparisons with an item that matches, judged on a criterion if one is given.

    ``since`` and ``until`` are the first and the last day (UTC) on which they were changed last.

    Raises
    ------
    InvalidText
    """
    found = comparison_list(contributor=contributor, poll=poll)
    if text.strip() or tag:
        items = entity_list(poll=poll, text=text, tags=(tag,) if tag else ()).order_by().values("pk")
        found = found.filter(Q(left__in=items) | Q(right__in=items))
    if criterion is not None:
        found = found.filter(Exists(Judgment.objects.filter(comparison=OuterRef("pk"), criterion=criterion)))
    if since is not None:
        found = found.filter(updated_at__gte=datetime.combine(since, time.min, UTC))
    if until is not None:
        found = found.filter(updated_at__lte=datetime.combine(until, time.max, UTC))
    return _sorted(found, sorting, criterion)


def _sorted(found: QuerySet[Comparison], sorting: Sorting, criterion: Criterion | None) -> QuerySet[Comparison]:
    if sorting == Sorting.NEW:
        return found
    if sorting == Sorting.OLD:
        return found.order_by("updated_at", "pk")
    judgments = Judgment.objects.filter(comparison=OuterRef("pk"), **({"criterion": criterion} if criterion else {}))
    clarity = judgments.annotate(clarity=Abs("value") / F("maximum")).order_by("-clarity").values("clarity")[:1]
    order = "-clarity" if sorting == Sorting.CLEAR else "clarity"
    return found.annotate(clarity=Subquery(clarity)).order_by(order, "-updated_at", "-pk")


# ---------------------------------------------------------------- writes
@transaction.atomic
def comparison_take_back(*, contributor: Contributor, poll: Poll, left: Entity, right: Entity) -> TakenBack:
    """Delete all that a contributor said of two items, and return it.

    Raises
    ------
    ComparisonNotFound
    """
    # Locked first, so that what is returned is what is deleted, whatever another tab saves now.
    Comparison.objects.filter(pair(left, right), contributor=contributor, poll=poll).select_for_update().first()
    stored = comparison_get_pair(contributor=contributor, left=left, right=right)
    judgments = [(j.criterion.name, j.value, j.maximum) for j in stored.judgments.all()]
    comparison_delete(contributor=contributor, poll=poll, left=left, right=right)
    return TakenBack(stored.left.uid, stored.right.uid, judgments)


@transaction.atomic
def comparison_put_back(
    *, contributor: Contributor, poll: Poll, left: Entity, right: Entity, judgments: list[tuple[str, float, float]]
) -> None:
    """Store again what was taken back, as it was.

    Raises
    ------
    ComparedAgain
        The contributor has said something else of the two meanwhile, which stays.
    PollClosed, ContributorSuspended, UnknownCriterion
    """
    # Locked, so that of two clicks the second finds what the first has stored; without the key, which judgments need.
    Contributor.objects.select_for_update(no_key=True).get(pk=contributor.pk)
    if Comparison.objects.filter(pair(left, right), contributor=contributor, poll=poll).exists():
        raise ComparedAgain
    for name, value, maximum in judgments:  # one a criterion: each has the end of its own scale
        comparison_save(
            contributor=contributor, poll=poll, left=left, right=right, judgments={name: value}, maximum=maximum
        )
