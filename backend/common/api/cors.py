"""Pages of other sites that may use the API in their readers' browsers: none, unless the settings name their origins.

Cookies never come along: what such a page asks for is public, or it brings a personal token.
"""

import re
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from backend.common.api.problems import is_api

EVERYBODY = "*"
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")
METHODS = "GET, HEAD, POST, DELETE"
TAKEN = "Authorization, Content-Type, Idempotency-Key, If-None-Match, X-Request-ID"
"""Headers that such a page may send."""
TOLD = "ETag, Location, Retry-After, X-Request-ID"
"""Headers of answers that it may read, besides those that browsers always show."""
REMEMBERED = 3600
"""Seconds for which a browser need not ask again whether it may."""


class CorsMiddleware:
    """Tells browsers that pages of some origins may read what the API answers, without cookies."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.origins = frozenset(settings.API_CORS_ORIGINS)
        if not self.origins:
            raise MiddlewareNotUsed
        if wrong := sorted(origin for origin in self.origins if not _is_origin(origin)):
            raise ImproperlyConfigured(
                f"API_CORS_ORIGINS holds {', '.join(wrong)}. Write origins such as https://example.org, in small "
                f"letters and without a path, or {EVERYBODY} for all."
            )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_api(request):
            return self.get_response(request)
        response = HttpResponse(status=204) if _is_preflight(request) else self.get_response(request)
        patch_vary_headers(response, ("Origin",))
        origin = request.headers.get("Origin", "")
        if origin and (EVERYBODY in self.origins or origin in self.origins):
            _allow(response, origin, is_preflight=_is_preflight(request))
        return response


def _is_origin(text: str) -> bool:
    return text == EVERYBODY or ORIGIN.fullmatch(text) is not None


def _is_preflight(request: HttpRequest) -> bool:
    """Tell whether a browser only asks if it may."""
    return request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers


def _allow(response: HttpResponse, origin: str, *, is_preflight: bool) -> None:
    response["Access-Control-Allow-Origin"] = origin
    response["Access-Control-Expose-Headers"] = TOLD
    if is_preflight:
        response["Access-Control-Allow-Methods"] = METHODS
        response["Access-Control-Allow-Headers"] = TAKEN
        response["Access-Control-Max-Age"] = str(REMEMBERED)
