"""Reads: who judges, and who is pretrusted."""

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


def contributors_pretrusted() -> QuerySet[Contributor]:
    """Return those marked so, and the accounts with a verified e-mail address at a trusted domain."""
    trusted = EmailDomain.objects.filter(is_trusted=True).values("domain")
    domain = Lower(SplitPart(F("email"), Value("@"), Value(-1)))
    verified = EmailAddress.objects.filter(In(domain, trusted), user=OuterRef("user"), verified=True)
    return Contributor.objects.filter(Q(is_pretrusted=True) | Exists(verified))


def contributor_is_pretrusted(*, contributor: Contributor) -> bool:
    """Tell whether a contributor counts as one real person without anybody's vouch."""
    return contributors_pretrusted().filter(pk=contributor.pk).exists()
