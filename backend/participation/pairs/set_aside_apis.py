"""The pairs that a user cannot compare."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.selectors import contributor_of
from backend.common.api.pagination import Key, PageSerializer, page_of
from backend.common.api.serializers import PageParameters
from backend.common.api.views import ApiView
from backend.entities.selectors import entity_get
from backend.participation.models import SetAside
from backend.participation.pairs.set_aside import set_aside_list, set_aside_remove
from backend.polls.selectors import poll_get


class SetAsideSerializer(serializers.ModelSerializer[SetAside]):
    """A pair that the user is not asked about again, and why."""

    left = serializers.CharField(source="left.uid")
    right = serializers.CharField(source="right.uid")

    class Meta:
        model = SetAside
        fields = ("left", "right", "reason", "words", "created_at")


class SetAsidePageSerializer(PageSerializer):
    """A page of pairs set aside."""

    results = SetAsideSerializer(many=True)


class SetAsideListApi(ApiView):
    """The pairs that a user set aside in a poll."""

    permission_classes = (IsAuthenticated,)
    parameters = PageParameters

    @extend_schema(
        operation_id="set_aside_list",
        summary="List pairs set aside",
        parameters=[PageParameters],
        responses=SetAsidePageSerializer,
        tags=["comparisons"],
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return the pairs that you could not compare, the last first; nobody else sees them."""
        poll = poll_get(user=request.user, slug=slug)
        contributor = contributor_of(user=request.user)
        pairs = set_aside_list(contributor=contributor, poll=poll) if contributor else SetAside.objects.none()
        keys = (Key("pk", descending=True),)
        page = page_of(pairs, request=request, parameters=self.query, keys=keys, scope=f"set-aside:{poll.pk}")
        return Response(SetAsidePageSerializer(page).data)


class SetAsideDetailApi(ApiView):
    """A pair that a user set aside, whichever way round."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="set_aside_remove",
        summary="Be asked about a pair again",
        responses={204: None},
        tags=["comparisons"],
    )
    def delete(self, request: Request, slug: str, left: str, right: str) -> Response:
        """Let yourself be asked about a pair again; 204 also where it is not set aside."""
        poll = poll_get(user=request.user, slug=slug)
        first, second = entity_get(poll=poll, uid=left), entity_get(poll=poll, uid=right)
        if contributor := contributor_of(user=request.user):
            set_aside_remove(contributor=contributor, left=first, right=second)
        return Response(status=204)
