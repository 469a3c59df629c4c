"""Runs as the API shows them to staff."""

from rest_framework import serializers

from backend.common.api.pagination import PageSerializer
from backend.common.api.serializers import PageParameters, StrictSerializer
from backend.pipeline.journal import line_text
from backend.pipeline.models import LogLine, Run


class RunParameters(PageParameters):
    """Which runs."""

    status = serializers.ChoiceField(choices=Run.Status.values, required=False, help_text="Only runs in this state.")
    trigger = serializers.ChoiceField(choices=Run.Trigger.values, required=False, help_text="Only runs started so.")


class RunStartSerializer(StrictSerializer):
    """How to compute. Empty: as the poll says."""

    config = serializers.DictField(
        required=False, help_text='Parameters that prevail over the poll\'s own, e.g. {"seed": 1}.'
    )
    is_dry_run = serializers.BooleanField(
        default=False, help_text="Compute everything, publish nothing, and tell what would change."
    )


class RunSerializer(serializers.ModelSerializer[Run]):
    """One recomputation of a poll."""

    started_by = serializers.CharField(source="started_by.username", default=None, allow_null=True)
    result_digest = serializers.SerializerMethodField(
        help_text="Of the scores; null until they are published, or computed by a dry run."
    )
    seconds_left = serializers.FloatField(
        allow_null=True, help_text="As the poll's earlier runs took; null where these do not tell."
    )

    class Meta:
        model = Run
        fields: tuple[str, ...] = (
            "id",
            "status",
            "trigger",
            "is_dry_run",
            "started_by",
            "created_at",
            "started_at",
            "finished_at",
            "step",
            "done",
            "total",
            "seconds_left",
            "judgments",
            "contributors",
            "entities",
            "snapshot_digest",
            "result_digest",
            "code_version",
            "error",
        )

    def get_result_digest(self, run: Run) -> str | None:
        return run.result_digest or None


class LogLineSerializer(serializers.ModelSerializer[LogLine]):
    """Something that happened to a run."""

    text = serializers.SerializerMethodField(help_text="In words.")

    class Meta:
        model = LogLine
        fields = ("at", "level", "event", "details", "text")

    def get_text(self, line: LogLine) -> str:
        return line_text(line)


class RunDetailSerializer(RunSerializer):
    """A run with its parameters, costs, report and log."""

    config = serializers.DictField(help_text="All that was set; constants that are not named are the preset's.")
    parameters = serializers.DictField(help_text="What was asked for this run alone.")
    differences = serializers.DictField(
        child=serializers.ListField(),
        help_text="Constants that differed from the poll's own: [the poll's, this run's].",
    )
    seconds = serializers.DictField(child=serializers.FloatField(), help_text="Seconds per step.")
    memory = serializers.DictField(
        child=serializers.FloatField(),
        help_text="The most memory that the process held during each step, in MiB; empty for runs of before.",
    )
    report = serializers.DictField(
        help_text="Counts, certificates, and the audit: by criterion and question, how many judgments were moved by a "
        "step of the slider, how often that harmed what they prefer, at worst by how many points, and at which step. "
        "Of a dry run also the `effect`: by criterion, how far published scores would move."
    )
    log = LogLineSerializer(many=True, help_text="What happened when, oldest first; empty for old runs.")

    class Meta(RunSerializer.Meta):
        fields = (
            *RunSerializer.Meta.fields,
            "config",
            "parameters",
            "differences",
            "seconds",
            "memory",
            "report",
            "log",
        )


class RunPageSerializer(PageSerializer):
    """A page of runs."""

    results = RunSerializer(many=True)
