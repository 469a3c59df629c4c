"""Routes of the API, below /api/v1/polls/{slug}/integrity/."""

from django.urls import path

from backend.pipeline.integrity.apis import EntityInfluenceApi, IntegrityApi

urlpatterns = [
    path("", IntegrityApi.as_view(), name="integrity"),
    path("entities/<path:uid>/", EntityInfluenceApi.as_view(), name="entity_influence"),
]
