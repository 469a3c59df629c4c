"""Writes: contributors."""

from datetime import timedelta

from allauth.account import app_settings
from django.utils import timezone

from backend.accounts.models import Contributor, User
from backend.accounts.selectors import accounts_unverified
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


def accounts_delete_unverified() -> int:
    """Delete the accounts whose link to verify the address was not followed in time; their names are free again."""
    grace = 2 * timedelta(days=app_settings.EMAIL_CONFIRMATION_EXPIRE_DAYS)
    _, deleted = accounts_unverified(joined_before=timezone.now() - grace).delete()
    return deleted.get("accounts.User", 0)
