"""Held scores, as the API shows them to whoever manages the poll."""

from typing import Any

from rest_framework import serializers

from backend.common.api.fields import TextField
from backend.common.api.serializers import StrictSerializer
from backend.pipeline.models import Run
from backend.pipeline.rollback.selectors import Shown
from backend.scores.models import Hold, Turn

HIGHEST_KEY = 2**63 - 1


class RunNumberField(serializers.IntegerField):
    """The number of a run: a JSON number, not a text of digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=HIGHEST_KEY, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        """Return a whole number that is one already."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class TurnBackSerializer(StrictSerializer):
    """Which scores to show, and why."""

    run = RunNumberField(help_text="The run whose scores the poll shall show: one of `choices`.")
    reason = TextField(max_length=Hold.LONGEST_REASON, help_text="Everybody can read it.")
    seen = RunNumberField(
        required=False, help_text="The run whose scores are shown now, as far as you know: otherwise nothing is done."
    )


class KeptRunSerializer(serializers.ModelSerializer[Run]):
    """A run whose scores can be shown."""

    computed_at = serializers.DateTimeField(source="score_set.created_at")
    judgments = serializers.IntegerField(source="score_set.judgments")
    contributors = serializers.IntegerField(source="score_set.contributors")
    result_digest = serializers.CharField(source="score_set.result_digest")

    class Meta:
        model = Run
        fields = ("id", "computed_at", "judgments", "contributors", "result_digest")


class HoldSerializer(serializers.ModelSerializer[Hold]):
    """Who holds the scores, since when, and why."""

    held_by = serializers.CharField(source="held_by.username", default=None, allow_null=True)

    class Meta:
        model = Hold
        fields = ("since", "held_by", "reason")


class TurnSerializer(serializers.ModelSerializer[Turn]):
    """One time that the poll was turned to other scores by hand, or that a hold ended."""

    turned_by = serializers.CharField(source="turned_by.username", default=None, allow_null=True)

    class Meta:
        model = Turn
        fields = ("created_at", "action", "turned_by", "reason", "from_computed_at", "to_computed_at")


class ShownSerializer(serializers.Serializer[Shown]):
    """Which scores a poll shows, and which it could show instead."""

    shown = KeptRunSerializer(source="run", allow_null=True, help_text="Null before the first run.")
    is_newest = serializers.BooleanField()
    hold = HoldSerializer(allow_null=True, help_text="Null where the next run replaces what is shown.")
    waiting = serializers.IntegerField(help_text="News that no run has seen: they wait while scores are held.")
    choices = KeptRunSerializer(many=True, help_text="Runs whose scores can be shown instead, newest first.")
    turns = TurnSerializer(many=True, help_text="The last ones, newest first.")
