"""The OpenAPI schema and the browsable page."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import yaml
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

READ = {"400", "404", "429"}
PERSONAL = {"401", "403"}
WRITE = {"409", "413", "415"}


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for item in schema["paths"].values():
        yield from item.items()


def test_it_works(client: Client, db: None) -> None:
    answer = client.get("/api/v1/schema/")
    assert answer.status_code == 200
    served = yaml.safe_load(answer.content)
    assert served["openapi"] == "3.1.0"
    assert "/api/v1/polls/{slug}/recommendations/" in served["paths"]


def test_it_is_valid_and_complete() -> None:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    assert out.getvalue()


def test_every_operation_documents_its_problems(schema: dict[str, Any]) -> None:
    for method, operation in operations(schema):
        expected = set(READ)
        if {} not in operation["security"]:
            expected |= PERSONAL
        if method != "get":
            expected |= WRITE
        assert expected <= set(operation["responses"]), operation["operationId"]
    for response in schema["components"]["responses"].values():
        assert list(response["content"]) == ["application/problem+json"]


def test_every_operation_says_what_it_does(schema: dict[str, Any]) -> None:
    for _, operation in operations(schema):
        assert operation["summary"]
        assert operation["description"]


def test_the_page_works_under_our_content_security_policy(page: Page, live_server: LiveServer, db: None) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{live_server.url}/api/v1/docs/")
    page.get_by_text("Recommend items").click()
    page.get_by_text("Try it out").click()
    page.get_by_placeholder("slug").fill("nothing")
    page.get_by_role("button", name="Execute").click()
    page.get_by_text("poll_not_found").first.wait_for()
    # The browser reports the 404 that we asked for; nothing else may be wrong.
    assert [text for text in complaints if "404" not in text] == []
