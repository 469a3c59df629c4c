"""People with accounts, and what they do at the door."""

import re
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from backend.accounts.models import User
from tests.factories import UserFactory

PASSWORD = "sunny-seeds-44"
NEW_PASSWORD = "windy-fields-77"


def member(name: str) -> User:
    """Return an account with a verified address that logs in with PASSWORD."""
    user: User = UserFactory(username=name)
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture(autouse=True)
def _fresh_limits(db: None) -> None:
    """Forget how often earlier tests knocked."""
    cache.clear()


@pytest.fixture
def ada(db: None) -> User:
    return member("ada")


def logged_in(name: str = "ada", password: str = PASSWORD, **headers: str) -> Client:
    client = Client(headers=headers)
    assert client.post("/accounts/login/", {"login": name, "password": password}).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/accounts/").status_code == 200


def proved(client: Client, url: str, data: dict[str, str] | None = None) -> HttpResponse:
    """Ask for what needs a fresh proof of the person, and prove it."""
    asked = client.get(url) if data is None else client.post(url, data)
    assert asked.url.startswith("/accounts/reauthenticate/")
    return client.post(asked.url, {"password": PASSWORD})


def sign_up(client: Client, username: str = "emmy", email: str = "emmy@example.org", **more: str) -> HttpResponse:
    form = {"username": username, "email": email, "password1": PASSWORD, "password2": PASSWORD}
    return client.post("/accounts/signup/", form | more)


def link(kind: str) -> str:
    """Return the path of the link in the last mail."""
    found = re.search(rf"http://testserver(/accounts/{kind}/\S+)", mail.outbox[-1].body)
    assert found
    return found[1]


def confirm(client: Client, url: str) -> HttpResponse:
    """Follow the link of a mail, and say yes."""
    page = client.get(url)
    assert "Yes, it is mine" in page.text
    target = re.search(r'name="next"\s+value="([^"]*)"', page.text)
    return client.post(urlsplit(url).path, {"next": target[1].replace("&amp;", "&")} if target else {})


def reset(client: Client, email: str) -> HttpResponse:
    """Ask for a link to choose a new password, and choose NEW_PASSWORD."""
    client.post("/accounts/password/reset/", {"email": email})
    form = client.get(link("password/reset"))
    return client.post(form.url, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
