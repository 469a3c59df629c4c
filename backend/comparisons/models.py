"""What contributors said, and what they keep private."""

import math

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Abs, Greatest, Least

from backend.accounts.models import Contributor
from backend.common.models import BaseModel
from backend.entities.models import Entity
from backend.polls.models import Criterion, Poll


class Comparison(BaseModel):
    """A pair of entities judged by a contributor: once a pair, whichever way round."""

    was_created = False
    """Not stored: set by `comparison_save` where the pair was new."""

    # The database checks (left, poll) and (right, poll) together, and by them the poll: see migration 0002.
    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, db_constraint=False, related_name="comparisons")
    # No index of its own here and below where a constraint's index begins with the same column.
    contributor = models.ForeignKey(Contributor, on_delete=models.CASCADE, db_index=False, related_name="comparisons")
    left = models.ForeignKey(Entity, on_delete=models.CASCADE, db_constraint=False, related_name="comparisons_left")
    right = models.ForeignKey(Entity, on_delete=models.CASCADE, db_constraint=False, related_name="comparisons_right")

    class Meta:
        ordering = ("-updated_at",)
        constraints = (
            models.UniqueConstraint(
                "contributor",
                "poll",
                Least("left", "right"),
                Greatest("left", "right"),
                name="pair_judged_once_by_a_contributor",
            ),
            models.CheckConstraint(condition=~Q(left=F("right")), name="left_is_not_right"),
        )

    def __str__(self) -> str:
        return f"{self.left_id} / {self.right_id} by {self.contributor_id}"


class Judgment(BaseModel):
    """The value of a comparison on one criterion, from -maximum to maximum; positive prefers the right entity."""

    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, db_index=False, related_name="judgments")
    # A handful of criteria share a million judgments: reading them all costs no more than their index would.
    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, db_index=False, related_name="judgments")
    value = models.FloatField()
    maximum = models.FloatField(default=10)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("comparison", "criterion"), name="one_judgment_per_criterion"),
            # PostgreSQL sorts NaN above every number, so both checks refuse NaN and infinities too.
            models.CheckConstraint(
                condition=Q(maximum__gt=0, maximum__lt=math.inf), name="maximum_positive_and_finite"
            ),
            models.CheckConstraint(condition=Q(maximum__gte=Abs("value")), name="value_within_its_maximum"),
        )

    def __str__(self) -> str:
        return f"{self.value:+g}/{self.maximum:g}"


class Rating(BaseModel):
    """Whether a contributor shows what they think of an entity. No row: private."""

    contributor = models.ForeignKey(Contributor, on_delete=models.CASCADE, db_index=False, related_name="ratings")
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="ratings")
    is_public = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("contributor", "entity"), name="one_rating_per_contributor_and_entity"),
        )

    def __str__(self) -> str:
        return f"{self.contributor_id} on {self.entity_id}: {'public' if self.is_public else 'private'}"
