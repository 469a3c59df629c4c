"""Runs as the API shows them to staff."""

from rest_framework import serializers

from backend.common.api.pagination import PageSerializer
from backend.common.api.serializers import StrictSerializer
from backend.pipeline.models import Run


class RunStartSerializer(StrictSerializer):
    """How to compute. Empty: as the poll says."""

    config = serializers.DictField(
        required=False, help_text='Parameters that prevail over the poll\'s own, e.g. {"seed": 1}.'
    )


class RunSerializer(serializers.ModelSerializer[Run]):
    """One recomputation of a poll."""

    started_by = serializers.CharField(source="started_by.username", default=None, allow_null=True)
    result_digest = serializers.CharField(
        source="score_set.result_digest", default=None, allow_null=True, help_text="Null until scores are published."
    )

    class Meta:
        model = Run
        fields: tuple[str, ...] = (
            "id",
            "status",
            "trigger",
            "started_by",
            "created_at",
            "started_at",
            "finished_at",
            "step",
            "done",
            "total",
            "snapshot_digest",
            "result_digest",
            "error",
        )


class RunDetailSerializer(RunSerializer):
    """A run with its parameters, timings and report."""

    config = serializers.DictField()
    seconds = serializers.DictField(child=serializers.FloatField(), help_text="Seconds per step.")
    report = serializers.DictField(
        help_text="Counts, certificates, and the audit: by criterion and question, how many judgments were moved by a "
        "step of the slider, how often that harmed what they prefer, at worst by how many points, and at which step."
    )

    class Meta(RunSerializer.Meta):
        fields = (*RunSerializer.Meta.fields, "config", "seconds", "report")


class RunPageSerializer(PageSerializer):
    """A page of runs."""

    results = RunSerializer(many=True)
