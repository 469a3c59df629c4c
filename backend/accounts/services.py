"""Writes: contributors and their accounts."""

from datetime import timedelta

from allauth.account import app_settings
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction
from django.utils import timezone

from backend.accounts.models import Contributor, EmailDomain, User
from backend.accounts.selectors import accounts_unverified
from backend.accounts.tokens.services import tokens_revoke_all
from backend.common.audit import number_of, staff_log
from backend.common.errors import AddressTaken, ContributorSuspended, LastSuperuser


def contributor_get_or_create(*, user: User) -> Contributor:
    """Return the contributor of an account, made at its first use; its name follows the account's."""
    contributor, _ = Contributor.objects.get_or_create(user=user, defaults={"name": user.username})
    if contributor.name != user.username:
        contributor.name = user.username
        contributor.save(update_fields=["name", "updated_at"])
    return contributor


def language_remember(*, user: User, language: str) -> None:
    """Write mails that no page asks for in the language in which somebody last read pages; empty: the site's."""
    User.objects.filter(pk=user.pk).exclude(language=language).update(language=language)


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


def superuser_require_another(*, user: User) -> None:
    """Refuse to let the last superuser go; holds all superusers until the caller's transaction ends.

    Raises
    ------
    LastSuperuser
        Nobody could administer the site.
    """
    superusers = [*User.objects.select_for_update().filter(is_superuser=True, is_active=True).order_by("pk")]
    if superusers == [user]:
        raise LastSuperuser


# ---------------------------------------------------------------- by the staff; each tells whether it changed anything
@transaction.atomic
def account_set_active(*, user: User, is_active: bool, by: User | None = None) -> bool:
    """Close the log-in of an account and end its sessions and tokens, or open it again; what it said stays.

    Raises
    ------
    LastSuperuser
    """
    if not is_active:
        superuser_require_another(user=user)
    changed = User.objects.filter(pk=user.pk, is_active=not is_active).update(is_active=is_active)
    if changed:
        staff_log(by=by, row=user, changes={"is_active": (not is_active, is_active)})
    if not is_active:
        _sessions_end(user)
        tokens_revoke_all(user=user)
    user.is_active = is_active
    return bool(changed)


@transaction.atomic
def account_log_out(*, user: User, by: User | None = None) -> bool:
    """End all sessions of an account."""
    ended = _sessions_end(user)
    if ended:
        staff_log(by=by, row=user, changes={"sessions": (ended, 0)})
    return bool(ended)


def _sessions_end(user: User) -> int:
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:  # a person's own, each with a row of Django's to delete
        session.end()
    return len(sessions)


@transaction.atomic
def session_end(*, session: UserSession, by: User | None = None) -> bool:
    """Log a browser out; tell whether it was logged in."""
    if not UserSession.objects.filter(pk=session.pk).exists():
        return False
    staff_log(by=by, row=session.user, changes={"sessions": (number_of(session), None)})
    session.end()
    return True


@transaction.atomic
def email_address_verify(*, address: EmailAddress, by: User | None = None) -> bool:
    """Believe that an address is its account's.

    Raises
    ------
    AddressTaken
        Another account has proved that it is theirs.
    """
    if address.verified:
        return False
    try:
        with transaction.atomic():
            is_free = address.set_verified()
    except IntegrityError as error:  # another account proved it at this moment
        raise AddressTaken from error
    if not is_free:
        raise AddressTaken
    staff_log(by=by, row=address.user, changes={"verified": (None, number_of(address))})
    return True


@transaction.atomic
def email_domain_set_trusted(*, domain: EmailDomain, is_trusted: bool, by: User | None = None) -> bool:
    """Count, or do not count any more, whoever has a verified address at a domain as one real person."""
    if domain.is_trusted == is_trusted:
        return False
    domain.is_trusted = is_trusted
    domain.save()  # its receivers leave news
    staff_log(by=by, row=domain, changes={"is_trusted": (not is_trusted, is_trusted)})
    return True
