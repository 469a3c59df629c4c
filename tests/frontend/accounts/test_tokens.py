"""Personal tokens on their pages: made, seen once, listed, revoked."""

import re
from html import unescape

import pytest
from django.core import mail
from django.test import Client

from backend.accounts.models import PersonalToken, User
from backend.accounts.tokens.secrets import digest_of
from backend.accounts.tokens.services import MOST, token_create
from backend.common.api.scopes import Scope
from tests.frontend.accounts.conftest import NEW_PASSWORD, PASSWORD, logged_in, member, proved, reset

NEW = "/accounts/tokens/new/"
FORM = {"name": "Notebook", "scopes": ["read", "write"], "days": "30"}


@pytest.fixture
def client(ada: User) -> Client:
    return logged_in()


@pytest.fixture
def certain(client: Client) -> Client:
    """Return a client that has just proved who is there."""
    assert proved(client, NEW).url == NEW
    return client


def made(user: User, name: str = "Notebook") -> PersonalToken:
    return token_create(user=user, name=name, scopes=[Scope.READ], days=90)[0]


def test_it_works(certain: Client, ada: User) -> None:
    mail.outbox.clear()
    answer = certain.post(NEW, FORM)
    assert answer.status_code == 201
    assert "no-store" in answer["Cache-Control"]
    text = re.search(r">(hel_[^<]+)</textarea>", answer.text)[1]
    token = PersonalToken.objects.get()
    assert (token.user, token.digest, token.scopes) == (ada, digest_of(text), ["read", "write"])
    assert (token.expires_at - token.created_at).days in (29, 30)
    assert f"TOKEN={text}\n" in unescape(answer.text)
    assert Client(headers={"Authorization": f"Bearer {text}"}).get("/api/v1/tokens/").status_code == 200
    # Nowhere again: not in the list, not in the mail that tells of it.
    listed = certain.get("/accounts/tokens/").text
    assert "Notebook" in listed
    (message,) = mail.outbox
    assert "“Notebook”" in message.body
    assert text not in listed + message.body + repr(dict(certain.session.items()))


def test_the_account_leads_there_and_an_empty_list_teaches(client: Client) -> None:
    assert 'href="/accounts/tokens/"' in client.get("/accounts/").text
    assert "No token yet" in client.get("/accounts/tokens/").text


def test_making_one_asks_who_is_there(client: Client) -> None:
    assert client.get(NEW).url.startswith("/accounts/reauthenticate/")
    assert client.post(NEW, FORM).url.startswith("/accounts/reauthenticate/")
    assert not PersonalToken.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"name": "x" * 101}, {"name": "\0"}, {"scopes": []}, {"scopes": ["all"]}, {"days": "9999"}]
)
def test_a_wrong_answer_makes_none_and_says_why(certain: Client, wrong: dict[str, object]) -> None:
    answer = certain.post(NEW, FORM | wrong)
    assert answer.status_code == 422
    assert "errorlist" in answer.text
    assert not PersonalToken.objects.exists()


def test_so_many_and_no_more(certain: Client, ada: User) -> None:
    for _ in range(MOST):
        made(ada)
    answer = certain.post(NEW, FORM)
    assert answer.status_code == 422
    assert "Revoke one" in answer.text


def test_one_is_revoked_after_a_question(client: Client, ada: User) -> None:
    token, other = made(ada), made(ada, name="Other")
    address = f"/accounts/tokens/{token.pk}/revoke/"
    assert "“Notebook”" in client.get(address).text
    assert PersonalToken.objects.count() == 2
    assert "“Notebook” is revoked" in client.post(address, follow=True).text
    assert PersonalToken.objects.get() == other
    assert client.post(address).status_code == 404


def test_others_tokens_are_not_mine(client: Client) -> None:
    token = made(member("bob"), name="Bob’s")
    assert "Bob’s" not in client.get("/accounts/tokens/").text
    for ask in (client.get, client.post):
        assert ask(f"/accounts/tokens/{token.pk}/revoke/").status_code == 404
    assert PersonalToken.objects.exists()


def test_tokens_end_when_the_password_changes_or_is_reset(certain: Client, ada: User) -> None:
    made(ada)
    form = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    certain.post("/accounts/password/change/", form)
    assert not PersonalToken.objects.exists()
    made(ada)
    reset(Client(), ada.email)
    assert not PersonalToken.objects.exists()
