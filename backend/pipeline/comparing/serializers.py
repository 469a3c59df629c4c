"""How the scores of two runs differ, as the API shows it to whoever manages the poll."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.common.api.fields import LONGEST_CRITERION, TextField, WholeNumberParameter
from backend.common.api.pagination import PageSerializer
from backend.common.api.serializers import PageParameters
from backend.entities.models import Entity
from backend.entities.selectors import LONGEST_SEARCH
from backend.pipeline.comparing.selectors import MOVED, Show, Summary
from backend.pipeline.comparing.why import PROGRAM, Count, Reason, Reasons, State
from backend.pipeline.models import Run
from solidago.changes import KINDS, PARTS
from solidago.groups import SMALLEST


class ChangesParameters(PageParameters):
    """Which runs, which items."""

    since = WholeNumberParameter(required=False, help_text="The other run; by default the one before.")
    criterion = TextField(required=False, max_length=LONGEST_CRITERION, help_text="By default the main one.")
    search = TextField(required=False, max_length=LONGEST_SEARCH, help_text='Words, "a phrase", or -without.')
    show = serializers.ChoiceField(
        default=Show.MOVED.value,
        choices=[show.value for show in Show],
        help_text="moved: items that both runs score, those that moved most first. entered, left: the others.",
    )


class ComparedRunSerializer(serializers.ModelSerializer[Run]):
    """One of the two runs."""

    computed_at = serializers.DateTimeField(source="score_set.created_at")
    result_digest = serializers.CharField(source="score_set.result_digest")

    class Meta:
        model = Run
        fields = ("id", "computed_at", "result_digest")


class SummarySerializer(serializers.Serializer[Summary]):
    """How much the scores of a criterion moved as a whole."""

    both = serializers.IntegerField(help_text="Items that both runs score.")
    moved = serializers.IntegerField(help_text=f"Those that moved by {MOVED} points or more.")
    median = serializers.FloatField(help_text="Points by which half of them moved at most.")
    largest = serializers.FloatField()
    entered = serializers.IntegerField(help_text="Items that only the later run scores.")
    left = serializers.IntegerField(help_text="Items that only the earlier run scores.")


class ReasonSerializer(serializers.Serializer[Reason]):
    """A part of a move."""

    name = serializers.ChoiceField(choices=[*PARTS, PROGRAM])
    points = serializers.FloatField()
    people = serializers.IntegerField(
        allow_null=True, help_text="Raters of the item who are behind it; null for what concerns the whole poll."
    )


class CountSerializer(serializers.Serializer[Count]):
    """What happened to judgments of an item."""

    kind = serializers.ChoiceField(choices=KINDS)
    judgments = serializers.IntegerField()
    people = serializers.IntegerField()


class ReasonsSerializer(serializers.Serializer[Reasons]):
    """Parts that add up to a move, and what happened to the item's judgments."""

    parts = ReasonSerializer(many=True, help_text="The largest first; those of 0 points are left out.")
    few = serializers.FloatField(
        allow_null=True,
        help_text=f"The sum of all parts behind each of which stand fewer than {SMALLEST} people, and of one more, so "
        "that none can be subtracted; the whole move where that leaves fewer than one part of as many people. They are "
        "told apart to superusers alone. Null where there is no such part.",
    )
    counts = CountSerializer(
        many=True, help_text=f"But for superusers, counts of 1 to {SMALLEST - 1} people are told as {SMALLEST - 1}."
    )


class ScoreThenSerializer(serializers.Serializer[Any]):
    """What one of the two runs says of an item."""

    score = serializers.FloatField()
    left = serializers.FloatField()
    right = serializers.FloatField()
    contributors = serializers.IntegerField()
    rank = serializers.IntegerField(help_text="Among the items that are shown now.")


class MoveSerializer(serializers.Serializer[Entity]):
    """How far an item moved; the context holds ranks and reasons by the item's key."""

    uid = serializers.CharField()
    title = serializers.CharField()
    move = serializers.FloatField(allow_null=True, help_text="In points; null unless both runs score the item.")
    old = serializers.SerializerMethodField(help_text="Null where the earlier run does not score it.")
    new = serializers.SerializerMethodField(help_text="Null where the later run does not score it.")
    why = serializers.SerializerMethodField(help_text="Null unless `why` of the page is `told`.")

    @extend_schema_field(ScoreThenSerializer(allow_null=True))
    def get_old(self, entity: Entity) -> Any:
        """Return what the earlier run says."""
        return self._then(entity, "old")

    @extend_schema_field(ScoreThenSerializer(allow_null=True))
    def get_new(self, entity: Entity) -> Any:
        """Return what the later run says."""
        return self._then(entity, "new")

    def _then(self, entity: Entity, age: str) -> Any:
        if getattr(entity, f"{age}_score") is None:
            return None
        columns = ("score", "left", "right", "contributors")
        told = {name: getattr(entity, f"{age}_{name}") for name in columns}
        return told | {"rank": self.context["ranks"][age].get(entity.pk)}

    @extend_schema_field(ReasonsSerializer(allow_null=True))
    def get_why(self, entity: Entity) -> Any:
        """Return the reasons."""
        reasons = self.context["why"].reasons.get(entity.pk)
        return ReasonsSerializer(reasons).data if reasons else None


class ChangesPageSerializer(PageSerializer):
    """How the scores of two runs differ on one criterion."""

    old = ComparedRunSerializer()
    new = ComparedRunSerializer()
    criterion = serializers.CharField()
    summary = SummarySerializer()
    why = serializers.ChoiceField(
        choices=[state.value for state in State],
        help_text="Whether reasons are told. waiting: a worker is at it, ask again in some seconds. gone: the "
        "judgments behind one of the runs are no longer kept. failed: they cannot be computed any more.",
    )
    results = MoveSerializer(many=True)
