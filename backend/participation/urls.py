"""Routes of the API, below /api/v1/polls/{slug}/."""

from django.urls import path

from backend.participation.apis import ComparisonDetailApi, ComparisonListApi, SuggestionListApi

urlpatterns = [
    path("comparisons/", ComparisonListApi.as_view(), name="comparison_list"),
    path("comparisons/<str:left>/<str:right>/", ComparisonDetailApi.as_view(), name="comparison_detail"),
    path("suggestions/", SuggestionListApi.as_view(), name="suggestion_list"),
]
