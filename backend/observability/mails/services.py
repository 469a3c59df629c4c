"""Writes: mails to be sent, and what became of them."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused

from celery import current_app
from cryptography.fernet import InvalidToken
from django.core.mail import EmailMessage, get_connection
from django.db import connection, transaction
from django.db.models.functions import Now

from backend.observability.mails.sealed import seal, unseal
from backend.observability.metrics.counters import MAILS
from backend.observability.models import QueuedMail

logger = logging.getLogger(__name__)

TASK = "mails.send"
SENDING = "backend.observability.mails.backends.CountingBackend"
MOST_ATTEMPTS = 12
"""With pauses of two minutes, four, eight and so on, up to an hour: a mail server may be down for a night's work."""
LONGEST_PAUSE = timedelta(hours=1)
LOCK = 7_145_021
"""Of PostgreSQL, for this alone: one process at a time sends, so that a slow mail server holds up no other."""
OF_ONE_MAIL = (SMTPRecipientsRefused, SMTPDataError)
"""The mail server works, and does not want this mail."""


# ---------------------------------------------------------------- before
def mails_queue(*, messages: Sequence[EmailMessage]) -> None:
    """Let a worker send mails once the caller's transaction has succeeded.

    Raises
    ------
    ValueError
        One has attachments.
    """
    QueuedMail.objects.bulk_create([QueuedMail(sealed=seal(message)) for message in messages])
    # Beat asks for the same, every few seconds: a Redis that is down delays a mail, and is no error of the caller's.
    transaction.on_commit(_ask_a_worker, robust=True)


def _ask_a_worker() -> None:
    current_app.send_task(TASK, retry=False)


# ---------------------------------------------------------------- by a worker
def mails_send() -> None:
    """Send the mails that are due, until the mail server does not answer; each again later where it was not taken."""
    with _alone() as is_alone:
        while is_alone and (mail := _take()):
            if not _sent(mail):
                return


@contextmanager
def _alone() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        (is_alone,) = cursor.fetchone() or (False,)
        try:
            yield is_alone
        finally:
            if is_alone:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _take() -> QueuedMail | None:
    """Return a mail that is due, and put it off first: whatever happens to this process, it is not sent twice soon."""
    due = QueuedMail.objects.filter(due_at__lte=Now()).order_by("due_at", "pk")
    while (mail := due.first()) and mail.attempts >= MOST_ATTEMPTS:
        _give_up(mail, mail.error)
    if mail:
        mail.attempts += 1
        pause = min(timedelta(minutes=2**mail.attempts), LONGEST_PAUSE)
        QueuedMail.objects.filter(pk=mail.pk).update(attempts=mail.attempts, due_at=Now() + pause)
    return mail


def _sent(mail: QueuedMail) -> bool:
    """Try to send a mail, and tell whether to go on with the next."""
    try:
        get_connection(SENDING).send_messages([unseal(mail.sealed)])
    except InvalidToken:
        _give_up(mail, "sealed with another SECRET_KEY")
    except OSError as error:
        _not_taken(mail, error)
        return isinstance(error, OF_ONE_MAIL)
    else:
        mail.delete()
    return True


def _not_taken(mail: QueuedMail, error: OSError) -> None:
    # The name alone: what mail servers answer quotes addresses.
    name = type(error).__name__
    if _is_final(error):
        _give_up(mail, name)
        return
    QueuedMail.objects.filter(pk=mail.pk).update(error=name)
    logger.warning("The mail %s was not taken (%s), attempt %s", mail.pk, name, mail.attempts)


def _is_final(error: OSError) -> bool:
    """Tell whether the mail server will never take the mail for any of its readers (RFC 5321: 5yz)."""
    return isinstance(error, SMTPRecipientsRefused) and all(code >= 500 for code, _ in error.recipients.values())


def _give_up(mail: QueuedMail, reason: str) -> None:
    logger.error("The mail %s is given up (%s) after %s attempts", mail.pk, reason, mail.attempts)
    MAILS.labels("given_up").inc()
    mail.delete()
