"""A user's own judgments: what comes in and what goes out."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.common.api.fields import (
    LONGEST_CRITERION,
    LONGEST_UID,
    DateParameter,
    NumberField,
    TextField,
    WholeNumberParameter,
)
from backend.common.api.pagination import PageSerializer
from backend.common.api.serializers import PageParameters, Parameters, StrictSerializer
from backend.comparisons.models import Comparison
from backend.comparisons.selectors import values_of
from backend.entities.selectors import LONGEST_SEARCH
from backend.entities.serializers import EntitySerializer

MOST_JUDGMENTS = 100


class JudgmentsField(serializers.DictField):
    """Judgments by criterion name."""

    default_error_messages: ClassVar = {"too_many": _("Give at most 100 judgments.")}

    def to_internal_value(self, data: Any) -> Any:
        """Return the judgments."""
        if isinstance(data, dict) and len(data) > MOST_JUDGMENTS:
            self.fail("too_many")
        return super().to_internal_value(data)


class JudgeSerializer(StrictSerializer):
    """A judgment of two items."""

    left = TextField(max_length=LONGEST_UID, help_text="Uid of an item.")
    right = TextField(max_length=LONGEST_UID, help_text="Uid of another item.")
    judgments = JudgmentsField(
        child=NumberField(allow_null=True),
        allow_empty=False,
        help_text="By criterion name, from -10 (left) to 10 (right); null takes an earlier judgment back. "
        "Criteria that are not named keep their judgments.",
    )


class ComparisonParameters(PageParameters):
    """Which of one's own comparisons."""

    search = TextField(required=False, max_length=LONGEST_SEARCH, help_text="Words of one of the two items.")
    tag = TextField(required=False, max_length=50, help_text="A tag that one of the two items bears.")
    criterion = TextField(required=False, max_length=LONGEST_CRITERION, help_text="Judged on this one.")
    since = DateParameter(required=False, help_text="The first day (UTC) on which they may have been changed last.")
    until = DateParameter(required=False, help_text="The last such day.")


class ComparisonSerializer(serializers.ModelSerializer[Comparison]):
    """What a user said of two items."""

    left = serializers.CharField(source="left.uid")
    right = serializers.CharField(source="right.uid")
    judgments = serializers.SerializerMethodField(help_text="By criterion name; positive prefers the right item.")

    class Meta:
        model = Comparison
        fields = ("left", "right", "judgments", "created_at", "updated_at")

    @extend_schema_field(serializers.DictField(child=serializers.FloatField()))
    def get_judgments(self, comparison: Comparison) -> dict[str, float]:
        """Return the values as the pair is stored."""
        return values_of(comparison=comparison, left=comparison.left)


class ComparisonPageSerializer(PageSerializer):
    """A page of one's own comparisons."""

    results = ComparisonSerializer(many=True)


class OwnScoreSerializer(serializers.Serializer[Any]):
    """A user's own score of an item, on the published scale."""

    score = serializers.FloatField()
    left = serializers.FloatField()
    right = serializers.FloatField()


class PlaceSerializer(serializers.Serializer[Any]):
    """The place of an item in the user's own ranking."""

    rank = serializers.IntegerField(help_text="1 is the best; items with the same score share a place.")
    among = serializers.IntegerField(help_text="How many items the user has scored on this criterion.")


class ChangeSerializer(serializers.Serializer[Any]):
    """What a judgment did to the user's own score of an item, and to its place."""

    criterion = serializers.CharField(source="criterion.name")
    entity = serializers.CharField(source="entity.uid")
    before = OwnScoreSerializer(allow_null=True)
    after = OwnScoreSerializer(allow_null=True)
    place_before = PlaceSerializer(allow_null=True)
    place_after = PlaceSerializer(allow_null=True)


class JudgeOutcomeSerializer(serializers.Serializer[Any]):
    """What is stored now, and what it changed."""

    comparison = ComparisonSerializer()
    changes = ChangeSerializer(many=True, help_text="Own scores and places before and after; the left item first.")


class SuggestionParameters(Parameters):
    """How many pairs, and what not to ask about."""

    count = WholeNumberParameter(default=1, min_value=1, max_value=20, help_text="How many pairs to suggest at most.")

    exclude = serializers.ListField(
        required=False,
        max_length=20,
        child=TextField(max_length=LONGEST_UID),
        help_text="Uid of an item not to ask about; several may be given.",
    )


class SuggestionSerializer(serializers.Serializer[Any]):
    """A pair worth comparing."""

    left = EntitySerializer()
    right = EntitySerializer()
    reason = serializers.CharField(help_text="For programs.")
    reason_text = serializers.CharField(help_text="For people.")


class SuggestionListSerializer(serializers.Serializer[Any]):
    """Suggested pairs, the best first; none where all is compared."""

    results = SuggestionSerializer(many=True)
