"""What workers do for those who run the site."""
# mypy: disable-error-code="untyped-decorator"
# Celery has no type hints.

from celery import shared_task

from backend.alerts.services import runs_watch


@shared_task(name="alerts.runs_watch")
def runs_watch_task() -> None:
    """Look at the runs that ended; every few seconds, by beat."""
    runs_watch()
