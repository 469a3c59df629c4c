"""How long a run still takes."""

import time
from types import SimpleNamespace
from uuid import uuid4

import pytest

from backend.pipeline import forecast as forecasts
from backend.pipeline import progress
from backend.pipeline.execution import forecast_for
from backend.pipeline.forecast import EARLIER, Forecast, Position, durations_of
from backend.pipeline.models import Run
from backend.pipeline.parameters import config_read
from backend.pipeline.progress import Reporter
from backend.pipeline.services import run_create
from tests.backend.pipeline.helpers import computed
from tests.factories import judged_poll

STEPS = ("snapshot", "trust", "preferences", "scaling", "publication")
SECONDS = {"snapshot": 2.0, "trust": 0.0, "preferences": 6.0, "scaling": 12.0, "publication": 4.0}


def forecast(*earlier) -> Forecast:
    return Forecast(STEPS, ("preferences", "scaling"), earlier or [(SECONDS, 1_000)])


NOW = 1_000.0


def at(step: str, done: int = 0, parts: int = 1, ago: float = 0.0) -> Position:
    return Position(step, done, parts, since=NOW - ago)


@pytest.fixture
def standing_clock(monkeypatch):
    monkeypatch.setattr(forecasts, "time", SimpleNamespace(monotonic=lambda: NOW))


def test_what_earlier_runs_took_is_left(standing_clock):
    assert forecast().seconds_left(at("snapshot")) == pytest.approx(24.0)
    assert forecast().seconds_left(at("snapshot", ago=1.5)) == pytest.approx(22.5)
    assert forecast().seconds_left(at("publication", ago=3.0)) == pytest.approx(1.0)
    assert forecast().seconds_left(at("publication", done=1)) == pytest.approx(0.0)


def test_steps_go_criterion_by_criterion(standing_clock):
    # Of three criteria: own scores of two are done, scales of one.
    assert forecast().seconds_left(at("scaling", 1, 3)) == pytest.approx(6 / 3 + 12 * 2 / 3 + 4)
    assert forecast().seconds_left(at("preferences", 1, 3)) == pytest.approx(6 * 2 / 3 + 12 * 2 / 3 + 4)


def test_twice_the_judgments_take_twice_as_long(standing_clock):
    sized = forecast()
    sized.sized(2_000)
    assert sized.seconds_left(at("publication")) == pytest.approx(8.0)


def test_the_middle_one_of_several_runs_counts(standing_clock):
    slow = {step: 100 * seconds for step, seconds in SECONDS.items()}
    several = forecast((SECONDS, 1_000), (slow, 1_000), (SECONDS, 1_000))
    assert several.seconds_left(at("publication")) == pytest.approx(4.0)


@pytest.mark.parametrize(("step", "ago"), [("snapshot", 60.0), ("", 0.0), ("a step that was not there before", 0.0)])
def test_what_is_not_known_is_not_told(standing_clock, step, ago):
    assert forecast().seconds_left(at(step, ago=ago)) is None
    assert Forecast().seconds_left(at("snapshot")) is None


@pytest.mark.django_db(transaction=True)
def test_it_learns_from_the_last_runs_of_this_poll_by_this_method():
    poll, other = judged_poll(), judged_poll()
    computed(other)
    computed(poll, method="licchavi")
    runs = [computed(poll) for _ in range(EARLIER + 1)]
    Run.objects.filter(pk=runs[-1].pk).update(judgments=7)
    durations = durations_of(run=runs[0])
    assert [judgments for _seconds, judgments in durations] == [7, 9, 9, 9, 9]
    assert set(durations[0][0]) == set(runs[0].seconds)


@pytest.mark.django_db(transaction=True)
def test_a_run_tells_it_while_it_computes_and_not_afterwards(monkeypatch):
    poll = judged_poll()
    earlier = computed(poll)
    assert earlier.seconds_left is None
    run, lease = run_create(poll=poll, trigger=Run.Trigger.PAGE), uuid4()
    Run.objects.filter(pk=run.pk).update(status=Run.Status.RUNNING, lease=lease)
    monkeypatch.setattr(progress, "PERIOD", 0.01)
    with Reporter(run_id=run.pk, lease=lease) as reporter:
        reporter.forecast = forecast_for(run, config_read(run.config))
        reporter.progress("snapshot", 0, 1)
        deadline = time.monotonic() + 60
        while run.seconds_left is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
            run.refresh_from_db()
    assert 0.0 <= run.seconds_left <= sum(earlier.seconds.values())
    assert (run.step, run.done, run.total) == ("snapshot", 0, 1)
