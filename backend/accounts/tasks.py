"""What workers do for accounts."""
# mypy: disable-error-code="untyped-decorator"
# Celery has no type hints.

from celery import shared_task

from backend.accounts.services import accounts_delete_unverified


@shared_task(name="accounts.delete_unverified")
def delete_unverified() -> None:
    """Forget who signed up and never verified their address; by beat."""
    accounts_delete_unverified()
