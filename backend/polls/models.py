"""Polls and the criteria they ask about."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backend.common.models import BaseModel


class Poll(BaseModel):
    """A question asked about a set of entities, on one or more criteria."""

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("Public: listed and open to everybody")
        UNLISTED = "unlisted", _("Unlisted: open to whoever has the address")
        STAFF = "staff", _("Staff only")

    slug = models.SlugField(max_length=100, unique=True)
    title = models.CharField(max_length=200)
    question = models.CharField(max_length=300)
    description = models.TextField(blank=True, max_length=10_000)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="polls"
    )
    visibility = models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.PUBLIC)
    is_open = models.BooleanField(default=True, help_text=_("Contributors may judge."))
    is_simulated = models.BooleanField(default=False, help_text=_("Its contributors are simulated; pages say so."))
    licence = models.CharField(max_length=200, blank=True, help_text=_("Licence and source of imported data."))
    run_config = models.JSONField(
        default=dict, blank=True, help_text=_('How scores are computed, e.g. {"preset": "tournesol", "seed": 0}.')
    )

    class Meta:
        ordering = ("title",)
        constraints = (
            models.CheckConstraint(
                condition=Q(visibility__in=("public", "unlisted", "staff")), name="poll_visibility_known"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def version(self) -> str:
        """Another text after every change: what forms send back, so that nobody overwrites what they have not read."""
        return self.updated_at.isoformat()


class Criterion(BaseModel):
    """One aspect on which two entities are compared. The first of a poll is its main criterion."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="criteria")
    name = models.SlugField(max_length=500, help_text=_("In files and the API."))
    title = models.CharField(max_length=200)
    question = models.CharField(max_length=300, blank=True)
    description = models.TextField(blank=True, max_length=2_000)
    position = models.PositiveSmallIntegerField(default=0)
    is_optional = models.BooleanField(default=False)

    class Meta:
        ordering = ("position", "id")
        verbose_name_plural = "criteria"
        constraints = (models.UniqueConstraint(fields=("poll", "name"), name="criterion_name_unique_in_poll"),)

    def __str__(self) -> str:
        return self.title


class News(models.Model):
    """Something happened that can move a poll's scores. A row a change, so that savers never wait for each other."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="news")
    # The database's clock, which also tells how old they are: machines that save judgments may differ.
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "news"
        indexes = (models.Index("poll", "created_at", name="news_of_a_poll"),)

    def __str__(self) -> str:
        return f"{self.poll_id} at {self.created_at}"
