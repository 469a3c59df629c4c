"""What a client still sends when its request is refused."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError

MOST, CHUNK = 4_000_000, 65_536
"""Bytes that are taken, and how many at once."""
FIRST_REFUSAL = 400


class UnreadBodyMiddleware:
    """Takes the rest of a refused request: to close with unread bytes resets the connection, and loses the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if response.status_code >= FIRST_REFUSAL:
            _take(request)
        return response


def _take(request: HttpRequest) -> None:
    """Read what is left, and forget it; of more than `MOST` bytes the connection may be reset after all."""
    try:
        for _ in range(MOST // CHUNK):
            if not request.read(CHUNK):
                return
    except UnreadablePostError:
        return
