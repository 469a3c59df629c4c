"""The log of a run."""

import time
from uuid import uuid4

import pytest

from backend.pipeline import progress
from backend.pipeline.journal import EVENTS, MOST_LINES, RESERVED, Event, Journal, line_text, line_write, lines_write
from backend.pipeline.models import LogLine, Run
from backend.pipeline.progress import Reporter
from backend.pipeline.services import run_cancel, run_create, run_execute
from tests.backend.pipeline.helpers import accident, computed, when_publishing
from tests.factories import judged_poll

pytestmark = pytest.mark.django_db(transaction=True)


def events(run: Run) -> list[str]:
    return [line.event for line in run.log.all()]


def test_it_tells_what_happened_in_order():
    run = computed(judged_poll())
    told = events(run)
    assert told[:3] == ["queued", "taken", "step"]
    assert told[-1] == "published"
    assert told.index("read") < told.index("computed")
    texts = [line_text(line) for line in run.log.all()]
    assert "Read 9 judgments of 3 contributors on 4 items; 9 news." in texts
    assert "scaling" in texts
    times = [line.at for line in run.log.all()]
    assert times == sorted(times)


def test_a_failure_that_was_rolled_back_is_told_with_its_place_and_without_what_it_quotes():
    with when_publishing("RAISE EXCEPTION 'ada@example.org wrote this'"):
        run = computed(judged_poll())
    assert run.status == Run.Status.FAILED
    last = run.log.last()
    assert (last.level, last.event) == ("error", "failed")
    assert "backend/" in line_text(last)
    assert "ada@example.org" not in str([*run.log.values()])
    assert "published" not in events(run)


def test_whoever_cancels_is_told_of_but_not_named():
    queued = run_create(poll=judged_poll(), trigger=Run.Trigger.PAGE)
    run_cancel(run=queued)
    assert events(queued) == ["queued", "cancelled"]
    running = run_create(poll=judged_poll(), trigger=Run.Trigger.PAGE)
    Run.objects.filter(pk=running.pk).update(status=Run.Status.RUNNING)
    run_cancel(run=running)
    assert events(running) == ["queued", "cancel_requested"]


def test_a_log_has_room_for_what_goes_wrong_and_an_end():
    run = run_create(poll=judged_poll(), trigger=Run.Trigger.PAGE)
    step, wrong = Event("step", {"step": "x" * 1_000}), Event("unwritten", {"kind": "Error"})
    lines_write(run.pk, [step] * (2 * MOST_LINES))
    assert run.log.count() == MOST_LINES - RESERVED
    lines_write(run.pk, [wrong] * (2 * MOST_LINES))
    assert run.log.count() == MOST_LINES
    assert len(run.log.filter(event="step").first().details["step"]) == 300


def test_that_nothing_can_be_written_for_a_while_is_told_once(monkeypatch, caplog):
    monkeypatch.setattr(progress, "PERIOD", 0.01)
    run, lease = run_create(poll=judged_poll(), trigger=Run.Trigger.PAGE), uuid4()
    Run.objects.filter(pk=run.pk).update(status=Run.Status.RUNNING, lease=lease)
    away = accident("RAISE EXCEPTION 'away'", when="BEFORE INSERT ON pipeline_logline FOR EACH ROW")
    with Reporter(run_id=run.pk, lease=lease) as reporter, away:
        reporter.progress("scaling", 0, 1)
        deadline = time.monotonic() + 60
        while caplog.text.count("could not be written") < 3:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert events(run) == ["queued", "step", "unwritten"]


def test_lines_that_cannot_be_written_are_written_later():
    run = run_create(poll=judged_poll(), trigger=Run.Trigger.PAGE)
    journal = Journal(run.pk)
    journal.note("taken", attempt=1)
    journal.note("published")
    journal.write()
    journal.write()
    assert events(run) == ["queued", "taken", "published"]


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_has_words(event):
    details = dict.fromkeys(
        ("attempt", "former", "step", "part", "parts", "kind", "place", "count"), 1
    ) | dict.fromkeys(("judgments", "contributors", "entities", "news"), 2000)
    told = line_text(LogLine(event=event, details=details))
    assert "%(" not in told
    assert "2000" not in told, "thousands are grouped as on the rest of the page"


def test_an_event_of_a_later_version_is_told_by_its_name():
    assert line_text(LogLine(event="teleported")) == "teleported"


def test_a_second_attempt_goes_on_in_the_same_log():
    run = run_create(poll=judged_poll(), trigger=Run.Trigger.PAGE)
    line_write(run, "requeued")
    assert events(run_execute(run_id=run.pk))[:3] == ["queued", "requeued", "taken"]
