"""Runs: from a snapshot of the judgments to a published score set."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.common.models import BaseModel
from backend.entities.models import Entity
from backend.polls.models import Criterion, Poll
from backend.scores.models import ScoreSet


class Snapshot(models.Model):
    """The judgments that a run read, compressed, named by their SHA-256."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="snapshots")
    digest = models.CharField(max_length=64)
    content = models.BinaryField()
    # Nobody who deletes their account should wait until all contents are unpacked.
    users = ArrayField(models.BigIntegerField(), null=True, help_text=_("The keys of the contributors in it."))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("poll", "digest"), name="one_snapshot_per_content"),)

    def __str__(self) -> str:
        return self.digest[:12]


class Run(BaseModel):
    """One recomputation of one poll."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    class Trigger(models.TextChoices):
        NEWS = "news", _("New judgments")
        PAGE = "page", _("Started on the page of runs")
        API = "api", _("Started through the API")
        COMMAND = "command", _("Started by a command")

    ACTIVE: ClassVar = (Status.QUEUED, Status.RUNNING)

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="runs")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    trigger = models.CharField(max_length=10, choices=Trigger.choices)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="runs"
    )
    is_dry_run = models.BooleanField(default=False, help_text=_("Computes all and publishes nothing."))
    config = models.JSONField(default=dict, blank=True)
    parameters = models.JSONField(
        default=dict, blank=True, help_text=_("What was asked for this run alone, over the poll's own settings.")
    )
    differences = models.JSONField(
        default=dict, blank=True, help_text=_("Constants that differed from the poll's own: [the poll's, this run's].")
    )
    lease = models.UUIDField(
        null=True, blank=True, editable=False, help_text=_("Held by the one execution that may publish this run.")
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    is_cancel_requested = models.BooleanField(default=False)
    step = models.CharField(max_length=50, blank=True)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    seconds_left = models.FloatField(null=True, blank=True, help_text=_("As earlier runs of the poll took."))
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    snapshot_digest = models.CharField(max_length=64, blank=True)
    result_digest = models.CharField(max_length=64, blank=True)
    code_version = models.CharField(max_length=100, blank=True)
    judgments = models.PositiveBigIntegerField(null=True, blank=True)
    contributors = models.PositiveIntegerField(null=True, blank=True)
    entities = models.PositiveIntegerField(null=True, blank=True)
    seconds = models.JSONField(default=dict, blank=True, help_text=_("Seconds per step."))
    memory = models.JSONField(
        default=dict, blank=True, help_text=_("Most memory that the process held during each step, in MiB.")
    )
    report = models.JSONField(default=dict, blank=True, help_text=_("Counts and certificates."))
    error = models.TextField(blank=True)
    score_set = models.OneToOneField(ScoreSet, null=True, blank=True, on_delete=models.SET_NULL, related_name="run")

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("poll",), condition=Q(status__in=("queued", "running")), name="one_active_run_per_poll"
            ),
            models.CheckConstraint(
                condition=Q(status__in=("queued", "running", "succeeded", "failed", "cancelled")),
                name="run_status_known",
            ),
        )
        indexes = (models.Index(F("poll"), F("id").desc(), name="run_newest_first"),)

    def __str__(self) -> str:
        return f"Run {self.pk} of {self.poll_id}: {self.status}"


class LogLine(models.Model):
    """Something that happened to a run, in order; `backend.pipeline.journal` has the words. It names nobody."""

    class Level(models.TextChoices):
        INFO = "info", _("Information")
        WARNING = "warning", _("Warning")
        ERROR = "error", _("Error")

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField()
    level = models.CharField(max_length=10, choices=Level.choices)
    event = models.CharField(max_length=40)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        # By time: those that ask for something write at once, a worker some moments later.
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S} {self.event}"


class Calibration(BaseModel):
    """One measurement of which sigma and root law suit the main criterion of a poll."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")

    ACTIVE: ClassVar = (Status.QUEUED, Status.RUNNING)

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="calibrations")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="calibrations"
    )
    lease = models.UUIDField(
        null=True, blank=True, editable=False, help_text=_("Held by the one execution that may write the outcome.")
    )
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    snapshot_digest = models.CharField(max_length=64, blank=True)
    criterion = models.CharField(max_length=500, blank=True)
    judgments = models.PositiveIntegerField(default=0, help_text=_("How many were read."))
    sampled = models.PositiveIntegerField(default=0, help_text=_("How many of them the measurement used."))
    seconds = models.FloatField(default=0.0)
    candidates = models.JSONField(default=list, blank=True, help_text=_("Each sigma and root law, with its error."))
    indifferent = models.FloatField(default=0.0, help_text=_("The error of a model that knows nothing."))
    error = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("poll",), condition=Q(status__in=("queued", "running")), name="one_active_calibration_per_poll"
            ),
            models.CheckConstraint(
                condition=Q(status__in=("queued", "running", "succeeded", "failed")), name="calibration_status_known"
            ),
        )

    def __str__(self) -> str:
        return f"Calibration {self.pk} of {self.poll_id}: {self.status}"

    @property
    def best(self) -> dict[str, Any] | None:
        """The candidate of the smallest error; the first one of several."""
        return min(self.candidates, key=lambda candidate: float(candidate["error"]), default=None)


class InfluenceBound(models.Model):
    """How low and how high others could take a collective score, in points, with all scales as they are.

    Newcomers: one contributor of full trust. Crowd: any number of accounts without trust. Coalition: present
    contributors who hold a tenth of the voting right.
    """

    id = models.BigAutoField(primary_key=True)
    # No index of its own here where a constraint's index begins with the same column.
    score_set = models.ForeignKey(ScoreSet, on_delete=models.CASCADE, db_index=False, related_name="influence_bounds")
    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, related_name="+")
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")
    newcomers_low = models.FloatField()
    newcomers_high = models.FloatField()
    crowd_low = models.FloatField()
    crowd_high = models.FloatField()
    coalition_low = models.FloatField()
    coalition_high = models.FloatField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("score_set", "entity", "criterion"), name="one_influence_bound"),
        )

    def __str__(self) -> str:
        return f"{self.crowd_low:.1f} to {self.crowd_high:.1f}"
