"""Nobody reads or changes what is somebody else's: at no address, in no format, through no cache, in no error.

The routes come from the URLconf, the operations from the API schema; what each person gets, from `table`.
"""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from backend.comparisons.models import Comparison
from backend.datasets import export_queries
from backend.polls.models import Poll
from tests.privacy import crawl as seen
from tests.privacy.conftest import crawled_routes
from tests.privacy.crawl import Answer, ask, crawl, leaks, text_of
from tests.privacy.table import ASTRAY, HOW_TO_ADD, OPERATIONS, TABLE
from tests.privacy.world import KEEPER, OTHER, OWNER, STRANGER, VISITOR, World
from tests.routes import routes

# The first one crawls for all.
pytestmark = pytest.mark.timeout(600)
SAFE = ("get", "head", "options")


def test_every_route_has_an_entry_and_every_entry_a_route() -> None:
    known = {route.key for route in crawled_routes()}
    missing = sorted(known - {*TABLE})
    assert not missing, f"no entry for {', '.join(missing)}." + HOW_TO_ADD.format(example=missing[0])
    gone = sorted({*TABLE} - known)
    assert not gone, f"tests/privacy/table.py tells of routes that are gone: {', '.join(gone)}"


def test_every_operation_of_the_api_is_tried() -> None:
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    writes = {
        operation["operationId"]: method
        for item in schema["paths"].values()
        for method, operation in item.items()
        if method not in SAFE
    }
    tried = {name: operation.method for name, operation in OPERATIONS.items()}
    assert writes == tried, HOW_TO_ADD.format(example="api:...")


def test_what_takes_no_get_is_sent_something() -> None:
    silent = [
        key
        for key, entry in TABLE.items()
        if 405 in entry.answers.values() and entry.form is None and key not in {o.route for o in OPERATIONS.values()}
    ]
    assert not silent, f"Say in tests/privacy/table.py what form to send to {', '.join(silent)}"


def test_everybody_gets_the_answer_of_the_table(answers: list[Answer]) -> None:
    assert not (found := seen.wrong(answers)), "\n".join(found)


def test_nobody_reads_what_is_somebody_elses(world: World, answers: list[Answer]) -> None:
    assert not (found := leaks(world, answers)), "\n".join(found)


def test_a_poll_for_staff_is_closed_to_others_at_every_address(answers: list[Answer]) -> None:
    assert not (found := seen.opened(answers)), "\n".join(found)


def test_no_shared_cache_hands_on_what_one_person_got(answers: list[Answer]) -> None:
    assert not (found := seen.cached(answers)), "\n".join(found)


def test_a_tag_of_somebody_elses_answer_is_worth_nothing(world: World, answers: list[Answer]) -> None:
    assert not (found := list(seen.confused_tags(world, answers))), "\n".join(found)


def test_head_tells_no_more_than_get(world: World, answers: list[Answer]) -> None:
    assert not (found := list(seen.bodies_of_heads(world, answers))), "\n".join(found)


def test_errors_tell_nothing(world: World) -> None:
    found = [leak for address in ASTRAY for leak in leaks(world, ask(world, address))]
    assert not found, "\n".join(found)


def test_whoever_may_read_a_secret_finds_it(world: World, answers: list[Answer]) -> None:
    read = "\n".join(answer.everything for answer in answers).lower()
    assert "3.125" in read, "what is public is in no answer"
    visible = [secret for secret in world.secrets if secret.readers]
    assert [secret for secret in visible if not seen.is_told(secret, read)] == []


@pytest.mark.parametrize("who", [VISITOR, STRANGER, OTHER, KEEPER])
def test_nobody_changes_what_is_somebody_elses(world: World, who: str) -> None:
    before = world.belongings()
    with transaction.atomic():
        found = leaks(world, [answer for send in _writes(world, who) for answer in [send()]])
        after = world.belongings()
        transaction.set_rollback(True)
    assert after == before
    assert not found, "\n".join(found)


