"""Nobody learns from an answer whether an e-mail address belongs to an account.

Usernames are another matter: they are public, and signing up says when one is taken.
"""

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.test import Client

from backend.accounts.models import User
from tests.factories import UserFactory
from tests.frontend.accounts.conftest import logged_in, member, proved, sign_up

KNOWN, UNKNOWN, PENDING = "ada@example.org", "nobody@example.org", "pending@example.org"

pytestmark = pytest.mark.usefixtures("ada", "pending", "no_limits")


@pytest.fixture
def pending(db: None) -> None:
    """Have an address that was given and never verified."""
    user = UserFactory(username="pending", email=PENDING)
    EmailAddress.objects.create(user=user, email=PENDING, primary=True)


@pytest.fixture
def no_limits(settings) -> None:
    """Let tests knock as often as they like."""
    settings.ACCOUNT_RATE_LIMITS = False


TIMES = {"Expires", "Last-Modified", "Content-Length", "X-Request-ID"}


def seen(response, email: str) -> tuple[object, ...]:
    """Return what a client can tell an answer by, without its token, and with the typed address blanked."""
    text = re.sub(r'(csrfmiddlewaretoken"\s+value=|X-CSRFToken": )"[^"]*"', "", response.text).replace(email, "EMAIL")
    headers = {name: value for name, value in response.headers.items() if name not in TIMES}
    return response.status_code, sorted(response.cookies), headers, text


def all_seen(ask) -> list[object]:
    """Return what a form answers for each kind of address, with the pages it leads to and how many mails leave."""
    answers = []
    for email in (UNKNOWN, KNOWN, PENDING):
        mail.outbox.clear()
        client = Client()
        pages = ask(client, email)
        answers.append(([seen(page, email) for page in pages], [message.to == [email] for message in mail.outbox]))
    return answers


def same(answers: list[object]) -> bool:
    return all(answer == answers[0] for answer in answers)


def test_signing_up(db):
    names = iter(("member-a", "member-b", "member-c"))

    def ask(client, email):
        answer = sign_up(client, username=next(names), email=email)
        return [answer, client.get(answer.url)]

    answers = all_seen(ask)
    assert same(answers)
    assert answers[0][1] == [True]


def test_the_owner_of_an_address_is_told_that_somebody_gave_it():
    sign_up(Client(), username="eve", email=KNOWN)
    assert "already belongs to an account" in mail.outbox[0].body
    assert "confirm-email" not in mail.outbox[0].body


def test_a_name_is_taken_after_signing_up_whatever_the_address():
    def ask(client, email):
        User.objects.filter(username="eve").delete()
        sign_up(client, username="eve", email=email)
        again = sign_up(Client(), username="eve", email="other@example.org")
        assert "already exists" in again.text
        return [again]

    assert same(all_seen(ask))


@pytest.mark.parametrize("by", ["address", "name"])
def test_logging_in_with_the_password_one_signed_up_with(by):
    own = "rainy-clouds-88"

    def ask(client, email):
        User.objects.filter(username="eve").delete()
        sign_up(client, username="eve", email=email, password1=own, password2=own)
        other = Client()
        answer = other.post("/accounts/login/", {"login": email if by == "address" else "eve", "password": own})
        return [answer, *([other.get(answer.url)] if answer.status_code == 302 else [])]

    assert same(all_seen(ask))


def test_logging_in():
    assert same(
        all_seen(lambda client, email: [client.post("/accounts/login/", {"login": email, "password": "wrong"})])
    )


def test_resetting_a_password():
    def ask(client, email):
        answer = client.post("/accounts/password/reset/", {"email": email})
        return [answer, client.get(answer.url)]

    answers = all_seen(ask)
    assert same(answers)
    assert answers[0][1] == [True]


def test_changing_to_an_address():
    names = iter(("member-a", "member-b", "member-c"))

    def ask(_, email):
        name = next(names)
        member(name)
        client = logged_in(name)
        answer = proved(client, "/accounts/email/", {"email": email, "action_add": ""})
        page = client.get("/accounts/email/")
        page.content = page.text.replace(name, "NAME").encode()
        return [answer, page]

    answers = all_seen(ask)
    assert same(answers)
    assert answers[0][1] == [True]


def test_a_password_is_hashed_whether_the_address_is_known_or_not(monkeypatch):
    """Hashing takes most of the time of these forms, which a patient listener could measure."""
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: hashed.append(1) or encode(*args))
    counts = []
    for number, email in enumerate((UNKNOWN, KNOWN, PENDING)):
        hashed.clear()
        sign_up(Client(), username=f"n{number}", email=email)
        Client().post("/accounts/login/", {"login": email, "password": "wrong"})
        counts.append(len(hashed))
    assert len(set(counts)) == 1
