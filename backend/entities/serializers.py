"""Items as the API shows them."""

from rest_framework import serializers

from backend.entities.models import ContextNote, Entity


class EntitySerializer(serializers.ModelSerializer[Entity]):
    """An item without its scores."""

    url = serializers.CharField(help_text="Where it is to be found; may be empty.")

    class Meta:
        model = Entity
        fields: tuple[str, ...] = ("uid", "title", "text", "author", "url", "tags", "published_on")


class ContextNoteSerializer(serializers.ModelSerializer[ContextNote]):
    """What moderators tell about an item."""

    class Meta:
        model = ContextNote
        fields = ("text", "is_warning", "updated_at")
