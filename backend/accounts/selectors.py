"""Reads: who judges, and who is pretrusted."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Lower
from django.db.models.lookups import In

from backend.accounts.models import Contributor, EmailDomain, User
from backend.common.sql import SplitPart


def contributor_of(*, user: User | AnonymousUser) -> Contributor | None:
    """Return the contributor of an account, or None where it has not taken part yet (or nobody is logged in)."""
    if not user.is_authenticated:
        return None
    return Contributor.objects.filter(user=user).first()


def user_of_address(*, email: str) -> User | None:
    """Return the account that has proved to receive mail at an address."""
    return User.objects.filter(emailaddress__email=email.lower(), emailaddress__verified=True).first()


def address_is_taken(*, address: EmailAddress) -> bool:
    """Tell whether another account has verified the same address."""
    others = EmailAddress.objects.filter(email=address.email, verified=True).exclude(user=address.user_id)
    return bool(others.exists())


def accounts_unverified(*, joined_before: datetime) -> QuerySet[User]:
    """Return the accounts that somebody signed up for and never opened: no address verified, no log-in, no data."""
    verified = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    pending = EmailAddress.objects.filter(user=OuterRef("pk"), verified=False)
    return User.objects.filter(
        Exists(pending),
        ~Exists(verified),
        date_joined__lt=joined_before,
        last_login=None,
        contributor=None,
        is_staff=False,
    )


def contributors_pretrusted() -> QuerySet[Contributor]:
    """Return those marked so, and the accounts with a verified e-mail address at a trusted domain."""
    trusted = EmailDomain.objects.filter(is_trusted=True).values("domain")
    domain = Lower(SplitPart(F("email"), Value("@"), Value(-1)))
    verified = EmailAddress.objects.filter(In(domain, trusted), user=OuterRef("user"), verified=True)
    return Contributor.objects.filter(Q(is_pretrusted=True) | Exists(verified))


def contributor_is_pretrusted(*, contributor: Contributor) -> bool:
    """Tell whether a contributor counts as one real person without anybody's vouch."""
    return contributors_pretrusted().filter(pk=contributor.pk).exists()
