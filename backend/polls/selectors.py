"""Reads: polls and criteria."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from backend.accounts.models import User
from backend.common.errors import NoCriterion, PollNotFound, UnknownCriterion
from backend.polls.models import Criterion, Poll

Visitor = User | AnonymousUser


def poll_list(*, user: Visitor) -> QuerySet[Poll]:
    """Return the polls to list, by title: public ones; all of them for staff."""
    polls = Poll.objects.order_by("title", "pk")
    return polls if user.is_staff else polls.filter(visibility=Poll.Visibility.PUBLIC)


def poll_get(*, user: Visitor, slug: str) -> Poll:
    """Return a poll by its slug; an unlisted one is open to whoever knows it.

    Raises
    ------
    PollNotFound
        No such poll, or one for staff only and the visitor is not.
    """
    polls = Poll.objects.all() if user.is_staff else Poll.objects.exclude(visibility=Poll.Visibility.STAFF)
    poll = polls.filter(slug=slug).first() if "\0" not in slug else None
    if poll is None:
        raise PollNotFound(field="slug", slug=slug[:100])
    return poll


def criterion_list(*, poll: Poll) -> list[Criterion]:
    """Return a poll's criteria in their order; the first is the main one."""
    return list(poll.criteria.all())


def criterion_get(*, poll: Poll, name: str | None = None) -> Criterion:
    """Return a criterion by its name, or the main one.

    Raises
    ------
    UnknownCriterion
        The poll has no criterion of that name.
    NoCriterion
        It has none at all.
    """
    criteria = criterion_list(poll=poll)
    if not criteria:
        raise NoCriterion
    for criterion in criteria:
        if name is None or criterion.name == name:
            return criterion
    raise UnknownCriterion(
        field="criterion", name=(name or "")[:100], known=", ".join(criterion.name for criterion in criteria)
    )
