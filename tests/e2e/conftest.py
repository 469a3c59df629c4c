"""Browsers that are logged in, and ears for what browsers complain about."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from backend.accounts.models import User
from backend.polls.models import Poll
from tests.conftest import PATIENCE
from tests.factories import UserFactory, judged_poll

PASSWORD = "sunny-seeds-44"
PHONE = {"width": 360, "height": 740}

TOUCH = """() => new Promise((done) => {
    const look = () => {
        dispatchEvent(new Event("pointerdown"));
        window.htmx ? done() : requestAnimationFrame(look);
    };
    look();
})"""

OpenAs = Callable[..., Page]


@pytest.fixture
def poll(transactional_db: None) -> Poll:
    """Return a poll whose contributors agree that d > c > b > a, not computed yet."""
    return judged_poll(slug="poll", title="A fine poll", question="Which is finer?", criteria=("good", "clear"))


def account(name: str, **fields: object) -> User:
    user: User = UserFactory(username=name, **fields)
    user.set_password(PASSWORD)
    user.save()
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def open_as(browser: Browser, live_server: LiveServer) -> Iterator[OpenAs]:
    """Return a function that opens a page of a fresh browser in which a person is logged in already."""
    contexts: list[BrowserContext] = []

    def open_page(user: User | None, path: str, **options: object) -> Page:
        context = browser.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(path)
        if options.get("java_script_enabled", True):
            touch(page)
        return page

    yield open_page
    for context in contexts:
        context.close()


def touch(page: Page) -> None:
    """Touch a page that has just come, and wait for the scripts that come only then."""
    if page.locator("#later").count():
        page.evaluate(TOUCH)


def complaints(page: Page) -> list[str]:
    """Return a list that fills with what the browser finds wrong: errors of scripts, of loading, of the policy."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard
