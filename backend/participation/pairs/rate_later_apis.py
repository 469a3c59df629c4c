"""A user's list of items to rate later."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.models import User
from backend.accounts.selectors import contributor_of
from backend.accounts.services import contributor_get_or_create
from backend.common.api.fields import LONGEST_UID, TextField
from backend.common.api.pagination import Key, PageSerializer, page_of
from backend.common.api.serializers import PageParameters, StrictSerializer
from backend.common.api.views import ApiView
from backend.entities.selectors import entity_get
from backend.entities.serializers import EntitySerializer
from backend.participation.models import RateLater
from backend.participation.pairs.rate_later import rate_later_add, rate_later_list, rate_later_remove
from backend.polls.selectors import poll_get


class RateLaterSerializer(serializers.Serializer[Any]):
    """An item of the list."""

    entity = EntitySerializer()
    created_at = serializers.DateTimeField(help_text="When it was put on the list.")


class RateLaterPageSerializer(PageSerializer):
    """A page of one's own list."""

    results = RateLaterSerializer(many=True)


class RateLaterAddSerializer(StrictSerializer):
    """What to put on the list."""

    entity = TextField(max_length=LONGEST_UID, help_text="Uid of an item.")


class RateLaterListApi(ApiView):
    """A user's list of items to rate later in a poll."""

    permission_classes = (IsAuthenticated,)
    parameters = PageParameters

    @extend_schema(
        operation_id="rate_later_list",
        summary="List items to rate later",
        parameters=[PageParameters],
        responses=RateLaterPageSerializer,
        tags=["rate-later"],
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return the items that you put on your list, the last added first; nobody else sees them."""
        poll = poll_get(user=request.user, slug=slug)
        contributor = contributor_of(user=request.user)
        items = rate_later_list(contributor=contributor, poll=poll) if contributor else RateLater.objects.none()
        keys = (Key("pk", descending=True),)
        page = page_of(items, request=request, parameters=self.query, keys=keys, scope=f"rate-later:{poll.pk}")
        return Response(RateLaterPageSerializer(page).data)

    @extend_schema(
        operation_id="rate_later_add",
        summary="Rate an item later",
        request=RateLaterAddSerializer,
        responses={200: RateLaterSerializer, 201: RateLaterSerializer},
        tags=["rate-later"],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Put an item on your list: 201, or 200 where it is there already. It leaves after four comparisons."""
        poll = poll_get(user=request.user, slug=slug)
        entity = entity_get(poll=poll, uid=self.body(RateLaterAddSerializer)["entity"])
        contributor = contributor_get_or_create(user=cast(User, request.user))  # IsAuthenticated
        item, is_new = rate_later_add(contributor=contributor, entity=entity)
        return Response(RateLaterSerializer(item).data, status=201 if is_new else 200)


class RateLaterDetailApi(ApiView):
    """An item of a user's list."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="rate_later_remove", summary="Do not rate it later", responses={204: None}, tags=["rate-later"]
    )
    def delete(self, request: Request, slug: str, uid: str) -> Response:
        """Take an item off your list; 204 also where it is not there."""
        entity = entity_get(poll=poll_get(user=request.user, slug=slug), uid=uid)
        if contributor := contributor_of(user=request.user):
            rate_later_remove(contributor=contributor, entity=entity)
        return Response(status=204)
