"""Switches as somebody set them, and mails that wait to be sent."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
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


class QueuedMail(models.Model):
    """A mail that a worker is to send; deleted when the mail server has taken it."""

    sealed = models.TextField(editable=False, help_text=_("The mail, encrypted: it may hold links that set passwords."))
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    due_at = models.DateTimeField(_("sent from"), db_default=Now(), editable=False, db_index=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    error = models.CharField(_("why it was not taken"), max_length=100, blank=True, default="", editable=False)

    class Meta:
        verbose_name = _("mail that waits")
        verbose_name_plural = _("mails that wait")

    def __str__(self) -> str:
        return str(self.pk)
