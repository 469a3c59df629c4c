"""Every text that people read goes through the translations: seen in a language that brackets each of them.

Whatever users wrote is in Greek letters here, so that Latin letters outside of brackets are a text of ours that was
forgotten.
"""

import re
from html.parser import HTMLParser

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils.translation import trans_real

from backend.accounts.models import Contributor, PersonalToken, User
from backend.accounts.services import contributor_get_or_create
from backend.accounts.tokens.services import token_create
from backend.common.api.scopes import Scope
from backend.participation.my_space.my_items import ratings_set_public
from backend.pipeline.models import Run
from backend.pipeline.services import run_create, run_execute
from backend.polls.models import Poll
from tests.factories import UserFactory, judged_poll, say
from tests.routes import routes

LANGUAGE = "eo"  # known to Django, so that dates and numbers have a form; its words are never used
OPEN, CLOSE = "⟦", "⟧"
LATIN = re.compile(r"[A-Za-z]{2,}")
READ_ALOUD = ("alt", "title", "aria-label", "placeholder", "summary", "aria-description", "aria-valuetext")
NOT_WORDS = ("script", "style", "code", "kbd", "pre", "textarea", "time")
VOID = ("img", "input", "meta", "link", "br", "hr", "wbr", "source", "path", "rect", "circle", "line", "use", "col")


class Bracketed(trans_real.DjangoTranslation):
    """Translates every text to itself in brackets."""

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message.rpartition(trans_real.CONTEXT_SEPARATOR)[2]}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@pytest.fixture
def bracketed(settings, monkeypatch):
    settings.LANGUAGES = [(LANGUAGE, "Ελληνικά")]
    settings.SITE_NAME = "Ηλίανθος"
    monkeypatch.setitem(trans_real._translations, LANGUAGE, Bracketed(LANGUAGE))


class Texts(HTMLParser):
    """Gathers the texts and spoken attributes of a page that lie outside of brackets."""

    def __init__(self) -> None:
        super().__init__()
        self.outside: list[str] = []
        self._depth = 0
        self._skipped, self._nested = "", 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self._skipped:
            self._nested += tag == self._skipped
            return
        for name in READ_ALOUD:
            self._judge(given.get(name) or "", f"{tag}[{name}]")
        if given.get("type") in ("submit", "button"):
            self._judge(given.get("value") or "" if tag == "input" else "", f"{tag}[value]")
        if tag not in VOID and (tag in NOT_WORDS or given.get("translate") == "no"):
            self._skipped, self._nested = tag, 1

    def handle_endtag(self, tag: str) -> None:
        if tag == self._skipped:
            self._nested -= 1
            if not self._nested:
                self._skipped = ""

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._judge(data, "text")

    def _judge(self, text: str, where: str) -> None:
        """Walk through a text, keeping count of brackets: a translation may hold markup, hence several texts."""
        kept = []
        depth = self._depth if where == "text" else 0
        for letter in text:
            depth += (letter == OPEN) - (letter == CLOSE)
            kept.append(letter if depth == 0 and letter != CLOSE else " ")
        if where == "text":
            self._depth = depth
        if LATIN.search("".join(kept)):
            self.outside.append(f"{where}: {' '.join(''.join(kept).split())[:80]}")


def outside_of_brackets(page: str) -> list[str]:
    texts = Texts()
    texts.feed(page)
    return texts.outside


@pytest.fixture
def run(transactional_db: None) -> Run:
    return computed(judged_poll(slug="poll", title="Ψηφοφορία", question="Ποιο;", criteria=("good", "clear")))


def computed(poll: Poll) -> Run:
    for number, entity in enumerate(poll.entities.order_by("uid")):
        entity.title, entity.text, entity.author, entity.tags = f"Πρόταση {number}", "Κείμενο.", "Αθηνά", ["χρώμα"]
        entity.save()
    for criterion in poll.criteria.all():
        criterion.title, criterion.question = "Καλό", "Ποιο είναι καλό;"
        criterion.save()
    for number, contributor in enumerate(Contributor.objects.all()):
        Contributor.objects.filter(pk=contributor.pk).update(name=f"Άννα{number}")
        ratings_set_public(
            contributor=contributor, poll=poll, keys={entity.pk for entity in poll.entities.all()}, is_public=True
        )
    return run_execute(run_id=run_create(poll=poll, trigger=Run.Trigger.COMMAND).pk)


@pytest.fixture
def people(run: Run) -> dict[str, User | None]:
    staff = UserFactory(username="Ζωή", email="z@example.org", is_staff=True)
    staff.save()
    EmailAddress.objects.create(user=staff, email=staff.email, verified=True, primary=True)
    say(contributor_get_or_create(user=staff), run.poll, "a", "b", good=3, clear=-2)
    run.poll.owner = staff
    run.poll.save()
    token_create(user=staff, name="Σημειωματάριο", scopes=tuple(Scope), days=30)
    return {"visitor": None, "staff": staff}


@pytest.mark.timeout(600)  # two visits to every page
def test_every_text_of_every_page_is_translated(bracketed, run: Run, people: dict[str, User | None]):
    problems, token_id = [], PersonalToken.objects.get().pk
    for route in (route for route in routes() if not route.pattern.startswith(("admin/", "api/"))):
        for who, user in people.items():
            client = Client(headers={"accept-language": LANGUAGE})
            if user is not None:
                client.force_login(user)
            page = client.get(route.address(slug="poll", uid="a", run_id=run.pk, name="Άννα0", token_id=token_id))
            assert page.status_code < 500, route.key
            if page.get("Content-Type", "").startswith("text/html"):
                problems += [f"{route.key} as {who}: {words}" for words in outside_of_brackets(page.text)]
    assert not problems, "\n".join(problems)


def test_a_forgotten_text_is_found():
    assert outside_of_brackets("<p>⟦Fine <b>words</b> here⟧ and not</p>") == ["text: and not"]
    assert outside_of_brackets('<img alt="Flower">') == ["img[alt]: Flower"]
    assert outside_of_brackets('<p translate="no">Français <i>too</i></p><code>x=yes</code><p>αβγ 12</p>') == []
