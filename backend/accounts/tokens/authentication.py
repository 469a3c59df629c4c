"""Programs that come with a personal token instead of a session."""

from typing import TYPE_CHECKING, Any

import structlog
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import TokenAuthentication as BaseTokenAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from backend.accounts.models import PersonalToken, User
from backend.accounts.tokens.selectors import token_of
from backend.accounts.tokens.services import token_note_use
from backend.common.api.problems import TokenExpired, TokenInvalid
from backend.common.limits import is_over_limit, seconds_to_wait

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema


class TokenAuthentication(BaseTokenAuthentication):
    """``Authorization: Bearer hel_...``. No cookie speaks for it, so no CSRF token is needed.

    Whoever shows a token that is none is refused, even with a good session: a program is never somebody else than it
    means to be.
    """

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, PersonalToken] | None:
        """Return whose token it is; None where the request has none."""
        try:
            found: tuple[User, PersonalToken] | None = super().authenticate(request)
        except AuthenticationFailed as error:
            # By address: asking for the user here would ask this method again.
            if is_over_limit(request, scope="failed_tokens", by_address=True):
                raise Throttled(wait=seconds_to_wait()) from error
            # What the framework says of a header that it cannot read has no code of its own.
            raise error if isinstance(error, TokenInvalid | TokenExpired) else TokenInvalid from error
        return found

    def authenticate_credentials(self, key: str) -> tuple[User, PersonalToken]:
        """Return whose token it is."""
        token = token_of(text=key)
        if token is None:
            raise TokenInvalid
        if token.expires_at <= timezone.now():
            raise TokenExpired
        token_note_use(token=token)
        structlog.contextvars.bind_contextvars(user_id=token.user_id)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401, which HTTP demands."""
        return 'Bearer realm="A personal token, or the session cookie of the pages"'


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """What the OpenAPI schema says of it."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: "AutoSchema") -> dict[str, str]:
        """Return the scheme."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A personal token, made on the pages of the account. Each operation names the scope that "
            "it needs; no scope: any token will do.",
        }

    def get_security_requirement(self, auto_schema: "AutoSchema") -> dict[str, list[Any]]:
        """Return the scope that an operation needs."""
        ask = getattr(auto_schema.view, "scope_needed", None)
        needed = ask(auto_schema.method) if ask else None
        return {"token": [needed.value] if needed else []}
