"""The base of all endpoints."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.common.api.problems import LengthRequired
from backend.common.api.serializers import Parameters, StrictSerializer


# The validator of a page is a digest of its bytes: they change with the published score set, but also when an
# item is hidden or renamed, so a time or a number of the score set alone would answer 304 to changed content.
@method_decorator(conditional_page, name="dispatch")
class ApiView(APIView):
    """Checks the query parameters of every request before the method sees it."""

    http_method_names = ("get", "head", "post", "put", "patch", "delete")
    # What GET takes. Other methods take nothing: their bodies say it all.
    parameters: ClassVar[type[Parameters]] = Parameters

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, permit, throttle, then read the parameters into ``self.query``."""
        super().initial(request, *args, **kwargs)
        if "Transfer-Encoding" in request.headers:
            raise LengthRequired
        parameters = self.parameters if request.method in ("GET", "HEAD") else Parameters
        self.query: Mapping[str, Any] = parameters.of(request).validated_data

    def body(self, serializer_class: type[StrictSerializer]) -> Mapping[str, Any]:
        """Return the validated body."""
        serializer = serializer_class(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        validated: Mapping[str, Any] = serializer.validated_data
        return validated

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Let caches keep good answers if they ask again each time; what a user sees is for that user alone."""
        answer: Response = super().finalize_response(request, response, *args, **kwargs)
        if request.method not in ("GET", "HEAD") or answer.status_code != 200:
            patch_cache_control(answer, no_store=True)
        elif request.user.is_authenticated:
            patch_cache_control(answer, private=True, no_cache=True)
        else:
            patch_cache_control(answer, public=True, no_cache=True)
        return answer
