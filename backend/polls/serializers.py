"""Polls as the API shows them."""

from rest_framework import serializers

from backend.common.api.pagination import PageSerializer
from backend.polls.models import Criterion, Poll


class CriterionSerializer(serializers.ModelSerializer[Criterion]):
    """One aspect that a poll asks about; the first of a poll is its main one."""

    class Meta:
        model = Criterion
        fields = ("name", "title", "question", "description", "is_optional")


class PollSerializer(serializers.ModelSerializer[Poll]):
    """A poll in a list."""

    class Meta:
        model = Poll
        fields = ("slug", "title", "question", "is_open", "is_simulated")


class PollPageSerializer(PageSerializer):
    """A page of polls."""

    results = PollSerializer(many=True)
