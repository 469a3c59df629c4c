"""The reader's language and time zone."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.template import Context, Template
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import ngettext, trans_real

from backend.scores.models import CollectiveScore

TAGS = re.compile(r"<[^>]*>")
HOLES = re.compile(r"%\(\w+\)[a-z]|%[sd]|%%|</?\w+>")
"""What a translation keeps: placeholders and tags."""


def test_the_browser_decides_on_the_first_visit(client, db):
    page = client.get("/", headers={"accept-language": "fr-CA,fr;q=0.9"})
    assert '<html lang="fr"' in page.text
    assert "Accept-Language" in page["Vary"]
    assert '<html lang="en"' in client.get("/", headers={"accept-language": "tlh"}).text


def test_a_chosen_language_is_remembered_and_leads_back(client, db):
    answer = client.post("/language/", {"language": "fr", "next": "/how-it-works/?x=1"})
    assert answer.url == "/how-it-works/?x=1"
    assert '<html lang="fr"' in client.get("/", headers={"accept-language": "en"}).text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_language_calls_itself_by_its_own_name(client, db, language):
    page = client.get("/", headers={"accept-language": language})
    assert re.findall(r'<button[^>]*name="language"[^>]*>([^<]*)<', page.text) == ["English", "Français"]


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


# ---------------------------------------------------------------- French


@pytest.fixture
def french() -> Client:
    return Client(headers={"accept-language": "fr"})


def in_english(page: str) -> list[str]:
    """Return the texts of ours, of Django and of allauth that a French page still says in English."""
    said = " ".join(unescape(TAGS.sub(" ", page)).split())
    known = trans_real.translation("fr")._catalog.items()
    english = {key if isinstance(key, str) else key[0]: text for key, text in known}
    return [key for key, text in english.items() if len(key) > 12 and key != text and key in said]


def test_a_ranking_reads_french(french, poll):
    page = french.get("/polls/poll/")
    assert "entre 48 et 73, 14 contributeurs" in page.text
    assert "Pas encore jugé" in page.text
    assert in_english(page.text) == []


def test_comparing_reads_french(french, member, contributor, poll):
    french.force_login(member)
    address, pair = "/polls/poll/compare/", {"left": "a", "right": "b"}
    page = french.get(address, pair)
    assert "A bien meilleur" in page.text
    saved = french.post(address, pair | {"judge-good": "-4", "judge-clear": ""}, follow=True)
    assert "Enregistré. Vos propres scores maintenant" in saved.text
    assert in_english(page.text + saved.text) == []
    assert "Vous avez comparé 1 paire dans cette consultation." in french.get("/polls/poll/comparisons/").text


def test_errors_read_french(french, poll):
    for address, words in (("/nowhere/", "Page introuvable"), ("/polls/nix/", "La consultation « nix » n’existe pas.")):
        page = french.get(address)
        assert page.status_code == 404
        assert words in unescape(page.text).replace("\xa0", " ")
        assert in_english(page.text) == []


def test_english_left_on_a_page_is_found():
    assert in_english("<p>Show <b>all</b> items</p> Nothing <i>else</i>") == ["Show all items"]


def test_french_numbers_have_a_comma(french, poll):
    CollectiveScore.objects.update(voting_right=3.5)
    assert "pèsent 3,5 en tout" in french.get("/polls/poll/items/a/").text


@pytest.mark.parametrize(("n", "words"), [(0, "0 contributeur"), (1, "1 contributeur"), (2, "2 contributeurs")])
def test_french_counts_zero_as_one(n, words):
    with translation.override("fr"):
        assert ngettext("%(n)s contributor", "%(n)s contributors", n) % {"n": n} == words


def stored() -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the forms of each text of the French catalogue, in English and in French."""
    with (Path(settings.LOCALE_PATHS[0]) / "fr" / "LC_MESSAGES" / "django.po").open("rb") as file:
        for message in read_po(file, locale="fr"):
            if message.id:
                yield forms(message.id), forms(message.string)


def forms(text: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def test_no_translation_loses_a_placeholder_or_a_tag():
    # The plural decides: English and French may leave the number out of the singular.
    lost = [
        (english[-1], missing)
        for english, french in stored()
        if french[-1] and (missing := set(HOLES.findall(english[-1])) ^ set(HOLES.findall(french[-1])))
    ]
    assert lost == []


def test_french_signs_never_begin_a_line():
    broken = re.compile(r"[ ][:;!?»](?:\s|$)|«[ ]")
    assert [text for _, french in stored() for text in french if broken.search(text)] == []
