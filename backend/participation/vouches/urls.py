"""Routes of the API, below /api/v1/vouches/."""

from django.urls import path

from backend.participation.vouches.apis import VouchDetailApi, VouchListApi

urlpatterns = [
    path("", VouchListApi.as_view(), name="vouch_list"),
    path("<path:username>/", VouchDetailApi.as_view(), name="vouch_detail"),
]
