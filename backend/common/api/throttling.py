"""How often one client may ask, counted in Redis for all processes together."""

import ipaddress
import logging
import time
from math import ceil
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:  # rest_framework.views itself loads the throttles that settings name
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)
WINDOW = 60


class Throttle(BaseThrottle):
    """So many requests a minute by a user, or by an address for visitors; limits in settings.API_LIMITS."""

    def scope(self, request: Request) -> str | None:
        """Return the name of the limit that counts, or None if none does."""
        if request.method not in SAFE_METHODS:
            return "writes"
        return "reads" if request.user.is_authenticated else "anonymous_reads"

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Count the request; a store of counts that is down stops nobody."""
        scope = self.scope(request)
        if scope is None:
            return True
        window = int(time.time()) // WINDOW
        try:
            count = _count(f"throttle:{scope}:{self.client(request)}:{window}")
        except RedisError:
            logger.exception("No throttling: Redis does not answer")
            return True
        limit: int = settings.API_LIMITS[scope]
        return count <= limit

    def wait(self) -> float:
        """Return the seconds until the next window."""
        return ceil(WINDOW - time.time() % WINDOW)

    def client(self, request: Request) -> str:
        """Return whom to count. An IPv6 client owns a whole /64, so that is what counts."""
        if request.user.pk is not None:
            return f"user:{request.user.pk}"
        address = self.get_ident(request)
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return "unknown"
        return str(ipaddress.ip_network((ip, 64), strict=False) if ip.version == 6 else ip)


class RunStartThrottle(Throttle):
    """A run costs more than a request."""

    def scope(self, request: Request) -> str | None:
        """Count only starts."""
        return None if request.method in SAFE_METHODS else "run_starts"


def _count(key: str) -> int:
    cache.add(key, 0, timeout=2 * WINDOW)
    return cache.incr(key)
