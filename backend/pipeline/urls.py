"""Routes of the API, below /api/v1/polls/{slug}/runs/."""

from django.urls import path

from backend.pipeline.apis import RunCancelApi, RunDetailApi, RunListApi

urlpatterns = [
    path("", RunListApi.as_view(), name="run_list"),
    path("<int:run_id>/", RunDetailApi.as_view(), name="run_detail"),
    path("<int:run_id>/cancel/", RunCancelApi.as_view(), name="run_cancel"),
]
