"""Celery's scheduler, for machines whose clock is set back."""

from celery.beat import PersistentScheduler


class Scheduler(PersistentScheduler):  # type: ignore[misc]  # Celery has no type hints
    """Celery's own, which would wait until the clock has caught up with the last time that a task was sent."""

    def tick(self, **options: object) -> float:
        late = [entry for entry in self.schedule.values() if entry.last_run_at > entry.default_now()]
        for entry in late:
            entry.last_run_at = entry.default_now()
        if late:
            self._heap = None  # sorted by times to come that are far away now
        seconds: float = super().tick(**options)
        return seconds
