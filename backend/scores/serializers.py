"""Published scores as the API shows them, and what may be asked of them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.common.api.fields import NumberParameter, TextField, WeightsParameter, WholeNumberParameter
from backend.common.api.pagination import Key, PageSerializer
from backend.common.api.serializers import PageParameters
from backend.entities.models import Entity
from backend.entities.selectors import LONGEST_SEARCH
from backend.entities.serializers import EntitySerializer
from backend.polls.models import Poll
from backend.polls.serializers import CriterionSerializer
from backend.scores.models import CollectiveScore, ScoreSet

ORDERINGS = {
    "-score": (Key("score", descending=True, nullable=True), Key("pk")),
    "score": (Key("score", nullable=True), Key("pk")),
    "-contributors": (Key("contributors", descending=True, nullable=True), Key("pk")),
    "-polarisation": (Key("polarisation", descending=True, nullable=True), Key("pk")),
    "-published_on": (Key("published_on", descending=True, nullable=True), Key("pk")),
    "published_on": (Key("published_on", nullable=True), Key("pk")),
    "uid": (Key("uid"),),
    "-uid": (Key("uid", descending=True),),
}
# A new item that two people push stays at 19.6: see the quantile shift in solidago.
RECOMMENDED_SCORE = 20
RECOMMENDED_CONTRIBUTORS = 3


class ScoreSetSerializer(serializers.ModelSerializer[ScoreSet]):
    """What the published scores were made from, so that anybody can recompute and compare them."""

    computed_at = serializers.DateTimeField(source="created_at")
    config = serializers.DictField(help_text="The parameters of the computation.")

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

    scores = serializers.SerializerMethodField(help_text="On the criteria that somebody judged, the main one first.")
    score_set = serializers.SerializerMethodField(help_text="Digest of the result that the scores are of.")

    class Meta(EntitySerializer.Meta):
        fields = (*EntitySerializer.Meta.fields, "score_set", "scores")

    @extend_schema_field(DetailedScoreSerializer(many=True))
    def get_scores(self, entity: Entity) -> Any:
        """Return the item's scores with their distributions."""
        return DetailedScoreSerializer(self.context["scores"], many=True, context=self.context).data

    def get_score_set(self, entity: Entity) -> str | None:
        """Return the digest; null before the first run."""
        digest: str | None = self.context["score_set"]
        return digest


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


class FilterParameters(PageParameters):
    """Which items of a poll."""

    search = TextField(required=False, max_length=LONGEST_SEARCH, help_text='Words, "a phrase", or -without.')
    tag = serializers.ListField(
        required=False,
        max_length=10,
        child=TextField(max_length=50),
        help_text="A tag that the items must bear; several may be given: `tag=a&tag=b`.",
    )


class EntityParameters(FilterParameters):
    """Which items, in which order."""

    criterion = TextField(required=False, max_length=100, help_text="For `score` orders; by default the main one.")
    ordering = serializers.ChoiceField(
        default="-score",
        choices=tuple(ORDERINGS),
        error_messages={"invalid_choice": f"Choose one of: {', '.join(ORDERINGS)}."},
        help_text="A minus means highest, or newest, first. Items without a value come last.",
    )
    min_contributors = WholeNumberParameter(
        required=False, help_text="Only items that so many contributors judged on the criterion."
    )


class RecommendationParameters(FilterParameters):
    """What counts, and how much of it an item needs."""

    criterion = TextField(required=False, max_length=100, help_text="Recommend by this one; by default the main one.")
    weights = WeightsParameter(required=False, help_text="Recommend by several: `priority:2,need:1`.")
    min_score = NumberParameter(default=RECOMMENDED_SCORE, min_value=-100, max_value=100)
    min_contributors = WholeNumberParameter(default=RECOMMENDED_CONTRIBUTORS, min_value=1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse two answers to one question."""
        if "criterion" in attrs and "weights" in attrs:
            raise serializers.ValidationError({"weights": "Give either criterion or weights."})
        return attrs
