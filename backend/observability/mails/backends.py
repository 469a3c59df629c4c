"""The e-mail backends: one that leaves mails to a worker, and the one of the worker, which EMAIL_URL names."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from backend.observability.mails.services import mails_queue
from backend.observability.metrics.counters import MAILS


class QueueingBackend(BaseEmailBackend):
    """Takes mails from whoever sends one, in their transaction; a worker sends them."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        mails_queue(messages=email_messages)
        return len(email_messages)


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
