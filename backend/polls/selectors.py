"""Reads: polls and criteria."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from backend.accounts.models import User
from backend.common.errors import NoCriterion, PollNotFound, PollNotManaged, UnknownCriterion
from backend.polls.models import Criterion, Poll

Visitor = User | AnonymousUser


def poll_list(*, user: Visitor) -> QuerySet[Poll]:
    """Return the polls to list, by title: public ones and those that the visitor owns; all of them for staff."""
    polls = Poll.objects.order_by("title", "pk")
    if user.is_staff:
        return polls
    shown = Q(visibility=Poll.Visibility.PUBLIC)
    return polls.filter(shown | Q(owner=user.pk) if user.is_authenticated else shown)


def poll_get(*, user: Visitor, slug: str) -> Poll:
    """Return a poll by its slug; an unlisted one is open to whoever knows it.

    Raises
    ------
    PollNotFound
        No such poll, or one for staff only and the visitor is neither that nor its owner.
    """
    poll = Poll.objects.filter(slug=slug).first() if "\0" not in slug else None
    if poll is None or (poll.visibility == Poll.Visibility.STAFF and not poll_is_managed(poll=poll, user=user)):
        raise PollNotFound(field="slug", slug=slug[:100])
    return poll


def poll_is_managed(*, poll: Poll, user: Visitor) -> bool:
    """Tell whether somebody may change a poll's settings and start its runs: the staff and its owner."""
    return user.is_active and (user.is_staff or (poll.owner_id is not None and poll.owner_id == user.pk))


def poll_get_managed(*, user: Visitor, slug: str) -> Poll:
    """Return a poll that somebody may manage, by its slug.

    Raises
    ------
    PollNotFound
        As for everybody else.
    PollNotManaged
        They may see it, no more.
    """
    poll = poll_get(user=user, slug=slug)
    if not poll_is_managed(poll=poll, user=user):
        raise PollNotManaged
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
