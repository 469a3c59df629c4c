"""A user's own published scores."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.selectors import contributor_of
from backend.common.api.fields import LONGEST_CRITERION, TextField
from backend.common.api.pagination import Key, PageSerializer, page_of
from backend.common.api.serializers import PageParameters
from backend.common.api.views import ApiView
from backend.polls.selectors import criterion_get, poll_get
from backend.scores.models import IndividualScore
from backend.scores.selectors import own_scores


class OwnScoreParameters(PageParameters):
    """On which criterion."""

    criterion = TextField(required=False, max_length=LONGEST_CRITERION, help_text="By default the main one.")


class PublishedOwnScoreSerializer(serializers.Serializer[Any]):
    """A user's own score of an item as the last published run found it, on the published scale."""

    entity = serializers.CharField(source="entity.uid")
    score = serializers.FloatField()
    left = serializers.FloatField(help_text="It probably lies between `score - left` and `score + right`.")
    right = serializers.FloatField()
    voting_right = serializers.FloatField(help_text="How much it weighed in the collective score; 1 is a whole voice.")
    is_public = serializers.BooleanField(help_text="Whether the run counted it as public.")


class OwnScorePageSerializer(PageSerializer):
    """A page of own scores."""

    results = PublishedOwnScoreSerializer(many=True)


class OwnScoreListApi(ApiView):
    """A user's own scores in a poll."""

    permission_classes = (IsAuthenticated,)
    parameters = OwnScoreParameters

    @extend_schema(
        operation_id="own_score_list",
        summary="List own scores",
        parameters=[OwnScoreParameters],
        responses=OwnScorePageSerializer,
        tags=["comparisons"],
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return your own scores on a criterion, the best first; judgments since the last run are not in them yet."""
        poll = poll_get(user=request.user, slug=slug)
        criterion = criterion_get(poll=poll, name=self.query.get("criterion"))
        contributor = contributor_of(user=request.user)
        scores = IndividualScore.objects.none()
        if contributor is not None:
            scores = own_scores(contributor=contributor, poll=poll).filter(criterion=criterion)
        keys = (Key("score", descending=True), Key("entity_id"))
        scope = f"own-scores:{poll.pk}:{criterion.pk}"
        return Response(
            OwnScorePageSerializer(page_of(scores, request=request, parameters=self.query, keys=keys, scope=scope)).data
        )
