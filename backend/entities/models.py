"""The things that are compared. Page text calls them items."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.common.models import BaseModel
from backend.polls.models import Poll


class Entity(BaseModel):
    """One thing of one poll."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="entities")
    uid = models.CharField(max_length=500, help_text="Its name in addresses, files and the API.")
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True, max_length=20_000)
    author = models.CharField(max_length=200, blank=True)
    url = models.URLField(max_length=2_000, blank=True)
    tags = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    published_on = models.DateField(null=True, blank=True)
    is_hidden = models.BooleanField(default=False)
    search = models.GeneratedField(
        expression=SearchVector("title", config="simple", weight="A")
        + SearchVector("author", config="simple", weight="B")
        + SearchVector("text", config="simple", weight="C"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        verbose_name_plural = "entities"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("poll", "uid"), name="entity_uid_unique_in_poll"),
            # Target of the keys by which a comparison proves that its entities are of its poll.
            models.UniqueConstraint(fields=("id", "poll"), name="entity_and_its_poll"),
            models.CheckConstraint(condition=~Q(uid=""), name="entity_has_a_uid"),
        )
        indexes = (
            GinIndex(fields=["search"], name="entity_search"),
            GinIndex(fields=["tags"], name="entity_tags"),
            models.Index("poll", "id", name="entity_shown", condition=Q(is_hidden=False)),
            models.Index("poll", "created_at", name="entity_added", condition=Q(is_hidden=False)),
        )

    def __str__(self) -> str:
        return self.title


class ContextNote(BaseModel):
    """What a poll's moderators tell about an item. Each change is kept in the poll's history."""

    entity = models.OneToOneField(Entity, on_delete=models.CASCADE, related_name="note")
    text = models.TextField(max_length=2_000)
    is_warning = models.BooleanField(default=False, help_text=_("Readers may leave such items out."))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(text=""), name="context_note_says_something"),)

    def __str__(self) -> str:
        return self.text[:80]
