"""Writes: tokens made, used, and revoked, which deletes them."""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from backend.accounts.models import PersonalToken, User
from backend.accounts.tokens.secrets import SHOWN, digest_of, token_draw
from backend.accounts.tokens.selectors import tokens_in_force
from backend.common.api.scopes import Scope
from backend.common.errors import TooManyTokens

MOST = 20
"""Tokens of one account that work at the same time."""
TOLD = timedelta(days=30)
"""How long an expired token is still listed, so that its owner learns why a program stopped."""
USE_TOLD_EVERY = timedelta(minutes=5)
"""How exactly the last use is known: a program may ask many times a second."""


@transaction.atomic
def token_create(*, user: User, name: str, scopes: Collection[Scope], days: int) -> tuple[PersonalToken, str]:
    """Make a token that works for some days; return it with its text, which nobody can read back later.

    Raises
    ------
    TooManyTokens
    """
    # Locked, so that two pages cannot both make the last one; without the key, which the account's rows need.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    now = timezone.now()
    user.tokens.filter(expires_at__lt=now - TOLD).delete()
    if tokens_in_force(user=user).count() >= MOST:
        raise TooManyTokens(most=MOST)
    text = token_draw()
    token = user.tokens.create(
        name=name,
        digest=digest_of(text),
        start=text[:SHOWN],
        scopes=[scope for scope in Scope if scope in scopes],
        expires_at=now + timedelta(days=days),
    )
    return token, text


def token_note_use(*, token: PersonalToken) -> None:
    """Remember that a token was used, at most once in some minutes."""
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - USE_TOLD_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_TOLD_EVERY)
        PersonalToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)


def token_revoke(*, token: PersonalToken) -> None:
    """End a token at once."""
    token.delete()


def tokens_revoke_all(*, user: User) -> int:
    """End all tokens of an account; return how many there were."""
    deleted, _ = user.tokens.all().delete()
    return deleted
