"""What workers do for those who run the site."""
# mypy: disable-error-code="untyped-decorator"
# Celery has no type hints.

from typing import Any

from celery import shared_task

from backend.alerts.mails import mail_send
from backend.alerts.services import runs_watch

MOST_RETRIES = 8
"""With pauses of one minute, two, four and so on, up to an hour: a mail server may be down for a night's work."""


@shared_task(name="alerts.runs_watch")
def runs_watch_task() -> None:
    """Look at the runs that ended; every few seconds, by beat."""
    runs_watch()


@shared_task(
    name="alerts.mail_send",
    autoretry_for=(OSError,),
    retry_backoff=60,
    retry_backoff_max=3600,
    max_retries=MOST_RETRIES,
)
def mail_send_task(kind: str, address: str, language: str, facts: dict[str, Any]) -> None:
    """Send one mail to one reader."""
    mail_send(kind=kind, address=address, language=language, facts=facts)
