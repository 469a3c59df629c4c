"""Routes of the API, below /api/v1/polls/{slug}/."""

from django.urls import path

from backend.scores.apis import EntityDetailApi, EntityListApi, HistoryApi, PollDetailApi, RecommendationListApi

urlpatterns = [
    path("", PollDetailApi.as_view(), name="poll_detail"),
    path("entities/", EntityListApi.as_view(), name="entity_list"),
    path("entities/<path:uid>/", EntityDetailApi.as_view(), name="entity_detail"),
    # Not below the item: its uid may have slashes, and end in any word.
    path("history/<path:uid>/", HistoryApi.as_view(), name="entity_history"),
    path("recommendations/", RecommendationListApi.as_view(), name="recommendation_list"),
]