def _writes(world: World, who: str) -> list[Callable[[], Answer]]:
    """Return a call for each write: every form of the pages, every operation of the API."""
    known = world.places["open"]
    addresses = {route.key: route.address(**known) for route in crawled_routes()}
    forms = [
        lambda key=key, entry=entry: _sent(world, who, key, addresses[key], "post", entry.form)
        for key, entry in TABLE.items()
        if entry.form is not None
    ]
    return forms + [
        lambda o=o: _sent(world, who, o.route, addresses[o.route], o.method, json.dumps(o.body), "application/json")
        for o in OPERATIONS.values()
    ]


def _sent(world: World, who: str, key: str, address: str, method: str, body: Any, content_type: str = "") -> Answer:
    options = {"content_type": content_type} if content_type else {}
    client = Client()  # writes leave cookies, which the crawl must not bring along
    client.cookies = deepcopy(world.clients[who].cookies)
    response = getattr(client, method)(address, body, **options)
    assert response.status_code < 500, address
    return Answer(key, "open", address, who, response.status_code, text_of(response), dict(response.headers))


def test_the_administration_is_closed(world: World) -> None:
    open_doors = [
        f"{route.key} as {who}"
        for route in routes()
        if route.pattern.startswith("admin/") and route.key != "admin:logout"
        for who in (VISITOR, OWNER)
        if _admin(world.clients[who], route.address(object_id="1", app_label="polls", url="x", content_type_id=1))
    ]
    assert not open_doors, "\n".join(open_doors)


def _admin(client: Client, address: str) -> bool:
    """Tell whether an address of the administration leads anywhere but to the log-in, or to a refusal."""
    response = client.get(address)
    refused = response.status_code in (403, 404, 405)
    return not (refused or (response.status_code == 302 and "login" in response["Location"]))


# ------------------------------------------------------------------ the tests above can fail
def everybodys_comparisons(*, contributor: object, poll: Poll, **_: object) -> object:
    return Comparison.objects.filter(poll=poll).select_related("left", "right").prefetch_related("judgments__criterion")


MISTAKES: dict[str, tuple[str, str, object]] = {
    "lists everybody's comparisons on a page": (
        "comparisons",
        "frontend.pages.mine.comparisons.comparisons_found",
        everybodys_comparisons,
    ),
    "lists everybody's comparisons in the API": (
        "api:comparison_list",
        "backend.participation.apis.comparisons_found",
        everybodys_comparisons,
    ),
    "lists every poll": ("home", "frontend.pages.home.poll_list", lambda *, user: Poll.objects.order_by("slug")),
    "opens every poll": ("poll", "backend.polls.selectors.poll_is_managed", lambda *, poll, user: True),
    "exports private scores": (
        "api:dataset",
        "backend.datasets.export_queries.INDIVIDUAL",
        export_queries.INDIVIDUAL.replace(" AND r.is_public", "").replace(" AND s.is_public", ""),
    ),
    "shows hidden items": (
        "item",
        "frontend.pages.poll.item.entity_get",
        lambda *, poll, uid: poll.entities.get(uid=uid),
    ),
}


def kept_for_a_minute(response: HttpResponse, **_: object) -> None:
    response["Cache-Control"] = "max-age=60"


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_leak_is_found(world: World, monkeypatch: pytest.MonkeyPatch, mistake: str) -> None:
    key, target, leaky = MISTAKES[mistake]
    route = [route for route in crawled_routes() if route.key == key]
    assert not leaks(world, crawl(world, route))
    monkeypatch.setattr(target, leaky)
    assert leaks(world, crawl(world, route))


def test_a_careless_cache_header_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    route = [route for route in crawled_routes() if route.key == "comparisons"]
    monkeypatch.setattr("frontend.pages.http.patch_cache_control", kept_for_a_minute)
    assert seen.cached(crawl(world, route))
