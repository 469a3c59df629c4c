"""A refusal is read by whoever sent too much: nothing of the request is left in the connection."""

from io import BytesIO

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from backend.common.unread import MOST, UnreadBodyMiddleware


def answered(status: int, size: int) -> int:
    """Return how many bytes were taken of a body that no view looked at."""
    body = BytesIO(bytes(size))
    request = RequestFactory().generic("POST", "/", content_type="text/plain")
    request.environ["wsgi.input"] = body
    request = type(request)(request.environ | {"CONTENT_LENGTH": str(size)})
    response = UnreadBodyMiddleware(lambda _: HttpResponse(status=status))(request)
    assert response.status_code == status
    return body.tell()


@pytest.mark.parametrize("status", [401, 413, 429, 503])
def test_the_rest_of_a_refused_request_is_taken(status):
    assert answered(status, 1_500_000) == 1_500_000


def test_that_has_an_end():
    assert MOST * 0.9 < answered(413, 2 * MOST) <= MOST


def test_of_other_requests_nothing_is_taken():
    assert answered(204, 1000) == 0


def test_what_a_view_has_read_is_no_error():
    def view(request):
        assert request.body == b"x=1"
        return HttpResponse(status=400)

    request = RequestFactory().post("/", data=b"x=1", content_type="text/plain")
    assert UnreadBodyMiddleware(view)(request).status_code == 400
