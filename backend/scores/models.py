"""Published scores. Only `scores.services.score_set_publish` writes them.

All scores are on the published scale: squashed to (-100, 100).
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.accounts.models import Contributor
from backend.common.models import BaseModel
from backend.entities.models import Entity
from backend.polls.models import Criterion, Poll


class ScoreSet(BaseModel):
    """All scores of one run of one poll. Immutable once published, but for what is deleted by whoever it was of."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="score_sets")
    snapshot_digest = models.CharField(max_length=64)
    result_digest = models.CharField(max_length=64)
    config = models.JSONField()
    code_version = models.CharField(max_length=100)
    judgments = models.PositiveBigIntegerField()
    contributors = models.PositiveIntegerField()
    entities = models.PositiveIntegerField()

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(F("poll"), F("id").desc(), name="score_set_newest_first"),)

    def __str__(self) -> str:
        return f"{self.poll_id}: {self.result_digest[:12]}"

    @property
    def hold(self) -> "Hold | None":
        """Why its poll goes on showing the scores it shows, if somebody holds them."""
        return getattr(self.poll, "hold", None)


class Publication(models.Model):
    """Which score set a poll shows. Flipping this row is the publication."""

    poll = models.OneToOneField(Poll, on_delete=models.CASCADE, primary_key=True, related_name="publication")
    score_set = models.ForeignKey(ScoreSet, on_delete=models.RESTRICT, related_name="publications")
    published_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.poll_id} shows {self.score_set_id}"


class Hold(models.Model):
    """A poll goes on showing the scores it shows, whatever news come, until somebody goes forward."""

    LONGEST_REASON: ClassVar = 300

    poll = models.OneToOneField(Poll, on_delete=models.CASCADE, primary_key=True, related_name="hold")
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="holds"
    )
    reason = models.CharField(max_length=LONGEST_REASON, help_text=_("Everybody can read it."))
    since = models.DateTimeField(auto_now_add=True)
    news_seen = models.PositiveBigIntegerField(
        default=0, help_text=_("How many news waited when the shown scores were last rid of what was deleted.")
    )

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="hold_has_a_reason"),)

    def __str__(self) -> str:
        return f"{self.poll_id} held since {self.since}"


class Turn(models.Model):
    """One time that a poll was turned to other scores by hand, or its hold ended. Kept for ever.

    Score sets are named by number and time: the rows themselves are dropped one day.
    """

    class Action(models.TextChoices):
        BACK = "back", _("Turned back and held")
        FORWARD = "forward", _("Went forward to the newest scores")
        LIFTED = "lifted", _("Released by itself: somebody in the held scores deleted their account")

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, db_index=False, related_name="turns")
    action = models.CharField(max_length=10, choices=Action.choices)
    turned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="turns"
    )
    reason = models.CharField(max_length=Hold.LONGEST_REASON, blank=True)
    from_set = models.BigIntegerField()
    from_computed_at = models.DateTimeField()
    to_set = models.BigIntegerField()
    to_computed_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(condition=Q(action__in=("back", "forward", "lifted")), name="turn_action_known"),
        )
        indexes = (models.Index(F("poll"), F("id").desc(), name="turn_newest_first"),)

    def __str__(self) -> str:
        return f"{self.poll_id}: {self.action} from {self.from_set} to {self.to_set}"


class CollectiveScore(models.Model):
    """The score of an entity on a criterion, with its left and right uncertainties."""

    id = models.BigAutoField(primary_key=True)
    # No index of its own here and below where a constraint's index begins with the same column.
    score_set = models.ForeignKey(ScoreSet, on_delete=models.CASCADE, db_index=False, related_name="collective_scores")
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="collective_scores")
    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, related_name="collective_scores")
    score = models.FloatField()
    left = models.FloatField()
    right = models.FloatField()
    polarisation = models.FloatField()
    contributors = models.PositiveIntegerField()
    voting_right = models.FloatField(help_text="Total over its contributors.")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("score_set", "criterion", "entity"), name="one_collective_score"),
        )
        indexes = (models.Index(F("score_set"), F("criterion"), F("score").desc(), F("entity"), name="ranking"),)

    def __str__(self) -> str:
        return f"{self.score:.1f}"


class IndividualScore(models.Model):
    """A contributor's score of an entity, raw and scaled. Partitioned by score set (see the migration).

    Rows are loaded by COPY and dropped with their partition, so keys to other tables are not enforced by
    the database: `scores.services` deletes what belongs to a deleted contributor; what is left of a deleted
    entity is read by nobody and goes with its partition.
    """

    pk = models.CompositePrimaryKey("score_set_id", "criterion_id", "entity_id", "contributor_id")
    score_set = models.ForeignKey(
        ScoreSet, on_delete=models.DO_NOTHING, db_constraint=False, related_name="individual_scores"
    )
    criterion = models.ForeignKey(Criterion, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    entity = models.ForeignKey(
        Entity, on_delete=models.DO_NOTHING, db_constraint=False, related_name="individual_scores"
    )
    contributor = models.ForeignKey(
        Contributor, on_delete=models.DO_NOTHING, db_constraint=False, related_name="individual_scores"
    )
    score = models.FloatField()
    left = models.FloatField()
    right = models.FloatField()
    raw_score = models.FloatField()
    raw_left = models.FloatField()
    raw_right = models.FloatField()
    voting_right = models.FloatField()
    is_public = models.BooleanField()

    class Meta:
        managed = False
        db_table = "scores_individualscore"

    def __str__(self) -> str:
        return f"{self.score:.1f}"


class ContributorScaling(models.Model):
    """How a contributor's raw scores were put on the common scale: multiplier * raw + translation."""

    id = models.BigAutoField(primary_key=True)
    score_set = models.ForeignKey(ScoreSet, on_delete=models.CASCADE, db_index=False, related_name="scalings")
    contributor = models.ForeignKey(Contributor, on_delete=models.CASCADE, related_name="scalings")
    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, related_name="+")
    multiplier = models.FloatField()
    translation = models.FloatField()
    multiplier_uncertainty = models.FloatField()
    translation_uncertainty = models.FloatField()
    is_scaler = models.BooleanField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("score_set", "criterion", "contributor"), name="one_scaling"),
            models.CheckConstraint(condition=Q(multiplier__gte=0), name="multiplier_not_negative"),
        )

    def __str__(self) -> str:
        return f"x {self.multiplier:.3g} {self.translation:+.3g}"
