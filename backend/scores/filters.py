"""What may be asked of published scores: which items, in which order."""

from typing import Any

from rest_framework import serializers

from backend.common.api.fields import (
    LONGEST_CRITERION,
    DateParameter,
    NumberParameter,
    TextField,
    WeightsParameter,
    WholeNumberParameter,
)
from backend.common.api.pagination import Key
from backend.common.api.serializers import PageParameters, Parameters
from backend.entities.selectors import LONGEST_SEARCH

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


class FilterParameters(PageParameters):
    """Which items of a poll."""

    search = TextField(required=False, max_length=LONGEST_SEARCH, help_text='Words, "a phrase", or -without.')
    tag = serializers.ListField(
        required=False,
        max_length=10,
        child=TextField(max_length=50),
        help_text="A tag that the items must bear; several may be given: `tag=a&tag=b`.",
    )
    author = TextField(required=False, max_length=LONGEST_SEARCH, help_text="Words of the author's name.")
    added_since = DateParameter(required=False, help_text="The first day (UTC) on which an item may have come in.")
    without_warnings = serializers.ChoiceField(
        required=False,
        choices=("yes",),
        error_messages={"invalid_choice": "Write `yes`, or leave it out."},
        help_text="`yes`: leave out items of which moderators warn.",
    )


class EntityParameters(FilterParameters):
    """Which items, in which order."""

    criterion = TextField(
        required=False, max_length=LONGEST_CRITERION, help_text="For `score` orders; by default the main one."
    )
    ordering = serializers.ChoiceField(
        default="-score",
        choices=tuple(ORDERINGS),
        error_messages={"invalid_choice": f"Choose one of: {', '.join(ORDERINGS)}."},
        help_text="A minus means highest, or newest, first. Items without a value come last.",
    )
    min_contributors = WholeNumberParameter(
        required=False, help_text="Only items that so many contributors judged on the criterion."
    )


class HistoryParameters(Parameters):
    """Of which score."""

    criterion = TextField(required=False, max_length=LONGEST_CRITERION, help_text="By default the main one.")


class RecommendationParameters(FilterParameters):
    """What counts, and how much of it an item needs."""

    criterion = TextField(
        required=False, max_length=LONGEST_CRITERION, help_text="Recommend by this one; by default the main one."
    )
    weights = WeightsParameter(required=False, help_text="Recommend by several: `priority:2,need:1`.")
    min_score = NumberParameter(default=RECOMMENDED_SCORE, min_value=-100, max_value=100)
    min_contributors = WholeNumberParameter(default=RECOMMENDED_CONTRIBUTORS, min_value=1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse two answers to one question."""
        if "criterion" in attrs and "weights" in attrs:
            raise serializers.ValidationError({"weights": "Give either criterion or weights."})
        return attrs
