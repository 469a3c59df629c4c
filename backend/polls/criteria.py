"""Writes: the criteria of a poll, all of them at once, as its owner sees them on one page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from backend.accounts.models import User
from backend.common.audit import Change
from backend.common.errors import CriterionJudged, TooManyCriteria
from backend.polls.history import poll_log
from backend.polls.models import Criterion, Poll
from backend.polls.services import poll_locked

MOST_CRITERIA = 20
FIELDS = ("title", "question", "position", "is_optional")


@dataclass(frozen=True, slots=True)
class CriterionDraft:
    """A criterion as it should be; ``name`` says which one, or names a new one."""

    name: str
    title: str
    question: str
    position: int
    is_optional: bool
    is_deleted: bool = False


def _is_judged(criterion: Criterion) -> bool:
    return Criterion.objects.filter(pk=criterion.pk, judgments__isnull=False).exists()


@transaction.atomic
def criteria_update(*, poll: Poll, user: User, version: str, drafts: Sequence[CriterionDraft]) -> Poll:
    """Make, change and delete criteria of a poll that still is the version that ``user`` has read.

    Raises
    ------
    PollChangedMeanwhile, CriterionJudged, TooManyCriteria
    django.core.exceptions.ValidationError
        By field.
    """
    locked = poll_locked(poll=poll, version=version)
    existing = {criterion.name: criterion for criterion in locked.criteria.all()}
    changes: dict[str, Change] = {}
    for draft in drafts:
        changes |= _applied(existing.get(draft.name), locked, draft)
    if locked.criteria.count() > MOST_CRITERIA:
        raise TooManyCriteria(most=MOST_CRITERIA)
    if changes:
        locked.save(update_fields=["updated_at"])
        poll_log(poll=locked, user=user, changes=changes)
    return locked


def _applied(found: Criterion | None, poll: Poll, draft: CriterionDraft) -> Mapping[str, Change]:
    """Bring one criterion in line with its draft; return what changed, by "name.field"."""
    if draft.is_deleted:
        return _deleted(found) if found is not None else {}
    criterion = found or Criterion(poll=poll, name=draft.name)
    before = {field: getattr(criterion, field) if found else None for field in FIELDS}
    after = {field: getattr(draft, field) for field in FIELDS}
    if before == after:
        return {}
    for field, value in after.items():
        setattr(criterion, field, value)
    criterion.full_clean()
    criterion.save()
    return _pairs(draft.name, before, after)


def _pairs(name: str, before: Mapping[str, object], after: Mapping[str, object]) -> Mapping[str, Change]:
    return {f"{name}.{field}": (before[field], after[field]) for field in _differing(before, after)}


def _differing(before: Mapping[str, object], after: Mapping[str, object]) -> Iterable[str]:
    return (field for field in after if before[field] != after[field])


def _deleted(criterion: Criterion) -> Mapping[str, Change]:
    # Locked whole: a judgment that arrives now waits for it, and is refused once the criterion is gone.
    Criterion.objects.select_for_update().get(pk=criterion.pk)
    if _is_judged(criterion):
        raise CriterionJudged(name=criterion.title)
    criterion.delete()
    return {criterion.name: (criterion.title, None)}
