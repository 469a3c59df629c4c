"""Published scores as the API shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.common.api.pagination import PageSerializer
from backend.entities.models import Entity
from backend.entities.serializers import ContextNoteSerializer, EntitySerializer
from backend.polls.models import Poll
from backend.polls.serializers import CriterionSerializer
from backend.scores.models import CollectiveScore, Hold, ScoreSet


class HeldSerializer(serializers.ModelSerializer[Hold]):
    """Why a poll goes on showing earlier scores."""

    class Meta:
        model = Hold
        fields = ("since", "reason")


class ScoreSetSerializer(serializers.ModelSerializer[ScoreSet]):
    """What the published scores were made from, so that anybody can recompute and compare them."""

    computed_at = serializers.DateTimeField(source="created_at")
    config = serializers.DictField(help_text="The parameters of the computation.")
    hold = HeldSerializer(allow_null=True, help_text="Null unless somebody holds these scores: no run replaces them.")

    class Meta:
        model = ScoreSet
        fields = (
            "computed_at",
            "snapshot_digest",
            "result_digest",
            "code_version",
            "config",
            "judgments",
            "contributors",
            "entities",
            "hold",
        )


class PollDetailSerializer(serializers.ModelSerializer[Poll]):
    """A poll with its criteria and its published score set; the context brings what the poll does not hold."""

    criteria = CriterionSerializer(many=True)
    entities = serializers.SerializerMethodField(help_text="How many items the poll shows now.")
    score_set = serializers.SerializerMethodField(help_text="Null before the first run.")

    class Meta:
        model = Poll
        fields = (
            "slug",
            "title",
            "question",
            "description",
            "licence",
            "is_open",
            "is_simulated",
            "criteria",
            "entities",
            "score_set",
        )

    def get_entities(self, poll: Poll) -> int:
        """Return the number of items."""
        count: int = self.context["entities"]
        return count

    @extend_schema_field(ScoreSetSerializer(allow_null=True))
    def get_score_set(self, poll: Poll) -> Any:
        """Return the published score set."""
        score_set = self.context["score_set"]
        return ScoreSetSerializer(score_set).data if score_set else None


class ScoreSerializer(serializers.ModelSerializer[CollectiveScore]):
    """A score between -100 and 100; the truth is thought to lie between score - left and score + right."""

    criterion = serializers.CharField(source="criterion.name")

    class Meta:
        model = CollectiveScore
        fields: tuple[str, ...] = ("criterion", "score", "left", "right", "polarisation", "contributors")


class ScoredEntitySerializer(EntitySerializer):
    """An item with its published scores, which the context holds by the item's key."""

    scores = serializers.SerializerMethodField(help_text="On the criteria that somebody judged, the main one first.")

    class Meta(EntitySerializer.Meta):
        fields = (*EntitySerializer.Meta.fields, "scores")

    @extend_schema_field(ScoreSerializer(many=True))
    def get_scores(self, entity: Entity) -> Any:
        """Return the item's scores."""
        return ScoreSerializer(self.context["scores"][entity.pk], many=True).data


class BinSerializer(serializers.Serializer[Any]):
    """How many contributors show a score from ``low`` to below ``high``."""

    low = serializers.FloatField()
    high = serializers.FloatField()
    count = serializers.IntegerField()


class DetailedScoreSerializer(ScoreSerializer):
    """A score with the spread of the contributors' public scores, which the context holds by criterion key."""

    distribution = serializers.SerializerMethodField(help_text="Public scores only; private ones are in no bin.")

    class Meta(ScoreSerializer.Meta):
        fields = (*ScoreSerializer.Meta.fields, "distribution")

    @extend_schema_field(BinSerializer(many=True))
    def get_distribution(self, score: CollectiveScore) -> Any:
        """Return the histogram."""
        return BinSerializer(self.context["distributions"][score.criterion_id], many=True).data


class EntityDetailSerializer(EntitySerializer):
    """An item with all that is published about it."""

    note = serializers.SerializerMethodField(help_text="By the poll's moderators; null where they tell nothing.")
    scores = serializers.SerializerMethodField(help_text="On the criteria that somebody judged, the main one first.")
    score_set = serializers.SerializerMethodField(help_text="Digest of the result that the scores are of.")

    class Meta(EntitySerializer.Meta):
        fields = (*EntitySerializer.Meta.fields, "note", "score_set", "scores")

    @extend_schema_field(ContextNoteSerializer(allow_null=True))
    def get_note(self, entity: Entity) -> Any:
        """Return what moderators tell."""
        note = self.context["note"]
        return ContextNoteSerializer(note).data if note else None

    @extend_schema_field(DetailedScoreSerializer(many=True))
    def get_scores(self, entity: Entity) -> Any:
        """Return the item's scores with their distributions."""
        return DetailedScoreSerializer(self.context["scores"], many=True, context=self.context).data

    def get_score_set(self, entity: Entity) -> str | None:
        """Return the digest; null before the first run."""
        digest: str | None = self.context["score_set"]
        return digest


class DayScoreSerializer(serializers.Serializer[Any]):
    """The last score of a day, between -100 and 100."""

    day = serializers.DateField()
    score = serializers.FloatField()
    low = serializers.FloatField(help_text="It would probably have ended up between `low` and `high`.")
    high = serializers.FloatField()


class HistorySerializer(serializers.Serializer[Any]):
    """How the score of an item on a criterion moved from day to day."""

    entity = serializers.CharField()
    criterion = serializers.CharField()
    score_set = serializers.CharField(allow_null=True, help_text="Digest of the result that is shown now.")
    results = DayScoreSerializer(many=True)


class RecommendationSerializer(EntitySerializer):
    """An item worth recommending, and how it earned it."""

    score = serializers.FloatField(help_text="Weighted mean of its scores.")
    contributors = serializers.IntegerField(help_text="On the most judged of the weighted criteria.")

    class Meta(EntitySerializer.Meta):
        fields = (*EntitySerializer.Meta.fields, "score", "contributors")


class ScoredPageSerializer(PageSerializer):
    """What pages of published scores have in common."""

    score_set = serializers.CharField(
        allow_null=True, help_text="Digest of the result that the scores are of: it may change from page to page."
    )


class EntityPageSerializer(ScoredPageSerializer):
    """A page of items."""

    results = ScoredEntitySerializer(many=True)


class RecommendationPageSerializer(ScoredPageSerializer):
    """A page of recommendations."""

    results = RecommendationSerializer(many=True)
