"""Every test here breaks something of a site of its own: other tests' servers must survive."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from backend.common.embedded.processes import Process
from tests.faults.site import Processes, Site


@pytest.fixture(scope="session")
def _site(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("faults"))
    with django_db_blocker.unblock(), site.as_django_database():
        call_command("migrate", verbosity=0)
    yield site
    site.stop()


@pytest.fixture
def site(_site: Site, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """Return a running site without data and without processes but its stores."""
    with django_db_blocker.unblock(), _site.as_django_database():
        yield _site
        _site.release()
        _site.start()
        connection.close()
        call_command("flush", interactive=False, reset_sequences=False, inhibit_post_migrate=True, verbosity=0)
    _site.empty_redis()
    _site.forget_schedules()


@pytest.fixture
def start(site: Site) -> Iterator[Processes]:
    """Return what starts processes; they end before the site is emptied."""
    with ExitStack() as stack:
        yield Processes(site, stack)


@pytest.fixture(scope="session")
def _lasting(_site: Site) -> Iterator[Processes]:
    with ExitStack() as stack:
        yield Processes(_site, stack)


@pytest.fixture
def survivor(site: Site, _lasting: Processes) -> Iterator[Process]:
    """Return a worker that nobody harms, the same one for all tests: starting one takes seconds."""
    worker = _lasting.survivor()
    _lasting.listen(to="celery")
    yield worker
    _lasting.listen(to="nobody")
