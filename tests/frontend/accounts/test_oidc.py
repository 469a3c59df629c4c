"""Logging in with an account at another site, against a real provider on loopback."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import environ
import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.test import Client

from backend.accounts.models import User
from backend.config.social import oidc_from
from tests.frontend.accounts.conftest import confirm, is_in, link, logged_in, proved
from tests.frontend.accounts.oidc import CLIENT_ID, SECRET, Provider

LOGIN = "/accounts/oidc/sso/login/"
EMMY = {"sub": "1", "email": "emmy@example.org", "email_verified": True, "preferred_username": "emmy"}


@pytest.fixture(scope="module")
def server() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture
def provider(server, settings) -> Provider:
    """Configure the provider as an administrator would, untrusted."""
    configure(server, settings)
    server.claims = dict(EMMY)
    return server


@pytest.fixture
def trusted(provider, settings) -> Provider:
    configure(provider, settings, SOCIAL_OIDC_TRUST_EMAIL="true")
    return provider


def configure(provider: Provider, settings, **more: str) -> None:
    env = environ.Env()
    env.ENVIRON = {
        "SOCIAL_OIDC_NAME": "Our login",
        "SOCIAL_OIDC_SERVER_URL": provider.url,
        "SOCIAL_OIDC_CLIENT_ID": CLIENT_ID,
        "SOCIAL_OIDC_SECRET": SECRET,
    } | more
    settings.SOCIALACCOUNT_PROVIDERS = oidc_from(env).providers


def arrive(client: Client, query: str = ""):
    """Go to the provider and come back."""
    leaving = client.post(LOGIN + query)
    back = requests.get(leaving.url, allow_redirects=False, timeout=60).headers["Location"]
    parts = urlsplit(back)
    return client.get(f"{parts.path}?{parts.query}")


def join(client: Client, username: str = "emmy", email: str = "emmy@example.org", query: str = ""):
    assert arrive(client, query).url == "/accounts/3rdparty/signup/"
    assert f'value="{email}"' in client.get("/accounts/3rdparty/signup/").text
    return client.post("/accounts/3rdparty/signup/", {"username": username, "email": email})


def test_without_a_provider_there_is_no_button(client, db):
    assert "Go on with" not in client.get("/accounts/login/").text
    assert client.post(LOGIN).status_code == 404


def test_the_button_leads_to_the_provider(client, provider):
    page = client.get("/accounts/login/?next=/how-it-works/").text
    assert "Go on with Our login" in page
    assert f'action="{LOGIN}?process=login&amp;next=%2Fhow-it-works%2F"' in page
    assert client.post(LOGIN).url.startswith(f"{provider.url}/authorization?")
    assert client.get(LOGIN).status_code == 200


def test_a_trusted_provider_that_verified_the_address_is_believed(client, trusted):
    assert join(client, query="?next=/how-it-works/").url == "/how-it-works/"
    assert is_in(client)
    assert EmailAddress.objects.get().verified
    again = Client()
    arrive(again)
    assert is_in(again)
    assert User.objects.count() == 1


@pytest.mark.parametrize("verified", [False, "false", None, 0, "no"])
def test_what_a_trusted_provider_did_not_verify_is_verified_by_mail(client, trusted, verified):
    trusted.claims["email_verified"] = verified
    assert join(client).url == "/accounts/confirm-email/"
    assert not is_in(client)
    confirm(client, link("confirm-email"))
    assert is_in(client)


def test_an_untrusted_provider_is_not_believed(client, provider):
    assert join(client).url == "/accounts/confirm-email/"
    assert not is_in(client)
    assert not EmailAddress.objects.get().verified


@pytest.mark.parametrize("kind", ["provider", "trusted"])
def test_an_address_of_somebody_else_opens_nothing_of_theirs(client, ada, request, kind):
    request.getfixturevalue(kind).claims["email"] = ada.email
    assert join(client, username="eve", email=ada.email).url == "/accounts/confirm-email/"
    assert not is_in(client)
    assert "already belongs to an account" in mail.outbox[-1].body
    assert not SocialAccount.objects.filter(user=ada).exists()
    assert EmailAddress.objects.get(verified=True).user == ada


def test_a_closed_account_stays_closed(client, trusted):
    join(client)
    User.objects.update(is_active=False)
    again = Client()
    arrive(again)
    assert not is_in(again)
    assert not User.objects.get().is_active


def test_connecting_and_disconnecting(ada, trusted):
    client = logged_in()
    assert "Other sites" in client.get("/accounts/").text
    proved(client, "/accounts/2fa/recovery-codes/generate/")
    arrive(client, "?process=connect")
    account = SocialAccount.objects.get()
    assert account.user == ada
    elsewhere = Client()
    arrive(elsewhere)
    assert "ada" in elsewhere.get("/accounts/").text
    client.post("/accounts/3rdparty/", {"account": account.pk})
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("query", ["", "?code=x&state=y", "?error=access_denied", "?state=\0&code=a"])
def test_a_return_that_nobody_asked_for_is_answered_in_words(client, provider, query):
    page = client.get(f"{LOGIN}callback/{query}", follow=True)
    assert "<h1" in page.text
    assert not is_in(client)


def test_a_provider_that_does_not_answer_is_answered_in_words(client, db, settings, provider):
    provider_down = type("Down", (), {"url": "http://127.0.0.1:9"})
    configure(provider_down, settings)
    assert "did not log you in" in client.post(LOGIN, follow=True).text
