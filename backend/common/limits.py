"""How often one client may ask, counted in Redis for all processes together."""

import ipaddress
import logging
import time
from collections.abc import Callable
from math import ceil
from typing import Any

from allauth.core.ratelimit import respond_429
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from redis.exceptions import RedisError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

logger = logging.getLogger(__name__)
WINDOW = 60
"""Seconds in which requests are counted; limits are in settings.API_LIMITS."""


def is_over_limit(request: HttpRequest | Request, *, scope: str, amount: int = 1, by_address: bool = False) -> bool:
    """Count a request, and tell whether its client has sent too many; a store that is down stops nobody.

    Parameters
    ----------
    amount
        What the request counts for.
    by_address
        Count the address even of somebody logged in, and do not ask who they are.
    """
    window = int(time.time()) // WINDOW
    client = _address(request) if by_address else _client(request)
    try:
        count = _count(f"throttle:{scope}:{client}:{window}", amount)
    except RedisError:
        logger.exception("No limits: Redis does not answer")
        return False
    limit: int = settings.API_LIMITS[scope]
    return count > limit


def seconds_to_wait() -> int:
    """Return the seconds until the next window."""
    return ceil(WINDOW - time.time() % WINDOW)


def _client(request: HttpRequest | Request) -> str:
    """Return whom to count: a user, or an address."""
    return _address(request) if request.user.pk is None else f"user:{request.user.pk}"


def _address(request: HttpRequest | Request) -> str:
    """Return the address to count. An IPv6 client owns a whole /64, so that is what counts."""
    try:
        ip = ipaddress.ip_address(BaseThrottle().get_ident(request))  # type: ignore[arg-type] # it reads headers only
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((ip, 64), strict=False) if ip.version == 6 else ip)


def _count(key: str, amount: int) -> int:
    cache.add(key, 0, timeout=2 * WINDOW)
    try:
        return cache.incr(key, amount)
    except ValueError:  # Redis restarted empty, or needed the room, between the two
        return amount


class PostLimitMiddleware(MiddlewareMixin):
    """Lets pages take as many writes of a client as the API does; the API itself counts on its own."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Refuse what is too much, once the middleware before this one has refused forged requests."""
        is_counted = request.method not in SAFE_METHODS and not request.path_info.startswith("/api/")
        if not (is_counted and is_over_limit(request, scope="writes")):
            return None
        response: HttpResponse = respond_429(request)
        return response
