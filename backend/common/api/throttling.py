"""How often one client may use the API."""

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from backend.common.limits import is_over_limit, seconds_to_wait

if TYPE_CHECKING:  # rest_framework.views itself loads the throttles that settings name
    from rest_framework.views import APIView


class Throttle(BaseThrottle):
    """So many requests a minute by a user, or by an address for visitors; limits in settings.API_LIMITS."""

    def scope(self, request: Request) -> str | None:
        """Return the name of the limit that counts, or None if none does."""
        if request.method not in SAFE_METHODS:
            return "writes"
        return "reads" if request.user.is_authenticated else "anonymous_reads"

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Count the request."""
        scope = self.scope(request)
        return scope is None or not is_over_limit(request, scope=scope)

    def wait(self) -> float:
        """Return the seconds until the client may ask again."""
        return seconds_to_wait()


class RunStartThrottle(Throttle):
    """A run costs more than a request."""

    def scope(self, request: Request) -> str | None:
        """Count only starts."""
        return None if request.method in SAFE_METHODS else "run_starts"
