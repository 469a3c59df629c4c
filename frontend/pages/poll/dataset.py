"""The public dataset of a poll, as a download."""

from allauth.core.ratelimit import respond_429
from django.http.response import HttpResponseBase

from backend.common.limits import is_over_limit
from backend.datasets.serving import export_response
from backend.polls.selectors import poll_get
from frontend.pages.http import PageRequest, download


@download
def dataset_export(request: PageRequest, slug: str) -> HttpResponseBase:
    poll = poll_get(user=request.user, slug=slug)
    if is_over_limit(request, scope="exports"):
        refused: HttpResponseBase = respond_429(request)
        return refused
    return export_response(request, poll=poll)
