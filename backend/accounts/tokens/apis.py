"""A user's tokens: listed and revoked.

They are made on the pages alone, by somebody who has just proved who they are.
"""

from typing import Any, cast

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.models import PersonalToken, User
from backend.accounts.tokens.selectors import token_list
from backend.accounts.tokens.services import token_revoke
from backend.common.api.pagination import Key, PageSerializer, page_of
from backend.common.api.scopes import ANY, Scope
from backend.common.api.serializers import PageParameters
from backend.common.api.views import ApiView
from backend.common.errors import TokenNotFound


class TokenSerializer(serializers.Serializer[Any]):
    """A token, without its text."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    start = serializers.CharField(help_text="Its first characters.")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.values))
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    has_expired = serializers.SerializerMethodField()
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="To some minutes.")

    def get_has_expired(self, token: PersonalToken) -> bool:
        """Tell whether it works no longer."""
        return token.expires_at <= timezone.now()


class TokenPageSerializer(PageSerializer):
    """A page of the user's tokens."""

    results = TokenSerializer(many=True)


class TokenListApi(ApiView):
    """The tokens of a user."""

    permission_classes = (IsAuthenticated,)
    parameters = PageParameters
    scopes = ANY

    @extend_schema(
        operation_id="token_list",
        summary="List own tokens",
        parameters=[PageParameters],
        responses=TokenPageSerializer,
        tags=["tokens"],
    )
    def get(self, request: Request) -> Response:
        """Return your tokens, the newest first; to a token, itself alone."""
        keys = (Key("pk", descending=True),)
        page = page_of(_within_reach(request), request=request, parameters=self.query, keys=keys, scope="tokens")
        return Response(TokenPageSerializer(page).data)


class TokenDetailApi(ApiView):
    """One token of a user."""

    permission_classes = (IsAuthenticated,)
    scopes = ANY

    @extend_schema(operation_id="token_revoke", summary="Revoke a token", responses={204: None}, tags=["tokens"])
    def delete(self, request: Request, token_id: int) -> Response:
        """End a token at once; a token can end itself alone."""
        token = _within_reach(request).filter(pk=token_id).first()
        if token is None:
            raise TokenNotFound
        token_revoke(token=token)
        return Response(status=204)


def _within_reach(request: Request) -> QuerySet[PersonalToken]:
    """Return the tokens that a request may see: what was stolen must not tell of the others, nor end them."""
    tokens = token_list(user=cast(User, request.user))  # IsAuthenticated
    return tokens.filter(pk=request.auth.pk) if isinstance(request.auth, PersonalToken) else tokens
