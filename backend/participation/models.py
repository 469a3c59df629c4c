"""What contributors keep for themselves while they judge."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

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


class SetAside(BaseModel):
    """A pair that a contributor cannot compare, and why: they are not asked about it again. Nobody else sees it."""

    class Reason(models.TextChoices):
        """Why not; left and right are those of the row."""

        LEFT_UNKNOWN = "left_unknown", _("I don't know A")
        RIGHT_UNKNOWN = "right_unknown", _("I don't know B")
        BOTH_UNKNOWN = "both_unknown", _("I know neither")
        NOT_COMPARABLE = "not_comparable", _("These two cannot be compared")
        OTHER = "other", _("Another reason")

    LONGEST = 200

    # No index of its own where a constraint's index begins with the same column.
    contributor = models.ForeignKey(Contributor, on_delete=models.CASCADE, db_index=False, related_name="set_aside")
    left = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="set_aside_left")
    right = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="set_aside_right")
    reason = models.CharField(max_length=20, choices=Reason)
    words = models.CharField(max_length=LONGEST, blank=True)

    class Meta:
        verbose_name = "pair set aside"
        verbose_name_plural = "pairs set aside"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                "contributor", Least("left", "right"), Greatest("left", "right"), name="pair_set_aside_once"
            ),
            models.CheckConstraint(condition=~Q(left=F("right")), name="set_aside_left_is_not_right"),
            models.CheckConstraint(
                condition=Q(reason__in=("left_unknown", "right_unknown", "both_unknown", "not_comparable", "other")),
                name="set_aside_reason_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.left_id} / {self.right_id} for {self.contributor_id}: {self.reason}"
