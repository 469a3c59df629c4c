"""Mails leave in the end, and are counted; the language that somebody reads is remembered."""

import smtplib
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client
from django.urls import reverse

from backend.accounts.models import User
from backend.alerts.tasks import MOST_RETRIES, mail_send_task
from backend.observability.metrics.counters import MAILS
from tests.factories import UserFactory

FACTS = {"place": "home", "error": "KeyError", "line": "home.py:1", "reference": "abc"}
ARGUMENTS = ("site_error", "ops@example.org", "en", FACTS)


class Unwilling(BaseEmailBackend):
    """A mail server that takes the third attempt, or none."""

    attempts, willing_at = 0, 3

    def send_messages(self, email_messages: Any) -> int:
        type(self).attempts += 1
        if self.attempts < self.willing_at:
            raise smtplib.SMTPServerDisconnected("busy")
        mail.outbox.extend(email_messages)
        return len(email_messages)


@pytest.fixture
def unwilling(settings, monkeypatch) -> type[Unwilling]:
    monkeypatch.setattr(Unwilling, "attempts", 0)
    settings.EMAIL_BACKEND = "backend.observability.mail.CountingBackend"
    settings.EMAIL_DELIVERY_BACKEND = f"{__name__}.Unwilling"
    return Unwilling


def counted() -> tuple[float, float]:
    return MAILS.labels("sent")._value.get(), MAILS.labels("failed")._value.get()


def test_a_mail_that_is_not_taken_is_sent_again(unwilling):
    sent, failed = counted()
    mail_send_task.apply(ARGUMENTS)
    assert [message.subject for message in mail.outbox] == ["Helianthus: a fault at home"]
    assert counted() == (sent + 1, failed + 2)


def test_it_is_given_up_in_the_end(unwilling, monkeypatch):
    monkeypatch.setattr(unwilling, "willing_at", 10_000)
    outcome = mail_send_task.apply(ARGUMENTS)
    assert isinstance(outcome.result, smtplib.SMTPServerDisconnected)
    assert unwilling.attempts == MOST_RETRIES + 1


def test_a_title_cannot_add_a_header(db):
    facts = {"poll": "Cities\nBcc: all@example.org", "run_id": 1, "step": "", "reason": "", "path": "/"}
    mail_send_task.run("run_failed", "ops@example.org", "en", facts)
    assert mail.outbox[0].message()["Bcc"] is None


# ---------------------------------------------------------------- languages
@pytest.fixture
def user(db: None) -> User:
    user = UserFactory(username="claire", password=make_password("a long password"))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def language_of(user: User) -> str:
    user.refresh_from_db()
    return user.language


def test_logging_in_remembers_the_language_of_the_page(user):
    client = Client(headers={"accept-language": "fr"})
    client.post(reverse("account_login"), {"login": "claire", "password": "a long password"})
    assert language_of(user) == "fr"


def test_choosing_a_language_remembers_it_and_a_made_up_one_is_none(user):
    client = Client()
    client.force_login(user)
    for chosen, remembered in (("fr", "fr"), ("en", "en"), ("xx", ""), ("", "")):
        client.post(reverse("language"), {"language": chosen})
        assert language_of(user) == remembered
