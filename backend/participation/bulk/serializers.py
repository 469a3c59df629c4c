"""Many judgments: what comes in and what goes out."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.common.api.serializers import StrictSerializer
from backend.comparisons.many import Fate, Outcome
from backend.participation.serializers import JudgeSerializer

MOST_LINES = 500


class JudgeManySerializer(StrictSerializer):
    """Judgments of many pairs."""

    comparisons = serializers.ListField(
        child=JudgeSerializer(),
        min_length=1,
        max_length=MOST_LINES,
        help_text="In this order. A pair that comes twice is judged twice, the later line over the earlier one.",
        error_messages={
            "max_length": _("Send at most {max_length} comparisons at a time."),
            "min_length": _("Send at least one comparison."),
        },
    )


class RefusalSerializer(serializers.Serializer[Any]):
    """Why a line was refused."""

    parameter = serializers.CharField(source="field", help_text="What of the line is at fault.")
    code = serializers.CharField(help_text="For programs; as the endpoint for one comparison says it.")
    detail = serializers.CharField(source="message", help_text="For people.")


class LineOutcomeSerializer(serializers.Serializer[Any]):
    """What became of a line."""

    outcome = serializers.ChoiceField(
        source="fate",
        choices=[fate.value for fate in Fate],
        help_text="`created`: a new pair; `changed`; `unchanged`: it was stored like this before; `refused`: see "
        "`error`, nothing of the line is stored; `repeated`: the first request with this key dealt with it.",
    )
    error = RefusalSerializer(allow_null=True)


class ScoreNowSerializer(serializers.Serializer[Any]):
    """A user's own score of an item, on the published scale."""

    criterion = serializers.CharField(source="criterion.name")
    entity = serializers.CharField(source="entity.uid")
    score = serializers.FloatField(source="score.score")
    left = serializers.FloatField(source="score.left")
    right = serializers.FloatField(source="score.right")


class JudgeManyOutcomeSerializer(serializers.Serializer[Any]):
    """What became of all lines, and the own scores of their items."""

    counts = serializers.SerializerMethodField(help_text="How many lines, by outcome.")
    results = LineOutcomeSerializer(source="lines", many=True, help_text="One for each line, in their order.")
    scores = ScoreNowSerializer(many=True, help_text="Own scores with all that is stored now; none for a repetition.")

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_counts(self, outcome: Any) -> dict[str, int]:
        """Return how many lines there are of each outcome."""
        return counts_of(outcome.lines)


def counts_of(lines: list[Outcome]) -> dict[str, int]:
    """Return how many lines there are of each fate."""
    return {fate.value: sum(line.fate == fate for line in lines) for fate in Fate}
