"""The switch that lets the API only read."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from rest_framework.permissions import SAFE_METHODS

from backend.common.api.problems import is_api, problem_of, problem_response
from backend.common.errors import ApiWritesPaused
from backend.observability.selectors import switch_require
from backend.observability.switches import API_WRITES


class ApiWritesMiddleware(MiddlewareMixin):
    """Refuses writes through the API while they are turned off, whichever endpoint they are for."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.method in SAFE_METHODS or not is_api(request):
            return None
        try:
            switch_require(API_WRITES)
        except ApiWritesPaused as error:
            problem = problem_of(error)
            return problem_response(problem) if problem else None
        return None
