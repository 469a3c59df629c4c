"""Signing up, verifying an address, changing it, resetting a password."""

import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client

from backend.accounts.models import User
from backend.accounts.services import accounts_delete_unverified, contributor_get_or_create
from tests.frontend.accounts.conftest import (
    NEW_PASSWORD,
    PASSWORD,
    confirm,
    is_in,
    link,
    logged_in,
    proved,
    reset,
    sign_up,
)

JUDGED = "/polls/poll/compare/?left=a&right=b&judge-good=3"


def test_signing_up_needs_the_link_in_the_mail(client, db):
    assert sign_up(client).url == "/accounts/confirm-email/"
    assert not is_in(client)
    assert "emmy" in mail.outbox[0].body
    assert confirm(client, link("confirm-email")).status_code == 302
    assert is_in(client)
    assert User.objects.get(username="emmy").emailaddress_set.get().verified


def test_what_a_visitor_judged_is_kept_through_signing_up(client, poll):
    sign_up(client, next=JUDGED)
    assert confirm(client, link("confirm-email")).url == JUDGED
    assert "Save" in client.get(JUDGED).text


def test_what_a_visitor_judged_is_kept_in_another_browser_too(client, poll):
    sign_up(client, next=JUDGED)
    elsewhere = Client()
    arrived = confirm(elsewhere, link("confirm-email"))
    assert arrived.url == JUDGED
    page = elsewhere.get(arrived.url)
    log_in = re.search(r'href="(/accounts/login/\?next=[^"]*)"', page.text)
    kept = parse_qs(urlsplit(log_in[1].replace("&amp;", "&")).query)["next"][0]
    assert parse_qs(urlsplit(kept).query) == parse_qs(urlsplit(JUDGED).query)
    assert "Your answer counts once you log in" in page.text


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/x?" + "y" * 2_000])
def test_the_mail_leads_nowhere_else(client, db, target):
    sign_up(client, next=target)
    assert "evil" not in mail.outbox[0].body
    assert len(mail.outbox[0].body) < 1_000


def test_the_link_works_once(client, db):
    sign_up(client)
    url = link("confirm-email")
    confirm(client, url)
    assert "too old, or was used already" in Client().get(url).text
    assert Client().post(url).status_code == 404


def test_the_first_to_verify_an_address_owns_it(db):
    squatter, owner = Client(), Client()
    sign_up(squatter, username="squatter")
    squatters_link = link("confirm-email")
    mail.outbox.clear()
    cache.clear()  # one mail to an address in three minutes
    sign_up(owner, username="emmy")
    confirm(owner, link("confirm-email"))
    assert is_in(owner)
    assert "already belongs to another account" in Client().get(squatters_link).text
    Client().post(squatters_link)
    assert EmailAddress.objects.get(verified=True).user.username == "emmy"


def test_names_are_no_addresses(client, db):
    assert "without @" in sign_up(client, username="emmy@example.org").text
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "password", ["short-1", "Summer2026!", "dragondragon", "p4ssw0rd##", "1234567890", "emmy@example"]
)
def test_weak_passwords_are_refused(client, db, password):
    assert sign_up(client, password1=password, password2=password).status_code == 200
    assert not User.objects.exists()


def test_a_new_address_counts_once_verified_and_the_old_one_is_told(ada, mailoutbox):
    client = logged_in()
    proved(client, "/accounts/email/", {"email": "ada@new.example", "action_add": ""})
    assert User.objects.get().email == "ada@example.org"
    assert mailoutbox[-1].to == ["ada@new.example"]
    assert "waits until" in client.get("/accounts/email/").text
    confirm(client, link("confirm-email"))
    assert User.objects.get().email == "ada@new.example"
    assert [address.email for address in EmailAddress.objects.all()] == ["ada@new.example"]
    assert mailoutbox[-1].to == ["ada@example.org"]
    assert "ada@new.example" in mailoutbox[-1].body


def test_a_change_of_address_can_be_called_off(ada):
    client = logged_in()
    EmailAddress.objects.create(user=ada, email="ada@new.example")
    proved(client, "/accounts/email/", {"email": "ada@new.example", "action_remove": ""})
    assert [address.email for address in EmailAddress.objects.all()] == ["ada@example.org"]


def test_resetting_a_password_ends_all_sessions(ada):
    before = logged_in()
    client = Client()
    client.post("/accounts/password/reset/", {"email": "ada@example.org"})
    url = link("password/reset")
    chosen = client.post(client.get(url).url, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert chosen.url == "/accounts/password/reset/key/done/"
    assert "used already" in Client().get(url, follow=True).text
    assert not is_in(before)
    assert is_in(logged_in(password=NEW_PASSWORD))


def test_a_reset_leaves_a_suspended_contributor_suspended(ada):
    contributor = contributor_get_or_create(user=ada)
    contributor.is_suspended = True
    contributor.save()
    reset(Client(), "ada@example.org")
    logged_in(password=NEW_PASSWORD)
    contributor.refresh_from_db()
    assert contributor.is_suspended


def test_a_closed_account_gets_no_reset_and_no_log_in(ada):
    client = Client()
    client.post("/accounts/password/reset/", {"email": "ada@example.org"})
    url = link("password/reset")
    User.objects.update(is_active=False)
    client.post(
        client.get(url, follow=True).request["PATH_INFO"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    )
    client.post("/accounts/password/reset/", {"email": "ada@example.org"})
    assert "password/reset/key" not in mail.outbox[-1].body
    for password in (PASSWORD, NEW_PASSWORD):
        client.post("/accounts/login/", {"login": "ada", "password": password})
        assert not is_in(client)
    assert not User.objects.get().is_active


def test_verifying_does_not_open_a_closed_account(client, db):
    sign_up(client)
    User.objects.update(is_active=False)
    confirm(client, link("confirm-email"))
    assert not is_in(client)
    client.post("/accounts/login/", {"login": "emmy", "password": PASSWORD})
    assert not is_in(client)
    assert not User.objects.get().is_active


def test_who_never_verifies_is_forgotten_and_the_name_free_again(client, ada):
    sign_up(client, username="late")
    sign_up(client, username="early", email="early@example.org")
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    User.objects.exclude(username="early").update(date_joined=long_ago, last_login=None)
    assert accounts_delete_unverified() == 1
    assert set(User.objects.values_list("username", flat=True)) == {"ada", "early"}
