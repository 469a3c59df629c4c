"""What is known of each poll's runs, so that everything is told once."""

from django.db import models

from backend.polls.models import Poll


class PollWatch(models.Model):
    """Up to which run a poll was looked at, since when its runs fail, and when somebody was told."""

    poll = models.OneToOneField(Poll, on_delete=models.CASCADE, primary_key=True, related_name="+")
    # Not a key: runs are deleted some day, the number stays.
    last_run = models.PositiveBigIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.poll_id} up to run {self.last_run}"
