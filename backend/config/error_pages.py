"""What visitors see when a request fails outside a view: problem+json below /api/, pages elsewhere."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import defaults

from backend.common.api.problems import Problem, is_api, problem_of, problem_response
from backend.common.limits import WINDOW
from backend.observability.requests import request_id_now


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
        # Without the request: whatever failed may be what every page asks of it.
        page = render_to_string("500.html", {"site_name": settings.SITE_NAME, "request_id": request_id})
        return HttpResponseServerError(page)
    detail = _("Something went wrong on our side. It is logged under the request id; try again later.")
    return problem_response(Problem(500, "server_error", detail, extra={"request_id": request_id}))
