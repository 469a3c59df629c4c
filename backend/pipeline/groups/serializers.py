"""Groups of contributors, as the API shows them. The context holds the items by key."""

from typing import Any

from rest_framework import serializers

from backend.common.api.fields import LONGEST_CRITERION, TextField
from backend.common.api.serializers import Parameters
from backend.pipeline.groups.selectors import Agreement, Group, Groups, Preference, State


class GroupParameters(Parameters):
    """Groups by which criterion."""

    criterion = TextField(required=False, max_length=LONGEST_CRITERION, help_text="By default the main one.")


class PreferenceSerializer(serializers.Serializer[Preference]):
    """An item that a group likes more than the others do; means of public scores."""

    entity = serializers.CharField(help_text="Its uid.")
    score = serializers.FloatField(help_text="Of the group.")
    others = serializers.FloatField(help_text="Of all others.")
    contributors = serializers.IntegerField(help_text="Of the group, who show a score of it.")


class GroupSerializer(serializers.Serializer[Group]):
    """A group of contributors."""

    size = serializers.IntegerField()
    prefers = PreferenceSerializer(many=True)


class AgreementSerializer(serializers.Serializer[Agreement]):
    """An item that every group likes."""

    entity = serializers.CharField(help_text="Its uid.")
    low = serializers.FloatField(help_text="Mean of the group that likes it least.")
    high = serializers.FloatField(help_text="Mean of the group that likes it most.")


class GroupsSerializer(serializers.Serializer[Any]):
    """The groups by one criterion, the largest first."""

    state = serializers.ChoiceField(
        choices=[str(state) for state in State], help_text="`one`: no groups; `few`: too few show their scores."
    )
    criterion = serializers.CharField()
    contributors = serializers.IntegerField(help_text="Who show enough scores.")
    silhouette = serializers.FloatField(help_text="How well the groups are apart, up to 1.")
    groups = GroupSerializer(many=True)
    agreed = AgreementSerializer(many=True)


def groups_told(found: Groups, *, criterion: str, uids: dict[int, str]) -> dict[str, object]:
    """Return groups with the uids of items in place of keys, without those hidden since."""
    return {
        "state": str(found.state),
        "criterion": criterion,
        "contributors": found.contributors,
        "silhouette": found.silhouette,
        "groups": [
            {
                "size": group.size,
                "prefers": [
                    {"entity": uids[p.entity_id], "score": p.score, "others": p.others, "contributors": p.contributors}
                    for p in group.prefers
                    if p.entity_id in uids
                ],
            }
            for group in found.groups
        ],
        "agreed": [
            {"entity": uids[a.entity_id], "low": a.low, "high": a.high} for a in found.agreed if a.entity_id in uids
        ],
    }
