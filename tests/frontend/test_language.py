"""The reader's language and time zone."""

from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.utils import timezone, translation


def test_the_browser_decides_on_the_first_visit(client, db):
    page = client.get("/", headers={"accept-language": "fr-CA,fr;q=0.9"})
    assert '<html lang="fr"' in page.text
    assert "Accept-Language" in page["Vary"]
    assert '<html lang="en"' in client.get("/", headers={"accept-language": "tlh"}).text


def test_a_chosen_language_is_remembered_and_leads_back(client, db):
    answer = client.post("/language/", {"language": "fr", "next": "/how-it-works/?x=1"})
    assert answer.url == "/how-it-works/?x=1"
    assert '<html lang="fr"' in client.get("/", headers={"accept-language": "en"}).text


@pytest.mark.parametrize("nonsense", ["", "xx", "../etc", "fr\0"])
def test_an_unknown_language_is_forgotten(client, db, nonsense):
    client.post("/language/", {"language": "fr"})
    assert client.post("/language/", {"language": nonsense}).status_code == 302
    assert '<html lang="en"' in client.get("/").text


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_language_leads_nowhere_else(client, db, target):
    assert client.post("/language/", {"language": "fr", "next": target}).url == "/"


NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def told(when: datetime | None) -> str:
    return Template("{% load times %}{{ when|moment }}").render(Context({"when": when}))


def test_times_name_their_zone():
    assert told(NOON) == '<time datetime="2026-07-01T12:00:00+00:00">July 1, 2026, noon UTC</time>'
    with timezone.override("Europe/Paris"), translation.override("fr"):
        assert told(NOON) == '<time datetime="2026-07-01T14:00:00+02:00">1 juillet 2026 14:00 CEST</time>'
    assert told(None) == "–"


@pytest.mark.parametrize("named", ["Asia/Tokyo", "../../etc/passwd", "Nowhere/Else"])
def test_times_are_told_in_the_zone_of_the_browser(client, poll, named):
    client.cookies["timezone"] = named
    seen = client.get("/polls/poll/items/a/")
    assert seen.status_code == 200
    assert (" JST</time>" in seen.text) == (named == "Asia/Tokyo")
