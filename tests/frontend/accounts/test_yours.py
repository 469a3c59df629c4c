"""Taking one's data away, and deleting one's account, on its pages."""

import io
import zipfile

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from backend.accounts.models import Contributor, User
from backend.accounts.services import contributor_get_or_create
from tests.factories import PollFactory
from tests.frontend.accounts.conftest import PASSWORD, is_in, logged_in, member, proved

DELETE = "/accounts/yours/delete/"


@pytest.fixture
def client(ada: User) -> Client:
    return logged_in()


@pytest.fixture
def certain(client: Client) -> Client:
    """Return a client that has just proved who is there."""
    assert proved(client, DELETE).url == DELETE
    return client


def test_it_works(certain: Client, ada: User) -> None:
    contributor_get_or_create(user=ada)
    assert certain.post(DELETE, {"name": "ada"}).url == "/goodbye/"
    assert "Your account is deleted" in certain.get("/goodbye/").text
    assert not User.objects.exists()
    assert not Contributor.objects.exists()


def test_the_account_leads_to_its_data(client: Client) -> None:
    assert 'href="/accounts/yours/"' in client.get("/accounts/").text
    page = client.get("/accounts/yours/").text
    assert 'href="/accounts/yours/export.zip"' in page
    assert "judgments.csv" in page


@pytest.mark.django_db(transaction=True)
def test_the_download_is_an_archive_that_nobody_keeps(client: Client) -> None:
    answer = client.get("/accounts/yours/export.zip")
    assert answer["Content-Disposition"] == 'attachment; filename="ada.zip"'
    assert "no-store" in answer["Cache-Control"]
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer)))
    assert "ada@example.org" in archive.read("account.csv").decode()
    assert client.head("/accounts/yours/export.zip").content == b""


def test_downloads_are_limited(client: Client, settings) -> None:
    settings.API_LIMITS = settings.API_LIMITS | {"exports": 0}
    assert client.get("/accounts/yours/export.zip").status_code == 429


def test_visitors_are_sent_to_log_in(db: None) -> None:
    for path in ("", "export.zip", "delete/"):
        assert Client().get(f"/accounts/yours/{path}").url.startswith("/accounts/login/")


def test_deleting_asks_who_is_there(client: Client, ada: User) -> None:
    assert client.get(DELETE).url.startswith("/accounts/reauthenticate/")
    assert client.post(DELETE, {"name": "ada"}).url.startswith("/accounts/reauthenticate/")
    assert User.objects.filter(pk=ada.pk).exists()


@pytest.mark.parametrize("name", ["", "Ada", "bob"])
def test_another_name_deletes_nothing(certain: Client, ada: User, name: str) -> None:
    answer = certain.post(DELETE, {"name": name})
    assert answer.status_code == 422
    assert is_in(certain)


def test_every_session_ends_at_once_and_leaves_nothing(certain: Client) -> None:
    elsewhere = logged_in()
    certain.post(DELETE, {"name": "ada"})
    assert not is_in(certain)
    assert not is_in(elsewhere)
    assert not UserSession.objects.exists()
    assert not Session.objects.exists()
    assert "correct" in Client().post("/accounts/login/", {"login": "ada", "password": PASSWORD}).text


def test_a_mail_confirms_it(certain: Client) -> None:
    mail.outbox.clear()
    certain.post(DELETE, {"name": "ada"})
    (message,) = mail.outbox
    assert message.to == ["ada@example.org"]
    assert "“ada”" in message.body


def test_the_last_superuser_stays_and_reads_why(certain: Client, ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(is_staff=True, is_superuser=True)
    answer = certain.post(DELETE, {"name": "ada"})
    assert answer.status_code == 422
    assert "Make somebody else a superuser" in answer.text
    assert is_in(certain)
    User.objects.filter(pk=member("bob").pk).update(is_superuser=True)
    assert certain.post(DELETE, {"name": "ada"}).url == "/goodbye/"


def test_polls_stay_and_the_page_says_so(certain: Client, ada: User) -> None:
    poll = PollFactory(owner=ada)
    assert "The poll that you own stays" in certain.get(DELETE).text
    certain.post(DELETE, {"name": "ada"})
    poll.refresh_from_db()
    assert poll.owner is None
