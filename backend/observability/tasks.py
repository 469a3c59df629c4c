"""What workers do for whoever sends mail."""
# mypy: disable-error-code="untyped-decorator"
# Celery has no type hints.

from celery import shared_task

from backend.observability.mails.services import TASK, mails_send


@shared_task(name=TASK)
def mails_send_task() -> None:
    """Send what is due; asked for with each mail, and by beat."""
    mails_send()
