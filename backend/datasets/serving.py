"""The public dataset as an answer to a request, for pages and the API alike."""

from functools import partial
from typing import IO

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from backend.common.downloads import ZIP, zip_response
from backend.datasets.export import export_score_set, export_tag, export_write
from backend.observability.selectors import switch_require
from backend.observability.switches import EXPORTS
from backend.polls.models import Poll

MEDIA_TYPE = ZIP


def export_response(request: HttpRequest, *, poll: Poll) -> HttpResponseBase:
    """Return the public dataset of a poll: 304 where the client has it already, no body for HEAD.

    Raises
    ------
    NoDatasetYet, ExportsPaused
    """
    switch_require(EXPORTS)
    score_set = export_score_set(poll=poll)
    etag = quote_etag(export_tag(poll=poll, score_set=score_set))
    response = get_conditional_response(request, etag=etag) or _answer(request, poll)
    response["ETag"] = etag
    return response


def _answer(request: HttpRequest, poll: Poll) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse(content_type=MEDIA_TYPE)
    # As the pages call it where they tell the command that verifies it.
    return zip_response(f"{poll.slug}.zip", partial(_write, poll))


def _write(poll: Poll, sink: IO[bytes]) -> None:
    export_write(poll=poll, sink=sink)
