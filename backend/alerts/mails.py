"""The words of mails: templates of a subject, in the first line, and a text."""

from collections.abc import Mapping

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import override

from backend.alerts.recipients import Recipient


def mail_send(*, kind: str, recipient: Recipient, facts: Mapping[str, object]) -> None:
    """Send a mail in its reader's language: leave it to a worker, in the caller's transaction."""
    context = {**facts, "site_name": settings.SITE_NAME, "link": f"{settings.SITE_URL}{facts.get('path', '')}"}
    with override(recipient.language):
        subject, _, text = render_to_string(f"alerts/{kind}.txt", context).strip().partition("\n")
    # A title has no line ends, but a header with one would be another header.
    EmailMessage(subject=" ".join(subject.split()), body=text.strip() + "\n", to=[recipient.address]).send()
