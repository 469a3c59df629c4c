"""Routes of the REST API, gathered from the apps. Whatever else is asked below /api/ is a problem+json 404."""

from django.urls import include, path, re_path

from backend.common.api.docs import DocsApi, SchemaApi, nothing_here
from backend.participation.vouches.apis import TrustApi
from backend.pipeline.comparing.apis import ChangesApi
from backend.pipeline.groups.apis import GroupsApi
from backend.pipeline.rollback.apis import HoldApi

app_name = "api"
urlpatterns = [
    path("v1/schema/", SchemaApi.as_view(), name="schema"),
    path("v1/docs/", DocsApi.as_view(), name="docs"),
    path("v1/polls/", include("backend.polls.urls")),
    path("v1/polls/<slug:slug>/", include("backend.scores.urls")),
    path("v1/polls/<slug:slug>/", include("backend.participation.urls")),
    path("v1/polls/<slug:slug>/dataset/", include("backend.datasets.urls")),
    path("v1/polls/<slug:slug>/groups/", GroupsApi.as_view(), name="groups"),
    path("v1/polls/<slug:slug>/integrity/", include("backend.pipeline.integrity.urls")),
    path("v1/polls/<slug:slug>/hold/", HoldApi.as_view(), name="hold"),
    path("v1/polls/<slug:slug>/runs/<int:run_id>/changes/", ChangesApi.as_view(), name="run_changes"),
    path("v1/polls/<slug:slug>/runs/", include("backend.pipeline.urls")),
    path("v1/tokens/", include("backend.accounts.tokens.urls")),
    path("v1/trust/", TrustApi.as_view(), name="trust"),
    path("v1/vouches/", include("backend.participation.vouches.urls")),
    re_path("", nothing_here),
]
