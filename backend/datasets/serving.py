"""The public dataset as an answer to a request, for pages and the API alike."""

import tempfile

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from backend.datasets.export import export_score_set, export_tag, export_write
from backend.polls.models import Poll

MEDIA_TYPE = "application/zip"


def export_response(request: HttpRequest, *, poll: Poll) -> HttpResponseBase:
    """Return the public dataset of a poll: 304 where the client has it already, no body for HEAD.

    The archive grows in a file without a name, which vanishes with the answer whatever happens. So errors come before
    the first byte, and a client that reads slowly holds no transaction open.

    Raises
    ------
    NoDatasetYet
    """
    score_set = export_score_set(poll=poll)
    etag = quote_etag(export_tag(poll=poll, score_set=score_set))
    response = get_conditional_response(request, etag=etag) or _answer(request, poll)
    response["ETag"] = etag
    return response


def _answer(request: HttpRequest, poll: Poll) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse(content_type=MEDIA_TYPE)
    sink = tempfile.TemporaryFile()  # noqa: SIM115  # the answer closes it
    export_write(poll=poll, sink=sink)
    sink.seek(0)
    name = f"{poll.slug}.zip"  # as the pages call it where they tell the command that verifies it
    return FileResponse(sink, as_attachment=True, filename=name, content_type=MEDIA_TYPE)
