"""What a poll tells about its scores, as the API shows it."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.pipeline.integrity.selectors import Integrity
from backend.pipeline.models import InfluenceBound, Run
from backend.scores.serializers import ScoreSetSerializer


class PublicRunSerializer(serializers.ModelSerializer[Run]):
    """A computation, as much as everybody may know."""

    judgments = serializers.IntegerField(source="report.judgments", default=None, allow_null=True)
    contributors = serializers.IntegerField(source="report.contributors", default=None, allow_null=True)
    seconds = serializers.SerializerMethodField(help_text="In all; null before its end.")

    class Meta:
        model = Run
        fields = ("id", "status", "created_at", "finished_at", "judgments", "contributors", "seconds")

    def get_seconds(self, run: Run) -> float | None:
        """Return the sum over the steps."""
        return sum(run.seconds.values()) if run.seconds else None


class IntegritySerializer(serializers.Serializer[Integrity]):
    """How the published scores were computed and checked. All but `runs` is null before the first run."""

    score_set = ScoreSetSerializer(allow_null=True)
    audit = serializers.SerializerMethodField(
        help_text="By criterion: for some judgments, moved by one step of the slider, how often that harmed what it"
        " prefers; `worst` in points. `own` and `frozen` can never be violated in a published score set."
    )
    influence = serializers.SerializerMethodField(
        help_text="By criterion: how far others could move a score, in points (`median` and `largest` over items), and"
        " how far attacks on a few items came. Null where the method has no bound for each item."
    )
    strategic_gain = serializers.SerializerMethodField(
        help_text="By criterion, with the method `licchavi`: what a contributor can gain by not being honest."
    )
    runs = PublicRunSerializer(many=True, help_text="The last ones, newest first.")

    @extend_schema_field(serializers.DictField(allow_null=True))
    def get_audit(self, known: Integrity) -> Any:
        """Return the report on monotonicity."""
        return known.report.get("audit")

    @extend_schema_field(serializers.DictField(allow_null=True))
    def get_influence(self, known: Integrity) -> Any:
        """Return the report on influence."""
        return known.report.get("influence")

    @extend_schema_field(serializers.DictField(allow_null=True))
    def get_strategic_gain(self, known: Integrity) -> Any:
        """Return what lying can be worth."""
        return known.report.get("strategic gain")


class EndsSerializer(serializers.Serializer[Any]):
    """The lowest and the highest that some people could take a score, in points."""

    low = serializers.FloatField()
    high = serializers.FloatField()


class BoundSerializer(serializers.Serializer[InfluenceBound]):
    """How far others could take an item's score on one criterion, with all scales as they are."""

    criterion = serializers.CharField(source="criterion.name")
    newcomers = serializers.SerializerMethodField(help_text="One more contributor of full trust.")
    crowd = serializers.SerializerMethodField(help_text="Any number of accounts without trust.")
    coalition = serializers.SerializerMethodField(
        help_text="Contributors with a tenth of the item's voting right, who turn round, hide or leave."
    )

    @extend_schema_field(EndsSerializer)
    def get_newcomers(self, bound: InfluenceBound) -> Any:
        """Return both ends."""
        return {"low": bound.newcomers_low, "high": bound.newcomers_high}

    @extend_schema_field(EndsSerializer)
    def get_crowd(self, bound: InfluenceBound) -> Any:
        """Return both ends."""
        return {"low": bound.crowd_low, "high": bound.crowd_high}

    @extend_schema_field(EndsSerializer)
    def get_coalition(self, bound: InfluenceBound) -> Any:
        """Return both ends."""
        return {"low": bound.coalition_low, "high": bound.coalition_high}


class EntityInfluenceSerializer(serializers.Serializer[Any]):
    """How solid an item's scores are."""

    score_set = serializers.CharField(allow_null=True, help_text="Digest of the result that the bounds are of.")
    influence = BoundSerializer(many=True, help_text="On the criteria that have a bound, the main one first.")
