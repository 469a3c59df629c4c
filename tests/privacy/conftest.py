"""One world and one crawl for all tests of privacy: they take seconds."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from tests.privacy.crawl import Answer, crawl
from tests.privacy.table import TABLE
from tests.privacy.world import World, build
from tests.routes import Route, routes

UNLIMITED = dict.fromkeys(settings.API_LIMITS, 1_000_000)
"""A crawl asks for more than anybody would."""


def crawled_routes() -> list[Route]:
    """Return all routes but the administration's, which has a test of its own."""
    return [route for route in routes() if not route.pattern.startswith("admin/")]


@pytest.fixture(autouse=True, scope="module")
def unlimited() -> Iterator[None]:
    with override_settings(API_LIMITS=UNLIMITED):
        yield


@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Open the database for the whole module, in no transaction: exports want one of their own."""
    with django_db_blocker.unblock():
        yield
        call_command("flush", interactive=False, verbosity=0, reset_sequences=False)


@pytest.fixture(scope="module")
def world(db: None, unlimited: None) -> World:
    return build()


@pytest.fixture(scope="module")
def answers(world: World) -> list[Answer]:
    return crawl(world, [route for route in crawled_routes() if route.key in TABLE])
