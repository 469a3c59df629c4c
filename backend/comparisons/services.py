"""Writes: judgments and what is shown of them. Every change leaves news for the pipeline, in the same transaction."""

from collections.abc import Iterable, Mapping
from functools import partial

from django.db import transaction

from backend.accounts.models import Contributor
from backend.common.errors import ComparisonChangedMeanwhile, ComparisonNotFound, NoJudgment
from backend.comparisons.checks import MAXIMUM, check_may_judge, check_pair, criteria_by_name, values_checked
from backend.comparisons.models import Comparison, Judgment, Rating
from backend.comparisons.selectors import pair, version_of
from backend.entities.models import Entity
from backend.observability.metrics.counters import JUDGMENTS
from backend.observability.selectors import switch_require
from backend.observability.switches import COMPARING
from backend.polls.models import Criterion, Poll
from backend.polls.services import news_add


def comparison_save(
    *,
    contributor: Contributor,
    poll: Poll,
    left: Entity,
    right: Entity,
    judgments: Mapping[str, float | None],
    maximum: float = MAXIMUM,
    seen: str | None = None,
) -> Comparison:
    """Store what a contributor says of two entities, criterion by criterion; idempotent.

    Parameters
    ----------
    judgments
        By criterion name, from ``-maximum`` to ``maximum``, positive for the right entity. ``None`` takes an
        earlier judgment back; a criterion that is not named keeps its own.
    maximum
        End of the scale that was used.
    seen
        Version of the comparison (`version_of`) that the contributor had before them, "" for none: where another
        tab changed it since, nothing is stored. None: overwrite whatever is there.

    Returns
    -------
    Comparison
        Entities the way round in which the pair was first given: a later save the other way round turns its values.
        ``comparison.was_created`` tells whether the pair is new.

    Raises
    ------
    PollClosed, ContributorSuspended, SelfComparison, EntityNotInPoll, UnknownCriterion, InvalidJudgment,
    InvalidMaximum, NoJudgment, ComparisonChangedMeanwhile, ComparingPaused
        Nothing is stored then.
    """
    switch_require(COMPARING)
    check_may_judge(contributor, poll)
    check_pair(poll, left, right)
    values = values_checked(criteria_by_name(poll), judgments, maximum)
    with transaction.atomic():
        comparison = _locked_comparison(contributor, poll, left, right)
        comparison.was_created = not comparison.judgments.exists()
        _check_seen(seen, "" if comparison.was_created else version_of(comparison=comparison))
        sign = 1 if comparison.left_id == left.pk else -1
        changed = _store(comparison, {c: None if v is None else sign * v for c, v in values.items()}, maximum)
        if not comparison.judgments.exists():
            raise NoJudgment(field="judgments")
        if changed:
            comparison.save(update_fields=["updated_at"])
            news_add(poll_ids=[poll.pk])
            transaction.on_commit(partial(JUDGMENTS.inc, len(values)))
    return comparison


def _check_seen(seen: str | None, version: str) -> None:
    if seen is not None and seen != version:
        raise ComparisonChangedMeanwhile


def _locked_comparison(contributor: Contributor, poll: Poll, left: Entity, right: Entity) -> Comparison:
    """Return the pair's row, locked. Two tabs saving one new pair at once: the second waits, then finds the first's."""
    own = Comparison.objects.filter(pair(left, right), contributor=contributor, poll=poll).select_for_update()
    while (found := own.first()) is None:
        fresh = Comparison(contributor=contributor, poll=poll, left=left, right=right)
        Comparison.objects.bulk_create([fresh], ignore_conflicts=True)
    return found


def _store(comparison: Comparison, values: Mapping[Criterion, float | None], maximum: float) -> bool:
    """Write the values and tell whether anything changed."""
    old = {judgment.criterion_id: judgment for judgment in comparison.judgments.all()}
    gone = [criterion.pk for criterion, value in values.items() if value is None and criterion.pk in old]
    fresh = [
        Judgment(comparison=comparison, criterion=criterion, value=value + 0.0, maximum=maximum)
        for criterion, value in values.items()
        if value is not None and not _same(old.get(criterion.pk), value, maximum)
    ]
    comparison.judgments.filter(criterion__in=gone).delete()
    judgments_write(fresh)
    return bool(gone or fresh)


def judgments_write(judgments: Iterable[Judgment]) -> None:
    """Insert judgments, or put them in the place of those of the same comparison and criterion."""
    Judgment.objects.bulk_create(
        judgments,
        update_conflicts=True,
        unique_fields=["comparison", "criterion"],
        update_fields=["value", "maximum", "updated_at"],
    )


def _same(judgment: Judgment | None, value: float, maximum: float) -> bool:
    return judgment is not None and judgment.value == value and judgment.maximum == maximum


@transaction.atomic
def comparison_delete(
    *, contributor: Contributor, poll: Poll, left: Entity, right: Entity, seen: str | None = None
) -> None:
    """Take back all that a contributor said of two entities; allowed even where the poll is closed.

    ``seen`` is as in `comparison_save`.

    Raises
    ------
    ComparisonNotFound, ComparisonChangedMeanwhile, ComparingPaused
    """
    switch_require(COMPARING)
    own = Comparison.objects.filter(pair(left, right), contributor=contributor, poll=poll)
    # Locked first: a judgment that another tab adds now would outlive its comparison, and fail both.
    found = own.select_for_update().first()
    if found is None:
        raise ComparisonNotFound
    _check_seen(seen, version_of(comparison=found))
    found.delete()
    news_add(poll_ids=[poll.pk])


@transaction.atomic
def rating_set_public(*, contributor: Contributor, entity: Entity, is_public: bool) -> Rating:
    """Show, or keep private, what a contributor thinks of an entity. Private opinions weigh half.

    Raises
    ------
    ComparingPaused
    """
    switch_require(COMPARING)
    rating, created = Rating.objects.select_for_update().get_or_create(contributor=contributor, entity=entity)
    if rating.is_public != is_public or created:
        rating.is_public = is_public
        rating.save(update_fields=["is_public", "updated_at"])
        news_add(poll_ids=[entity.poll_id])
    return rating
