"""A mail as text that nobody reads without the secret key: it says to whom it goes, and its links may set passwords."""

import json
from email.utils import formatdate, make_msgid, parseaddr
from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives

from backend.common.encryption import fernet

PURPOSE = "mails"
FIELDS = ("subject", "body", "from_email", "to", "cc", "bcc", "reply_to")


def seal(message: EmailMessage) -> str:
    """Return a mail, with a number and a date of its own, so that a mail server knows it again if it comes twice.

    Raises
    ------
    ValueError
        It has attachments, which are too large to wait in the database.
    """
    if message.attachments:
        raise ValueError("A mail with attachments cannot wait for a worker: put a link in its place.")
    fields: dict[str, Any] = {name: getattr(message, name) for name in FIELDS}
    fields["headers"] = {**_number(message), **message.extra_headers}
    fields["alternatives"] = [list(each) for each in getattr(message, "alternatives", [])]
    return fernet(PURPOSE).encrypt(json.dumps(fields, default=str).encode()).decode()


def unseal(sealed: str) -> EmailMessage:
    """Return the mail.

    Raises
    ------
    cryptography.fernet.InvalidToken
        It was sealed with a secret key that is not known any more.
    """
    fields = json.loads(fernet(PURPOSE).decrypt(sealed.encode()))
    return EmailMultiAlternatives(**fields)


def _number(message: EmailMessage) -> dict[str, str]:
    # The domain of the sender: that of the machine may take a slow look into the DNS.
    domain = parseaddr(message.from_email)[1].rpartition("@")[2] or "localhost"
    return {"Message-ID": make_msgid(domain=domain), "Date": formatdate()}
