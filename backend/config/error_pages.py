"""What visitors see when a request fails outside a view: problem+json below /api/, pages elsewhere."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import defaults

from backend.common.api.problems import Problem, is_api, problem_of, problem_response
from backend.common.limits import WINDOW


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
    """Answer a fault of ours without a word about its inside; the log has them all."""
    if not is_api(request):
        return defaults.server_error(request)
    detail = _("Something went wrong on our side. It is logged; try again later.")
    return problem_response(Problem(500, "server_error", detail))
