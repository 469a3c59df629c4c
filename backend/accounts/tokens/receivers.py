"""Tokens end with the password that they were made under.

Wherever it is changed: on its page, by the link of a mail, in the administration, by a command.
"""

from typing import Any

from django.db.models.signals import post_save

from backend.accounts.models import User
from backend.accounts.tokens.services import tokens_revoke_all


def connect() -> None:
    """Listen to accounts; called once, when the app is ready."""
    post_save.connect(password_changed, sender=User)


def password_changed(instance: User, *, created: bool, **_: Any) -> None:
    """Revoke everything where a password was set; Django holds it until the account is saved.

    A password that is only hashed anew, as it was typed, is not held.
    """
    if not created and instance._password is not None:  # type: ignore[attr-defined] # Django's
        tokens_revoke_all(user=instance)
