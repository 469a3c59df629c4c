"""Who vouches for whom."""

from django.db import models
from django.db.models import F, Q

from backend.accounts.models import Contributor
from backend.common.models import BaseModel


class Vouch(BaseModel):
    """A contributor's word that another is a real and honest person, worth ``value`` in [0, 1]."""

    voucher = models.ForeignKey(Contributor, on_delete=models.CASCADE, related_name="vouches_given")
    vouchee = models.ForeignKey(Contributor, on_delete=models.CASCADE, related_name="vouches_received")
    value = models.FloatField(default=1)

    class Meta:
        verbose_name_plural = "vouches"
        constraints = (
            models.UniqueConstraint(fields=("voucher", "vouchee"), name="vouch_once"),
            models.CheckConstraint(condition=~Q(voucher=F("vouchee")), name="no_vouch_for_oneself"),
            models.CheckConstraint(condition=Q(value__gte=0, value__lte=1), name="vouch_value_between_0_and_1"),
        )

    def __str__(self) -> str:
        return f"{self.voucher_id} -> {self.vouchee_id}"
