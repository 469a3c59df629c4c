"""The schema, its browsable page, and the answer where nothing is."""

from django.http import HttpRequest, JsonResponse
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from backend.common.api.problems import not_found, problem_response


class SchemaApi(SpectacularAPIView):
    """The API in OpenAPI 3.1."""


class DocsApi(SpectacularSwaggerSplitView):
    """The browsable page; our own template, because the library's has a style that our CSP refuses."""

    template_name = "api/docs.html"
    url_name = "api:schema"


@csrf_exempt
def nothing_here(request: HttpRequest) -> JsonResponse:
    """Answer 404 as the API does, and tell those who only forgot the slash at the end."""
    if _exists(request.path_info + "/"):
        return problem_response(not_found(_("There is nothing at this address. With a slash at its end there is.")))
    return problem_response(not_found())


def _exists(path: str) -> bool:
    try:
        return resolve(path).func is not nothing_here
    except Resolver404:
        return False
