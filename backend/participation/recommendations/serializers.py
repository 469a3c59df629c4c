"""Personal recommendations as the API shows them."""

from typing import Any

from rest_framework import serializers

from backend.common.api.fields import LONGEST_CRITERION, TextField, WholeNumberParameter
from backend.common.api.serializers import Parameters
from backend.entities.serializers import EntitySerializer
from backend.participation.recommendations.selectors import State, Tie
from backend.participation.serializers import OwnScoreSerializer


class OwnRecommendationParameters(Parameters):
    """Which items, on which criterion."""

    criterion = TextField(required=False, max_length=LONGEST_CRITERION, help_text="By default the main one.")
    tag = serializers.ListField(
        required=False,
        max_length=10,
        child=TextField(max_length=50),
        help_text="A tag that the items must bear; several may be given: `tag=a&tag=b`.",
    )
    limit = WholeNumberParameter(default=20, min_value=1, max_value=50, help_text="How many results at most.")
    offset = WholeNumberParameter(default=0, help_text="How many of the best to leave out.")


class CarrierSerializer(serializers.Serializer[Any]):
    """An item that the user compared, from which part of a prediction comes."""

    entity = serializers.CharField(source="entity.uid")
    is_liked = serializers.BooleanField(help_text="You place it higher than others do; false: lower.")
    tie = serializers.ChoiceField(choices=Tie.values, help_text="Why the two are alike: for programs.")
    tags = serializers.ListField(child=serializers.CharField(), help_text="Those that both bear.")
    text = serializers.CharField(help_text="For people.")


class OwnRecommendationSerializer(serializers.Serializer[Any]):
    """An item that the user never compared on the criterion."""

    entity = EntitySerializer()
    predicted = OwnScoreSerializer(
        help_text="What you would probably think; at least two chances in three that it lies within left and right."
    )
    collective = serializers.FloatField(
        source="collective.score", default=None, allow_null=True, help_text="Everybody's score; null: nobody judged it."
    )
    carriers = CarrierSerializer(many=True, help_text="Why; none: what everybody thinks of it is all there is.")


class OwnRecommendationListSerializer(serializers.Serializer[Any]):
    """Personal recommendations; none before there are enough judgments and a computation that saw them."""

    state = serializers.ChoiceField(choices=State.values, help_text="few: compare more. waiting: for the next scores.")
    judgments = serializers.IntegerField(help_text="Yours on the criterion.")
    total = serializers.IntegerField()
    next = serializers.URLField(allow_null=True, help_text="Address of the next results; null at the end.")
    results = OwnRecommendationSerializer(many=True)
