"""For whom a user vouches, on the whole site."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.models import User
from backend.accounts.selectors import contributor_of
from backend.accounts.services import contributor_get_or_create
from backend.common.api.fields import TextField
from backend.common.api.pagination import Key, PageSerializer, page_of
from backend.common.api.serializers import PageParameters, StrictSerializer
from backend.common.api.views import ApiView
from backend.participation.vouches.services import NEWCOMER, standing_of, vouch_by_name
from backend.participation.vouches.trust_level import Degree
from backend.trust.models import Vouch
from backend.trust.selectors import vouches_given
from backend.trust.services import vouch_delete

LONGEST_NAME = 500


class VouchSerializer(serializers.Serializer[Any]):
    """Somebody for whom the user vouches."""

    username = serializers.CharField(source="vouchee.name")
    value = serializers.FloatField(help_text="From 0 to 1.")
    created_at = serializers.DateTimeField()


class VouchPageSerializer(PageSerializer):
    """A page of the user's vouches."""

    results = VouchSerializer(many=True)


class VouchCreateSerializer(StrictSerializer):
    """For whom to vouch."""

    username = TextField(
        max_length=LONGEST_NAME,
        help_text="Of somebody who shows an opinion in a public poll; else the code from their own page of trust.",
    )


class TrustSerializer(serializers.Serializer[Any]):
    """How much the user is trusted on the whole site, and why."""

    level = serializers.FloatField(help_text="From 0 to 1, as the next computations will find it.")
    degree = serializers.ChoiceField(
        choices=[degree.value for degree in Degree],
        help_text="`full`: counts as one real person, from 0.8 on; `much`: from 0.4 on; `some`; `none`: 0.",
    )
    given = serializers.FloatField(allow_null=True, help_text="What came with an import, if anything: it is the level.")
    is_pretrusted = serializers.BooleanField(help_text="Counts as one real person without anybody's vouch.")
    vouches = serializers.IntegerField(help_text="How many people vouch for the user; who, is theirs to tell.")


class TrustApi(ApiView):
    """How much a user is trusted."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="trust_read", summary="Read own trust", responses=TrustSerializer, tags=["vouches"])
    def get(self, request: Request) -> Response:
        """Return your trust, and where it comes from; before you take part it is 0. Nobody else is told."""
        contributor = contributor_of(user=request.user)
        return Response(TrustSerializer(standing_of(contributor=contributor) if contributor else NEWCOMER).data)


class VouchListApi(ApiView):
    """For whom a user vouches."""

    permission_classes = (IsAuthenticated,)
    parameters = PageParameters

    @extend_schema(
        operation_id="vouch_list",
        summary="List own vouches",
        parameters=[PageParameters],
        responses=VouchPageSerializer,
        tags=["vouches"],
    )
    def get(self, request: Request) -> Response:
        """Return for whom you vouch, the last first; nobody else is told."""
        contributor = contributor_of(user=request.user)
        vouches = vouches_given(contributor=contributor) if contributor else Vouch.objects.none()
        keys = (Key("created_at", descending=True), Key("pk", descending=True))
        return Response(
            VouchPageSerializer(
                page_of(vouches, request=request, parameters=self.query, keys=keys, scope="vouches")
            ).data
        )

    @extend_schema(
        operation_id="vouch_create",
        summary="Vouch for somebody",
        request=VouchCreateSerializer,
        responses={201: VouchSerializer},
        tags=["vouches"],
    )
    def post(self, request: Request) -> Response:
        """Say that somebody is a real and honest person; again changes nothing. The number of vouches is limited."""
        name = self.body(VouchCreateSerializer)["username"]
        voucher = contributor_get_or_create(user=cast(User, request.user))  # IsAuthenticated
        return Response(VouchSerializer(vouch_by_name(voucher=voucher, name=name)).data, status=201)


class VouchDetailApi(ApiView):
    """One of a user's vouches."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="vouch_delete", summary="Withdraw a vouch", responses={204: None}, tags=["vouches"])
    def delete(self, request: Request, username: str) -> Response:
        """Stop vouching for somebody; 204 also where you do not."""
        contributor = contributor_of(user=request.user)
        if contributor is not None and "\0" not in username:
            for vouch in vouches_given(contributor=contributor).filter(vouchee__name=username):
                vouch_delete(voucher=contributor, vouchee=vouch.vouchee)
        return Response(status=204)
