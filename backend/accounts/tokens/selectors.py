"""Reads: tokens of an account, and whose a token is."""

from django.db.models import QuerySet
from django.utils import timezone

from backend.accounts.models import PersonalToken, User
from backend.accounts.tokens.secrets import digest_of, is_well_formed
from backend.common.errors import TokenNotFound


def token_list(*, user: User) -> QuerySet[PersonalToken]:
    """Return an account's tokens, the newest first; those that expired too."""
    return user.tokens.order_by("-pk")


def tokens_in_force(*, user: User) -> QuerySet[PersonalToken]:
    """Return those that work."""
    return user.tokens.filter(expires_at__gt=timezone.now())


def token_get(*, user: User, token_id: int) -> PersonalToken:
    """Return one of an account's tokens.

    Raises
    ------
    TokenNotFound
    """
    found = token_list(user=user).filter(pk=token_id).first()
    if found is None:
        raise TokenNotFound
    return found


def token_of(*, text: str) -> PersonalToken | None:
    """Return the token that somebody shows, with its account, or None where there is none or its account is closed.

    It is found by its digest: how long that takes tells nothing of the tokens that there are.
    """
    if not is_well_formed(text):
        return None
    tokens = PersonalToken.objects.select_related("user").filter(user__is_active=True)
    return tokens.filter(digest=digest_of(text)).first()
