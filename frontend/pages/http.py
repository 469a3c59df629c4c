"""What all page views share: allowed methods, errors in words, no copies of private pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods
from django_htmx.middleware import HtmxDetails

from backend.accounts.models import User
from backend.common.errors import ApplicationError, PollNotFound


class PageRequest(HttpRequest):
    """A request as the middleware leaves it."""

    htmx: HtmxDetails


View = Callable[..., HttpResponseBase]


def page(*methods: str) -> Callable[[View], View]:
    """Make a view a page: only these methods; expected errors become a page that says what to do."""

    def decorate(view: View) -> View:
        # Its random padding and the masked CSRF token leave nothing to guess from lengths.
        decorated: View = gzip_page(_answered(*methods)(view))
        return decorated

    return decorate


def download(view: View) -> View:
    """Make a view a download: like a page, but what it sends is compressed already."""
    return _answered("GET", "HEAD")(view)


def _answered(*methods: str) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @require_http_methods(methods)
        @wraps(view)
        def wrapped(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                response = view(request, *args, **kwargs)
            except ApplicationError as error:
                # There is a way back to the poll, unless it is the poll that is not there.
                slug = None if isinstance(error, PollNotFound) else kwargs.get("slug")
                response = render(request, "error.html", {"error": error, "slug": slug}, status=error.status)
                if error.retry_after:
                    response["Retry-After"] = str(error.retry_after)
            # Logged in, a page is private to the last link; for visitors it must only be asked for again.
            patch_cache_control(
                response, **({"no_store": True} if request.user.is_authenticated else {"no_cache": True})
            )
            patch_vary_headers(response, ("Cookie", "HX-Request"))
            return response

        return wrapped

    return decorate


def wants_fragment(request: PageRequest) -> bool:
    """Tell whether htmx asks for the changed part only."""
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request


def account(request: HttpRequest) -> User:
    """Return the account that asks, or refuse."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def staff(request: HttpRequest) -> User:
    """Return the staff member who asks, or refuse."""
    user = account(request)
    if not user.is_staff:
        raise PermissionDenied
    return user
