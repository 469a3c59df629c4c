"""The e-mail backend: the one that EMAIL_URL names, counted."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from backend.observability.metrics.counters import MAILS


class CountingBackend(BaseEmailBackend):
    """Hands mails on, and counts those that were taken and those that were not."""

    def __init__(self, fail_silently: bool = False, **options: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self._inner = get_connection(settings.EMAIL_DELIVERY_BACKEND, fail_silently=fail_silently, **options)

    def open(self) -> bool | None:
        return self._inner.open()

    def close(self) -> None:
        self._inner.close()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        try:
            sent = self._inner.send_messages(email_messages) or 0
        except Exception:
            MAILS.labels("failed").inc(len(email_messages))
            raise
        MAILS.labels("sent").inc(sent)
        MAILS.labels("failed").inc(len(email_messages) - sent)
        return sent
