"""Writes: polls as their owners change them, and news, which makes the pipeline look at a poll again."""

from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from backend.accounts.models import User
from backend.common.errors import PollChangedMeanwhile
from backend.polls.history import poll_log
from backend.polls.models import Criterion, News, Poll

RESERVED_SLUGS = ("new",)
"""What follows /polls/ in the addresses of pages that are not a poll's."""


def news_add(*, poll_ids: Iterable[int]) -> None:
    """Note, in the caller's transaction, that something changed that can move these polls' scores."""
    News.objects.bulk_create([News(poll_id=poll_id) for poll_id in poll_ids])


def news_add_everywhere() -> None:
    """Note a change that can move the scores of every poll: trust is shared by all."""
    news_add(poll_ids=Poll.objects.values_list("pk", flat=True))


def poll_locked(*, poll: Poll, version: str) -> Poll:
    """Lock a poll until the caller's transaction ends, if it still is the version that somebody has read.

    Locked, so that of two who read the same version the second one finds that it has changed. Judgments, which only
    need the poll's key, do not wait.

    Raises
    ------
    PollChangedMeanwhile
    """
    locked = Poll.objects.select_for_update(no_key=True).get(pk=poll.pk)
    if locked.version != version:
        raise PollChangedMeanwhile
    return locked


@transaction.atomic
def poll_update(*, poll: Poll, user: User, version: str, changes: Mapping[str, object]) -> Poll:
    """Change fields of a poll that still is the version that ``user`` has read; log what was and what is.

    Raises
    ------
    PollChangedMeanwhile
    django.core.exceptions.ValidationError
        By field.
    """
    locked = poll_locked(poll=poll, version=version)
    pairs = {name: (getattr(locked, name), value) for name, value in changes.items() if getattr(locked, name) != value}
    if not pairs:
        return locked
    for name, (_before, after) in pairs.items():
        setattr(locked, name, after)
    locked.full_clean()
    locked.save()
    poll_log(poll=locked, user=user, changes=pairs)
    if "run_config" in pairs:
        news_add(poll_ids=[locked.pk])
    return locked


@transaction.atomic
def poll_create(*, user: User, fields: Mapping[str, object], criteria: Iterable[Criterion]) -> Poll:
    """Make a poll that ``user`` owns, with its criteria in their order.

    Raises
    ------
    django.core.exceptions.ValidationError
        By field: a slug that another poll has, for one.
    """
    poll = Poll(owner=user, **fields)
    if poll.slug in RESERVED_SLUGS:
        raise ValidationError({"slug": _("This address belongs to a page of the site. Choose another one.")})
    poll.full_clean()
    poll.save()
    for position, criterion in enumerate(criteria):
        criterion.poll, criterion.position, criterion.is_optional = poll, position, position > 0
        criterion.full_clean()
        criterion.save()
    poll_log(poll=poll, user=user, changes={"title": ("", poll.title)}, is_new=True)
    return poll
