"""What is told of each request: one line, one count, and a number by which to ask about it."""

import logging
import re
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.core.signals import got_request_exception
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from backend.observability.metrics.counters import REQUEST_SECONDS, REQUESTS, REQUESTS_NOW

logger = structlog.get_logger(__name__)

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
"""Of others' ids only these are taken over: nothing that breaks a line or fills a disk."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NO_ROUTE = "none"


class RequestMiddleware:
    """Gives each request an id, which its log lines, its tasks, its answer and its error page bear."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Cleared at the start, not at the end: an answer that streams is still being written then.
        structlog.contextvars.clear_contextvars()
        request_id = _id_of(request)
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        with REQUESTS_NOW.track_inprogress():
            response = self.get_response(request)
        response[HEADER] = request_id
        _tell(request, response, seconds=time.perf_counter() - started)
        return response

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        """Name the account by its number; without a session nobody asks the database who it is."""
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.pk is not None:
            structlog.contextvars.bind_contextvars(user_id=request.user.pk)


def request_id_now() -> str:
    """Return the id of the request that this thread answers, empty where it answers none."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def route_of(request: HttpRequest) -> str:
    """Return the name of a request's route: there are few of them, and they hold nothing of what was asked for."""
    match = request.resolver_match
    return match.view_name if match else NO_ROUTE


def _id_of(request: HttpRequest) -> str:
    given = request.headers.get(HEADER, "")
    return given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex


def _tell(request: HttpRequest, response: HttpResponse, *, seconds: float) -> None:
    route, method = route_of(request), request.method if request.method in METHODS else "other"
    REQUESTS.labels(route, method, response.status_code).inc()
    REQUEST_SECONDS.labels(route, method).observe(seconds)
    # 503 is what somebody switched off.
    level = logging.ERROR if response.status_code >= 500 and response.status_code != 503 else logging.INFO
    if route == NO_ROUTE and response.status_code < 400:
        level = logging.DEBUG  # a static file
    logger.log(
        level,
        "request_finished",
        route=route,
        method=method,
        status=response.status_code,
        milliseconds=round(1000 * seconds, 1),
    )


@receiver(got_request_exception, dispatch_uid="log the exception of a request")
def _log_exception(request: HttpRequest | None = None, **_: object) -> None:
    """Write the traceback; the values of variables, which may be anybody's, are not in it."""
    logger.error("request_failed", route=route_of(request) if request else NO_ROUTE, exc_info=sys.exc_info())
