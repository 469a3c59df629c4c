"""Pages about the site, accounts, errors, and what all pages share."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client

PAGES = (
    "/",
    "/how-it-works/",
    "/polls/poll/",
    "/polls/poll/items/a/",
    "/polls/poll/compare/",
    "/accounts/login/",
    "/accounts/signup/",
)


def test_how_it_works(client, db):
    page = client.get("/how-it-works/")
    assert page.status_code == 200
    assert "Why a loud minority cannot bend the result" in page.text
    assert client.post("/how-it-works/").status_code == 405


@pytest.mark.parametrize("url", PAGES)
def test_every_page_has_its_title_one_heading_and_landmarks(client, poll, url):
    page = client.get(url).text
    assert re.search(r"<title>\s*\S", page)
    assert len(re.findall(r"<h1\b", page)) == 1
    assert page.count("<main") == page.count("<header class") - page.count("poll-head") - page.count("item-head") == 1
    assert 'href="#main"' in page


def test_titles_are_unique(client, poll):
    titles = [re.search(r"<title>(.*?)</title>", client.get(url).text, re.DOTALL) for url in PAGES]
    assert len({title[1].strip() for title in titles if title}) == len(PAGES)


@pytest.mark.parametrize("url", PAGES)
def test_nothing_is_inline(client, poll, url):
    page = client.get(url)
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page.text)
    assert "'unsafe" not in page["Content-Security-Policy"]


@pytest.mark.parametrize("chosen", ["light", "dark"])
def test_the_appearance_is_remembered_and_leads_back(client, db, chosen):
    answer = client.post("/theme/", {"theme": chosen, "next": "/how-it-works/?x=1"})
    assert answer.url == "/how-it-works/?x=1"
    assert f'data-theme="{chosen}"' in client.get("/").text
    client.post("/theme/", {"theme": "", "next": "/"})
    assert "data-theme" not in client.get("/").text


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\0", "x\r\nSet-Cookie: a=b", ""]
)
def test_the_appearance_leads_nowhere_else(client, db, target):
    answer = client.post("/theme/", {"theme": "dark", "next": target})
    assert answer.status_code == 302
    assert "evil" not in answer.url
    assert not re.search(r"^\w+:", answer.url)


def test_unknown_appearances_are_ignored(client, db):
    client.cookies["theme"] = '"><script>'
    assert '<script>"' not in client.get("/").text
    client.post("/theme/", {"theme": "pink"})
    assert "pink" not in client.get("/").text


def test_the_appearance_wants_post(client, db):
    assert client.get("/theme/").status_code == 405


def test_an_unknown_address_is_answered_in_words(client, db):
    page = client.get("/nowhere/")
    assert page.status_code == 404
    assert "There is no page at this address" in page.text


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_error_pages_need_nothing(name):
    page = render_to_string(f"{name}.html")
    assert "<h1" in page
    assert "/static/" in page


@pytest.mark.parametrize(
    "name", ["login", "signup", "reset_password", "reset_password_done", "email_verification_sent", "inactive"]
)
def test_account_pages_look_like_ours(client, db, name):
    from django.urls import reverse

    page = client.get(reverse(f"account_{name}"))
    assert page.status_code == 200
    assert 'class="site-header"' in page.text


@pytest.mark.parametrize("name", ["logout", "email", "change_password", "set_password"])
def test_account_pages_of_members_look_like_ours(member_client, name):
    from django.urls import reverse

    page = member_client.get(reverse(f"account_{name}"), follow=True)
    assert page.status_code == 200
    assert 'class="site-header"' in page.text


def test_signing_up_asks_to_verify_the_address(client, db, mailoutbox):
    form = {
        "username": "emmy",
        "email": "emmy@example.org",
        "password1": "sunny-seeds-44",
        "password2": "sunny-seeds-44",
    }
    page = client.post("/accounts/signup/", form, follow=True)
    assert "emmy@example.org" in mailoutbox[0].to
    link = re.search(r"/accounts/confirm-email/\S+", mailoutbox[0].body)
    assert link
    assert "<form" in Client().get(link[0]).text
    assert page.status_code == 200


def test_a_wrong_password_is_said_in_words(client, member):
    page = client.post("/accounts/login/", {"login": "ada", "password": "wrong"})
    assert "not correct" in page.text
    assert 'value="ada"' in page.text


def test_signing_up_with_a_weak_password_says_why(client, db):
    form = {"username": "emmy", "email": "emmy@example.org", "password1": "password", "password2": "password"}
    assert "too common" in client.post("/accounts/signup/", form).text
