"""Items as the API shows them."""

from rest_framework import serializers

from backend.entities.models import Entity


class EntitySerializer(serializers.ModelSerializer[Entity]):
    """An item without its scores."""

    class Meta:
        model = Entity
        fields: tuple[str, ...] = ("uid", "title", "text", "author", "url", "tags", "published_on")
