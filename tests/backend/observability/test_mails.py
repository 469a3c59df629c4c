"""Mails wait in the database until the mail server takes them: no request waits, nothing is lost or sent twice."""

import re
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any, ClassVar

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from backend.observability.mails import services
from backend.observability.mails.services import MOST_ATTEMPTS, mails_send
from backend.observability.metrics.counters import MAILS
from backend.observability.models import QueuedMail
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ADA = "ada@example.org"


class MailServer(BaseEmailBackend):
    """A mail server that answers with these errors first, and then takes everything."""

    errors: ClassVar[list[Exception]] = []

    def send_messages(self, email_messages: Any) -> int:
        if self.errors:
            raise self.errors.pop(0)
        mail.outbox.extend(email_messages)
        return len(email_messages)


@pytest.fixture(autouse=True)
def errors(settings, monkeypatch) -> list[Exception]:
    monkeypatch.setattr(MailServer, "errors", found := [])
    settings.EMAIL_BACKEND = "backend.observability.mails.backends.QueueingBackend"
    settings.EMAIL_DELIVERY_BACKEND = f"{__name__}.MailServer"
    return found


def send(*addresses: str) -> None:
    for address in addresses:
        EmailMessage("Subject", "Text", to=[address]).send()


def hours_later() -> None:
    QueuedMail.objects.update(due_at=Now())
    mails_send()


def sent_to() -> list[str]:
    return [message.to[0] for message in mail.outbox]


def refused(code: int) -> SMTPRecipientsRefused:
    return SMTPRecipientsRefused({ADA: (code, b"no")})


# ---------------------------------------------------------------- before they are sent
@pytest.mark.parametrize("address", [ADA, "stranger@example.org"])
def test_a_request_leaves_a_mail_with_a_link_to_a_worker_whether_the_address_is_known_or_not(client, address):
    user = UserFactory(username="ada", email=ADA)
    EmailAddress.objects.create(user=user, email=ADA, verified=True, primary=True)
    assert client.post("/accounts/password/reset/", {"email": address}).status_code == 302
    assert mail.outbox == []
    waiting = QueuedMail.objects.get()
    mails_send()
    (message,) = mail.outbox
    assert message.to == [address]
    links = re.findall(r"http://\S+", message.body)
    assert links
    assert not [secret for secret in (address, *links) if secret in waiting.sealed]
    assert not QueuedMail.objects.exists()


def test_a_mail_of_what_did_not_happen_is_none():
    with transaction.atomic():
        send(ADA)
        transaction.set_rollback(True)
    assert not QueuedMail.objects.exists()


def test_no_redis_delays_a_mail_and_breaks_nothing(django_capture_on_commit_callbacks, monkeypatch):
    def down(*_: object, **__: object) -> None:
        raise OperationalError

    monkeypatch.setattr(services.current_app, "send_task", down)
    with django_capture_on_commit_callbacks() as callbacks:
        send(ADA)
    with pytest.raises(OperationalError):
        callbacks[0]()  # which Django logs: it is robust
    mails_send()
    assert sent_to() == [ADA]


def test_an_attachment_cannot_wait():
    message = EmailMessage("Subject", "Text", to=[ADA])
    message.attach("photo.png", b"...", "image/png")
    with pytest.raises(ValueError, match="put a link in its place"):
        message.send()


# ---------------------------------------------------------------- sending
def test_a_mail_that_is_not_taken_waits_and_is_sent_once(errors):
    errors.append(SMTPServerDisconnected("busy"))
    counted = [MAILS.labels(outcome)._value.get() for outcome in ("sent", "failed")]
    send(ADA)
    for _ in range(3):
        mails_send()
    assert sent_to() == [], "the mail server may have taken it and not said so: not again for minutes"
    number = services.unseal(QueuedMail.objects.get(error="SMTPServerDisconnected").sealed).message()["Message-ID"]
    for _ in range(2):
        hours_later()
    assert [message.message()["Message-ID"] for message in mail.outbox] == [number]
    assert [MAILS.labels(outcome)._value.get() for outcome in ("sent", "failed")] == [counted[0] + 1, counted[1] + 1]


def test_it_is_given_up_in_the_end(errors, caplog):
    errors.extend(SMTPServerDisconnected(f"{ADA} must wait") for _ in range(MOST_ATTEMPTS))
    send(ADA)
    for _ in range(MOST_ATTEMPTS + 1):
        hours_later()
    assert not errors
    assert sent_to() == []
    assert not QueuedMail.objects.exists()
    assert "is given up (SMTPServerDisconnected)" in caplog.text
    assert ADA not in caplog.text


@pytest.mark.parametrize(("code", "waits"), [(450, True), (550, False)])
def test_an_address_that_is_refused_holds_up_no_other(errors, code, waits):
    errors.append(refused(code))
    send(ADA, "bob@example.org")
    mails_send()
    assert sent_to() == ["bob@example.org"]
    assert QueuedMail.objects.exists() == waits


def test_a_mail_sealed_with_a_key_that_is_gone_holds_up_no_other(settings):
    send(ADA)
    settings.SECRET_KEY = "another key, since the first one leaked"
    send("bob@example.org")
    mails_send()
    assert sent_to() == ["bob@example.org"]
    assert not QueuedMail.objects.exists()


# ---------------------------------------------------------------- trying it out
def test_the_command_tries_the_mail_server_at_once_and_says_what_is_wrong(errors, capsys):
    call_command("sendtestemail", ADA)
    assert sent_to() == [ADA]
    assert "took it" in capsys.readouterr().out
    errors.append(SMTPServerDisconnected("go away"))
    with pytest.raises(CommandError, match="go away"):
        call_command("sendtestemail", ADA)
