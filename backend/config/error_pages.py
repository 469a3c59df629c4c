"""What visitors see when a request fails outside a view: problem+json below /api/, pages elsewhere."""

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import defaults

from backend.common.api.problems import Problem, is_api, problem_of, problem_response
from backend.common.limits import WINDOW
from backend.observability.requests import request_id_now

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django refused to read."""
    problem = problem_of(exception)
    if is_api(request) and problem:
        return problem_response(problem)
    return defaults.bad_request(request, exception)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Answer who tries passwords, or sends forms, too often; the API answers for itself."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(WINDOW)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours without a word about its inside; the log has them all, under the request's id."""
    request_id = request_id_now()
    if not is_api(request):
        return _page_of_fault(request_id)
    detail = _("Something went wrong on our side. It is logged under the request id; try again later.")
    return problem_response(Problem(500, "server_error", detail, extra={"request_id": request_id}))


def _page_of_fault(request_id: str) -> HttpResponse:
    # Without the request: whatever failed may be what every page asks of it.
    try:
        return HttpResponseServerError(
            render_to_string("500.html", {"site_name": settings.SITE_NAME, "request_id": request_id})
        )
    except Exception:
        # A page that cannot be made either (a file of it is missing) would fail in every middleware once more.
        logger.exception("The page that tells of a fault cannot be made")
        words = _("Something broke. The mistake is ours, and it is in the log under this number:")
        return HttpResponseServerError(f"{words} {request_id}\n", content_type="text/plain; charset=utf-8")
