"""The public dataset of a poll."""

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from backend.common.api.throttling import Throttle
from backend.common.api.views import ApiView
from backend.datasets.serving import MEDIA_TYPE, export_response
from backend.polls.selectors import poll_get


class ExportThrottle(Throttle):
    """A dataset costs more than a page."""

    def scope(self, request: Request) -> str | None:
        """Count downloads on a limit of their own."""
        return "exports" if request.method in SAFE_METHODS else None


class DatasetApi(ApiView):
    """What the contributors of a poll make public, and the published scores."""

    throttle_classes = (Throttle, ExportThrottle)

    @extend_schema(
        operation_id="dataset_read",
        summary="Download the public dataset",
        responses={
            (200, MEDIA_TYPE): OpenApiResponse(OpenApiTypes.BINARY, description="A zip archive; its README says more.")
        },
        tags=["datasets"],
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """Return a zip in the layout of Tournesol's public dataset, with all that is needed to verify the scores.

        404 with the code `no_dataset_yet` where nothing is published yet, or not again since somebody deleted their
        account.
        """
        return export_response(request, poll=poll_get(user=request.user, slug=slug))
