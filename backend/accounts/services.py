"""Writes: contributors."""

from backend.accounts.models import Contributor, User
from backend.common.errors import ContributorSuspended


def contributor_get_or_create(*, user: User) -> Contributor:
    """Return the contributor of an account, made at its first use; its name follows the account's."""
    contributor, _ = Contributor.objects.get_or_create(user=user, defaults={"name": user.username})
    if contributor.name != user.username:
        contributor.name = user.username
        contributor.save(update_fields=["name", "updated_at"])
    return contributor


def contributor_require_active(*, contributor: Contributor) -> None:
    """Refuse a suspended contributor.

    Raises
    ------
    ContributorSuspended
    """
    if contributor.is_suspended:
        raise ContributorSuspended
