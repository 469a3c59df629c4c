"""What contributors keep for themselves while they judge."""

from django.db import models

from backend.accounts.models import Contributor
from backend.common.models import BaseModel
from backend.entities.models import Entity


class RateLater(BaseModel):
    """An item that a contributor means to compare. Nobody else sees it."""

    # No index of its own where a constraint's index begins with the same column.
    contributor = models.ForeignKey(Contributor, on_delete=models.CASCADE, db_index=False, related_name="rate_later")
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="rate_later")

    class Meta:
        verbose_name = "item to rate later"
        verbose_name_plural = "items to rate later"
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("contributor", "entity"), name="rate_later_once"),)

    def __str__(self) -> str:
        return f"{self.entity_id} for {self.contributor_id}"
