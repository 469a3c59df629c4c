"""Routes of the API, below /api/v1/polls/{slug}/dataset/."""

from django.urls import path

from backend.datasets.apis import DatasetApi

urlpatterns = [path("", DatasetApi.as_view(), name="dataset")]
