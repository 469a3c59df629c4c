"""Clocks of machines that are hours wrong, and jump."""

from pathlib import Path

import pytest

from backend.comparisons.models import Judgment
from backend.pipeline.models import Run
from backend.pipeline.services import run_create
from backend.polls.models import News
from backend.scores.selectors import score_set_published
from tests.factories import judged_poll, say
from tests.faults.site import Processes, Site, kill, status, wait_until

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not LIBRARIES, reason="no libfaketime on this machine: install the package faketime"),
]


class Clock:
    """The wall clock of some processes; what measures durations is left alone, as on a real machine."""

    def __init__(self, file: Path, offset: str) -> None:
        self._file = file
        self.set(offset)

    def set(self, offset: str) -> None:
        fresh = self._file.with_suffix(".new")
        fresh.write_text(offset)
        fresh.replace(self._file)

    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


@pytest.fixture
def clock(site: Site) -> Clock:
    return Clock(site.state.path("clock"), "+0")


@pytest.mark.parametrize("offset", ["+7h", "-7h"])
def test_beat_whose_clock_jumps_goes_on_starting_runs(site: Site, start: Processes, clock: Clock, offset: str) -> None:
    poll = judged_poll()
    start.worker()
    start.beat(env=clock.environment())
    wait_until(lambda: not News.objects.exists(), "the first run")
    for time in (offset, "+0"):
        clock.set(time)
        say(poll.comparisons.first().contributor, poll, "a", "c", good=-3 if time == offset else 3)
        wait_until(lambda: not News.objects.exists(), f"a run after the jump to {time}")
    assert Run.objects.filter(status=Run.Status.SUCCEEDED).count() == Run.objects.count() == 3


@pytest.mark.usefixtures("survivor")
@pytest.mark.parametrize("offset", ["+7h", "-7h"])
def test_a_worker_whose_clock_jumps_keeps_its_run_while_it_lives_and_loses_it_when_it_dies(
    site: Site, start: Processes, clock: Clock, offset: str
) -> None:
    poll = judged_poll()
    jumping = start.worker(queue="doomed", env=clock.environment())
    site.hold("scaling")
    run = run_create(poll=poll, trigger=Run.Trigger.PAGE)
    site.send("pipeline.run_execute", run.pk, queue="doomed")
    site.wait_for_held()
    clock.set(offset)
    for _ in range(2):  # the first one may have begun before the jump
        wait_for_heartbeat(run)
    for _ in range(3):
        site.look_for_news()
    assert (status(run), run.attempts) == (Run.Status.RUNNING, 1)
    kill(jumping)
    site.release()
    site.beat_until(lambda: status(run) not in Run.ACTIVE, "another worker has done it")
    assert (run.status, run.attempts) == (Run.Status.SUCCEEDED, 2)
    assert score_set_published(poll=poll).judgments == Judgment.objects.count()
    assert run.started_at <= run.finished_at


def wait_for_heartbeat(run: Run) -> None:
    run.refresh_from_db()
    last = run.heartbeat_at
    wait_until(lambda: Run.objects.get().heartbeat_at != last, "another heartbeat")
