"""Switches as somebody set them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.common.models import BaseModel


class SwitchState(BaseModel):
    """How a switch stands; what it does and how it stands by itself is in `backend.observability.switches`."""

    class State(models.TextChoices):
        DEFAULT = "default", _("As by default")
        ON = "on", _("On")
        OFF = "off", _("Off")

    name = models.CharField(max_length=50, primary_key=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DEFAULT)
    note = models.CharField(_("note"), max_length=300, blank=True, help_text=_("Why, for the others who run the site."))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ("name",)
        verbose_name = _("switch")
        verbose_name_plural = _("switches")
        constraints = (
            models.CheckConstraint(condition=Q(state__in=("default", "on", "off")), name="switch_state_known"),
        )

    def __str__(self) -> str:
        return self.name
