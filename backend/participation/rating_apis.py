"""To whom a user shows what they think of items."""

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
from backend.common.errors import EntityNotFound
from backend.comparisons.models import Rating
from backend.entities.selectors import entities_by_uid
from backend.participation.my_space.my_items import ratings_of, ratings_set_public
from backend.polls.selectors import poll_get

MOST_ITEMS = 100


class RatingSerializer(serializers.Serializer[Any]):
    """Whether the user's opinion of an item is public."""

    entity = serializers.CharField(source="entity.uid")
    is_public = serializers.BooleanField()
    updated_at = serializers.DateTimeField()


class RatingPageSerializer(PageSerializer):
    """A page of the user's ratings."""

    results = RatingSerializer(many=True)


class TruthField(serializers.BooleanField):
    """A JSON truth value, not a word or a number for one."""

    def to_internal_value(self, data: Any) -> bool:
        """Return a truth value that is one already."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class RatingSetSerializer(StrictSerializer):
    """Which opinions to show, or to keep private."""

    entities = serializers.ListField(
        child=TextField(max_length=LONGEST_UID), allow_empty=False, max_length=MOST_ITEMS, help_text="Uids of items."
    )
    is_public = TruthField(help_text="Comparisons are public where both items are.")


class RatingSetOutcomeSerializer(serializers.Serializer[Any]):
    """How many opinions changed."""

    changed = serializers.IntegerField()


class RatingListApi(ApiView):
    """To whom a user shows their opinions in a poll."""

    permission_classes = (IsAuthenticated,)
    parameters = PageParameters

    @extend_schema(
        operation_id="rating_list",
        summary="List who sees own opinions",
        parameters=[PageParameters],
        responses=RatingPageSerializer,
        tags=["ratings"],
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return the items of which you chose who sees your opinion; that of every other item is private."""
        poll = poll_get(user=request.user, slug=slug)
        contributor = contributor_of(user=request.user)
        ratings = ratings_of(contributor=contributor, poll=poll) if contributor else Rating.objects.none()
        page = page_of(ratings, request=request, parameters=self.query, keys=(Key("pk"),), scope=f"ratings:{poll.pk}")
        return Response(RatingPageSerializer(page).data)

    @extend_schema(
        operation_id="rating_set",
        summary="Show opinions, or keep them private",
        request=RatingSetSerializer,
        responses=RatingSetOutcomeSerializer,
        tags=["ratings"],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Show to everybody what you think of some items, or keep it private; all of them or, on an error, none."""
        poll = poll_get(user=request.user, slug=slug)
        body = self.body(RatingSetSerializer)
        found = entities_by_uid(poll=poll, uids=body["entities"])
        for uid in body["entities"]:
            if uid not in found:
                raise EntityNotFound(field="entities", uid=uid[:100])
        contributor = contributor_get_or_create(user=cast(User, request.user))  # IsAuthenticated
        keys = {entity.pk for entity in found.values()}
        changed = ratings_set_public(contributor=contributor, poll=poll, keys=keys, is_public=body["is_public"])
        return Response(RatingSetOutcomeSerializer({"changed": changed}).data)
