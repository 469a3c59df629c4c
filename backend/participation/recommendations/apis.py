"""What a user would probably think of items that they never compared."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from backend.accounts.selectors import contributor_of
from backend.common.api.views import ApiView
from backend.participation.recommendations.selectors import recommendations_for
from backend.participation.recommendations.serializers import (
    OwnRecommendationListSerializer,
    OwnRecommendationParameters,
)
from backend.polls.selectors import criterion_get, poll_get


class OwnRecommendationListApi(ApiView):
    """Items that a user never compared, the best for them first."""

    permission_classes = (IsAuthenticated,)
    parameters = OwnRecommendationParameters

    @extend_schema(
        operation_id="own_recommendation_list",
        summary="Foresee what I would like",
        parameters=[OwnRecommendationParameters],
        responses=OwnRecommendationListSerializer,
        tags=["comparisons"],
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return items that you never compared on a criterion, the best for you first, and why; only you see them."""
        poll = poll_get(user=request.user, slug=slug)
        criterion = criterion_get(poll=poll, name=self.query.get("criterion"))
        contributor = contributor_of(user=request.user)
        tags = self.query.get("tag", ())
        found = recommendations_for(contributor=contributor, poll=poll, criterion=criterion, tags=tags)
        start, total = self.query["offset"], len(found.order)
        end = start + self.query["limit"]
        body = {
            "state": found.state,
            "judgments": found.judgments,
            "total": total,
            "next": replace_query_param(request.build_absolute_uri(), "offset", end) if end < total else None,
            "results": found.page(found.order[start:end]),
        }
        return Response(OwnRecommendationListSerializer(body).data)
