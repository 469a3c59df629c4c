"""Two hundred contributors compare by pages and by the API while a real worker computes; nothing is lost."""

from pathlib import Path

import pytest

from backend.pipeline.models import Run
from benchmarks import platform
from benchmarks.load.crowd import crowd_write, poll_make
from benchmarks.load.storm import Storm, different, said_in_database, said_in_snapshot, settle, storm
from tests.plugins.workers import database_url

PEOPLE, SECONDS, THINK = 200, 30, 10.0

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def test_nothing_fails_and_nothing_is_lost_while_runs_go_on(transactional_db: None, redis_client, tmp_path: Path):
    poll = poll_make(judgments=10_000)
    crowd_write(tmp_path / "crowd", poll=poll, size=PEOPLE)
    port = platform.free_port()
    with platform.processes(tmp_path, {"DATABASE_URL": database_url()}, port=port):
        found = storm(tmp_path, poll=poll, port=port, people=PEOPLE, seconds=SECONDS, think=THINK)
        settle(poll)
    assert not found.errors
    assert_people_came_through(found)
    stored = found.certain(said_in_database(poll))
    assert different(found.certain(found.believed), stored) == []
    assert different(stored, found.certain(said_in_snapshot(poll))) == []
    assert {*Run.objects.filter(poll=poll).values_list("status", flat=True)} == {Run.Status.SUCCEEDED}


def assert_people_came_through(found: Storm) -> None:
    assert {"page: next pair", "page: save", "API: suggestions", "API: save", "page: ranking"} <= {*found.answers}
    assert len({name for name, *_ in found.believed}) > PEOPLE / 2
    assert found.runs
