"""What happens around every page."""

from collections.abc import Callable
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control

TIME_ZONE_COOKIE = "timezone"


class TimeZoneMiddleware:
    """Tell times in the reader's zone: the browser names it in a cookie, and until it has, in the server's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = request.COOKIES.get(TIME_ZONE_COOKIE, "")
        if name not in _zones():
            return self.get_response(request)
        with timezone.override(ZoneInfo(name)):
            return self.get_response(request)


class NoStoreMiddleware:
    """Keep pages of people with a session, wherever they come from, out of caches that they say nothing to."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not response.has_header("Cache-Control"):
            patch_cache_control(response, no_store=True)
        return response


@cache
def _zones() -> set[str]:
    """Return the zones that this server knows; finding them walks through a folder of files."""
    return available_timezones()
