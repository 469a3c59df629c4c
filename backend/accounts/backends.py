"""How a name or an address and a password become an account."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from backend.accounts.models import User
from backend.accounts.selectors import user_of_address


class VerifiedEmailBackend(AuthenticationBackend):  # type: ignore[misc]
    """Knows an account by an e-mail address only once that address is verified.

    Otherwise whoever signs up with somebody's address, then logs in with it, would learn from the answer whether the
    address belonged to an account before.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        email = credentials.pop("email", None)
        if email:
            owner = user_of_address(email=email)
            credentials["username"] = owner.username if owner else ""
        user: User | None = super().authenticate(request, **credentials)
        return user
