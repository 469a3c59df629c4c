"""The pages of one's account, seen by who is logged in."""

import pytest
from django.test import Client

from tests.frontend.accounts.conftest import NEW_PASSWORD, PASSWORD, is_in, logged_in, member

SENSITIVE = ("/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/", "/accounts/2fa/recovery-codes/generate/")
PAGES = (
    "/accounts/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/2fa/webauthn/",
    "/accounts/sessions/",
    "/accounts/3rdparty/",
    "/accounts/reauthenticate/",
)


def test_the_account_leads_everywhere(ada):
    page = logged_in().get("/accounts/")
    assert page.status_code == 200
    for url in PAGES[1:6]:
        assert f'href="{url}"' in page.text
    assert "/accounts/3rdparty/" not in page.text


@pytest.mark.parametrize("url", PAGES)
def test_every_page_is_ours_and_private(ada, url):
    client = logged_in()
    page = client.get(url)
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert 'class="site-header"' in page.text
    assert Client().get(url).status_code == 302


@pytest.mark.parametrize("url", SENSITIVE)
def test_who_changes_how_to_get_in_proves_to_be_there(ada, url):
    client = logged_in()
    asked = client.get(url)
    assert asked.url.startswith("/accounts/reauthenticate/?next=")
    answered = client.post(asked.url, {"password": PASSWORD})
    assert answered.url.startswith("/accounts/2fa/")


def test_a_new_password_logs_out_everywhere_else(ada, mailoutbox):
    here, elsewhere = logged_in(), logged_in()
    form = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert here.post("/accounts/password/change/", form).url == "/accounts/"
    assert is_in(here)
    assert not is_in(elsewhere)
    assert "changed" in mailoutbox[0].body


def test_the_list_of_log_ins_and_logging_out_elsewhere(ada):
    here, elsewhere = logged_in(user_agent="Here"), logged_in(user_agent="Elsewhere")
    member("eve")
    other = logged_in("eve", user_agent="Stranger")
    page = here.get("/accounts/sessions/").text
    assert "Elsewhere" in page
    assert "Stranger" not in page
    here.post("/accounts/sessions/")
    assert [is_in(client) for client in (here, elsewhere, other)] == [True, False, True]
    assert "nowhere else" in here.get("/accounts/sessions/").text


def test_wrong_methods(ada):
    assert logged_in().post("/accounts/").status_code == 405


def test_visitors_log_in_first(client, db):
    assert client.get("/accounts/").url == "/accounts/login/?next=/accounts/"
