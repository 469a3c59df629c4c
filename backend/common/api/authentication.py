"""Who asks."""

from django.http import HttpRequest
from rest_framework.authentication import SessionAuthentication as BaseSessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from backend.common.api.problems import CsrfFailed


class SessionAuthentication(BaseSessionAuthentication):
    """The session of the pages. The challenge of a 401, which HTTP demands, is that of tokens, which come first."""

    def enforce_csrf(self, request: HttpRequest | Request) -> None:
        """Refuse what another site made a browser send."""
        try:
            super().enforce_csrf(request)  # type: ignore[arg-type]
        except PermissionDenied as error:
            raise CsrfFailed from error
