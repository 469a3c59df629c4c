"""Routes of the API, below /api/v1/polls/{slug}/."""

from django.urls import path

from backend.participation.apis import ComparisonDetailApi, ComparisonListApi, SuggestionListApi
from backend.participation.bulk.apis import ComparisonBulkApi
from backend.participation.own_score_apis import OwnScoreListApi
from backend.participation.pairs.rate_later_apis import RateLaterDetailApi, RateLaterListApi
from backend.participation.pairs.set_aside_apis import SetAsideDetailApi, SetAsideListApi
from backend.participation.rating_apis import RatingListApi
from backend.participation.recommendations.apis import OwnRecommendationListApi

urlpatterns = [
    path("comparisons/", ComparisonListApi.as_view(), name="comparison_list"),
    path("comparisons/bulk/", ComparisonBulkApi.as_view(), name="comparison_bulk"),
    path("comparisons/<str:left>/<str:right>/", ComparisonDetailApi.as_view(), name="comparison_detail"),
    path("rate-later/", RateLaterListApi.as_view(), name="rate_later_list"),
    path("rate-later/<path:uid>/", RateLaterDetailApi.as_view(), name="rate_later_detail"),
    path("ratings/", RatingListApi.as_view(), name="rating_list"),
    path("recommendations/mine/", OwnRecommendationListApi.as_view(), name="own_recommendation_list"),
    path("scores/mine/", OwnScoreListApi.as_view(), name="own_score_list"),
    path("set-aside/", SetAsideListApi.as_view(), name="set_aside_list"),
    path("set-aside/<str:left>/<str:right>/", SetAsideDetailApi.as_view(), name="set_aside_detail"),
    path("suggestions/", SuggestionListApi.as_view(), name="suggestion_list"),
]
