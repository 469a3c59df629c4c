"""Routes of the API, below /api/v1/tokens/."""

from django.urls import path

from backend.accounts.tokens.apis import TokenDetailApi, TokenListApi

urlpatterns = [
    path("", TokenListApi.as_view(), name="token_list"),
    path("<int:token_id>/", TokenDetailApi.as_view(), name="token_detail"),
]
