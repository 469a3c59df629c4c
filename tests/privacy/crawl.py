"""Asks for every address as everybody, and finds what somebody reads who may not."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape

from django.http.response import HttpResponseBase

from tests.privacy.table import TABLE
from tests.privacy.world import KEEPER, OTHER, PEOPLE, VISITOR, Secret, World
from tests.routes import Route

NOT_SHARED = ("no-store", "private")
FEW_ELSEWHERE = (VISITOR, OTHER, KEEPER)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person got at one address."""

    route: str
    place: str
    address: str
    who: str
    status: int
    text: str
    headers: dict[str, str]

    @property
    def everything(self) -> str:
        """All that the reader of the answer sees: archives unpacked, references resolved, headers."""
        return self.text + repr(self.headers)

    def __str__(self) -> str:
        return f"{self.route} as {self.who} at {self.address}"


def crawl(world: World, found: Iterable[Route]) -> list[Answer]:
    """Ask for some routes as everybody whom their entries name: in the open poll, astray, and in one for staff."""
    return [
        _ask(world, route, place, route.address(**known) + query, who)
        for route in found
        for place, known in world.places.items()
        if _leads_elsewhere(route, place)
        for query in TABLE[route.key].queries
        for who in (TABLE[route.key].answers if place == "open" else FEW_ELSEWHERE)
    ]


def _leads_elsewhere(route: Route, place: str) -> bool:
    """Tell whether a place has an address of its own for a route that can be read."""
    decisive = {"open": set(), "astray": {"uid", "left", "right", "run_id"}, "secret": {"slug"}}[place]
    return place == "open" or (bool(route.parameters & decisive) and 405 not in TABLE[route.key].answers.values())


def ask(world: World, address: str) -> list[Answer]:
    """Ask for one address as everybody."""
    astray = Route("", address[1:], frozenset())
    return [_ask(world, astray, "astray", address, who) for who in PEOPLE]


def _ask(world: World, route: Route, place: str, address: str, who: str) -> Answer:
    response = world.clients[who].get(address)
    return Answer(route.key, place, address, who, response.status_code, text_of(response), dict(response.headers))


def text_of(response: HttpResponseBase) -> str:
    """Return what an answer says, an archive's members included."""
    content = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join([*archive.namelist(), *(archive.read(name).decode() for name in archive.namelist())])
    return unescape(content.decode(errors="replace"))


def leaks(world: World, answers: Iterable[Answer]) -> list[str]:
    """Return who read what they may not."""
    return [
        f"{answer} tells {secret.what}: {secret.text}"
        for answer in answers
        for said in [answer.everything.lower()]
        for secret in world.secrets
        if answer.who not in secret.readers
        and not (secret.below and answer.address.startswith(secret.below))
        and is_told(secret, said)
    ]


def is_told(secret: Secret, said: str) -> bool:
    """Tell whether a text in small letters holds a secret: a number not as the seconds of a time, which may be any."""
    text = secret.text.lower()
    before = r"(?<!\d)(?<!\d:)" if text[0].isdigit() else ""
    return text in said and re.search(before + re.escape(text), said) is not None


def wrong(answers: Iterable[Answer]) -> list[str]:
    """Return who got another answer in the open poll than the table says for the first query of a route."""
    return [
        f"{answer} got {answer.status}, by the table {TABLE[answer.route].answers[answer.who]}"
        for answer in answers
        if answer.place == "open"
        and answer.address.endswith(TABLE[answer.route].queries[0])
        and ("?" in answer.address) == bool(TABLE[answer.route].queries[0])
        and answer.status != TABLE[answer.route].answers[answer.who]
    ]


def opened(answers: Iterable[Answer]) -> list[str]:
    """Return which doors of a poll for staff are open to others."""
    return [
        f"{answer} is answered with {answer.status}"
        for answer in answers
        if answer.place == "secret" and answer.who != KEEPER and answer.status < 300
    ]


def cached(answers: list[Answer]) -> list[str]:
    """Return the answers that a shared cache could hand to somebody for whom they are not.

    An answer to somebody logged in is kept by nobody, unless it is the same as everybody's. One to a visitor that
    may be kept says that it depends on the cookie.
    """
    for_visitors = {answer.address: answer for answer in answers if answer.who == VISITOR}
    return [
        f"{answer} may be kept in a shared cache: {answer.headers.get('Cache-Control')}"
        for answer in answers
        if answer.status == 200 and not _is_safe(answer, for_visitors[answer.address])
    ]


def _is_safe(answer: Answer, for_visitor: Answer) -> bool:
    control = answer.headers.get("Cache-Control", "")
    if any(word in control for word in NOT_SHARED):
        return True
    if answer.who == VISITOR:
        return "Cookie" in answer.headers.get("Vary", "") or "csrf" not in answer.text
    return answer.text == for_visitor.text


def confused_tags(world: World, answers: Iterable[Answer]) -> Iterator[str]:
    """Yield where somebody who knows the tag of another's answer is told that theirs is the same."""
    for answer in answers:
        tag = answer.headers.get("ETag")
        if tag and answer.status == 200 and answer.who != OTHER:
            again = world.clients[OTHER].get(answer.address, headers={"if-none-match": tag})
            if again.status_code == 304 and text_of(world.clients[OTHER].get(answer.address)) != answer.text:
                yield f"{answer}: its tag counts for others"


def bodies_of_heads(world: World, answers: Iterable[Answer]) -> Iterator[str]:
    """Yield where HEAD tells more than GET, or another story."""
    for answer in answers:
        if answer.who == OTHER and answer.status != 405:
            head = world.clients[OTHER].head(answer.address)
            said = leaks(world, [_as_head(answer, head)])
            if text_of(head) or said or head.status_code != answer.status:
                yield f"{answer}: HEAD answers {head.status_code}, {len(text_of(head))} bytes {said}"


def _as_head(answer: Answer, head: HttpResponseBase) -> Answer:
    headers = dict(head.headers)
    return Answer(answer.route, answer.place, answer.address, OTHER, head.status_code, text_of(head), headers)
