"""The base of all endpoints."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.common.api.problems import LengthRequired
from backend.common.api.scopes import OWN, Scope, Scopes, scopes_of
from backend.common.api.serializers import Parameters, StrictSerializer
from backend.common.errors import TokenScopeMissing


# The validator of a page is a digest of its bytes: they change with the published score set, but also when an
# item is hidden or renamed, so a time or a number of the score set alone would answer 304 to changed content.
@method_decorator(conditional_page, name="dispatch")
class ApiView(APIView):
    """Checks the query parameters of every request before the method sees it."""

    http_method_names = ("get", "head", "post", "put", "patch", "delete")
    # What GET takes. Other methods take nothing: their bodies say it all.
    parameters: ClassVar[type[Parameters]] = Parameters
    # What a token needs where nobody gets in without an account; what is public needs nothing.
    scopes: ClassVar[Scopes] = OWN

    def scope_needed(self, method: str) -> Scope | None:
        """Return what a token must be made for to use a method, or None where any will do."""
        if IsAuthenticated not in self.permission_classes:
            return None
        return self.scopes.reads if method in SAFE_METHODS else self.scopes.writes

    def perform_authentication(self, request: Request) -> None:
        """Find out who asks. Of what is public, a token that may not read for its owner sees what visitors see."""
        super().perform_authentication(request)
        granted = scopes_of(request.auth)
        if granted is not None and Scope.READ not in granted and IsAuthenticated not in self.permission_classes:
            request.user = AnonymousUser()

    def check_permissions(self, request: Request) -> None:
        """Refuse visitors where an account is needed, and tokens that were not made for this."""
        super().check_permissions(request)
        granted, needed = scopes_of(request.auth), self.scope_needed(request.method or "")
        if granted is not None and needed is not None and needed not in granted:
            raise TokenScopeMissing(scope=needed.value)

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
        patch_vary_headers(answer, ("Authorization", "Cookie"))
        return answer
