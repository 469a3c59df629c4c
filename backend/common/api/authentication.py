"""Who asks."""

from django.http import HttpRequest
from rest_framework.authentication import SessionAuthentication as BaseSessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from backend.common.api.problems import CsrfFailed


class SessionAuthentication(BaseSessionAuthentication):
    """The session of the pages. Without one the answer is 401, and says how to get in."""

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401, which HTTP demands."""
        return 'Session realm="Log in on the pages, then send the session cookie"'

    def enforce_csrf(self, request: HttpRequest | Request) -> None:
        """Refuse what another site made a browser send."""
        try:
            super().enforce_csrf(request)  # type: ignore[arg-type]
        except PermissionDenied as error:
            raise CsrfFailed from error
