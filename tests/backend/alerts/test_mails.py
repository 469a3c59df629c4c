"""Mails are in the language that somebody reads, which is remembered."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.test import Client
from django.urls import reverse

from backend.accounts.models import User
from backend.alerts.mails import mail_send
from backend.alerts.recipients import Recipient
from tests.factories import UserFactory


def test_a_title_cannot_add_a_header():
    facts = {"poll": "Cities\nBcc: all@example.org", "run_id": 1, "step": "", "reason": "", "path": "/"}
    mail_send(kind="run_failed", recipient=Recipient("ops@example.org", "en"), facts=facts)
    assert mail.outbox[0].message()["Bcc"] is None


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
