"""Runs that start by themselves, and runs whose worker died."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from backend.pipeline import reaper
from backend.pipeline.attempts import MOST_ATTEMPTS
from backend.pipeline.models import Run
from backend.pipeline.reaper import NEWS_COUNT, runs_recover, runs_start_for_news
from backend.pipeline.services import run_create
from backend.polls.models import News
from backend.polls.services import news_add
from backend.scores.models import Hold
from tests.factories import PollFactory

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(minutes=3)


def news_of(poll, *, age: float, count: int = 1) -> None:
    News.objects.bulk_create([News(poll=poll) for _ in range(count)])
    News.objects.filter(poll=poll).update(created_at=timezone.now() - timedelta(seconds=age))


def run_of(poll, **fields) -> Run:
    run = Run.objects.create(poll=poll, trigger=Run.Trigger.COMMAND)
    Run.objects.filter(pk=run.pk).update(updated_at=timezone.now() - LONG_AGO, **fields)
    return run


@pytest.mark.parametrize(
    ("age", "count", "starts"), [(11, 1, True), (0, 1, False), (0, NEWS_COUNT, False), (0, NEWS_COUNT + 1, True)]
)
def test_news_start_a_run_when_they_are_old_or_many(age, count, starts, django_capture_on_commit_callbacks):
    poll = PollFactory()
    news_of(poll, age=age, count=count)
    with django_capture_on_commit_callbacks() as messages:
        started = runs_start_for_news()
    assert [run.poll for run in started] == [poll] * starts
    assert len(messages) == starts


def test_a_poll_without_news_starts_nothing():
    PollFactory()
    assert runs_start_for_news() == []


@pytest.mark.parametrize("status", Run.ACTIVE)
def test_no_second_run_starts_while_one_is_active(status):
    poll = PollFactory()
    news_of(poll, age=60)
    run_of(poll, status=status)
    assert runs_start_for_news() == []


def test_after_a_failure_there_is_a_pause():
    poll = PollFactory()
    news_of(poll, age=60)
    run = run_of(poll, status=Run.Status.FAILED, finished_at=timezone.now())
    assert runs_start_for_news() == []
    Run.objects.filter(pk=run.pk).update(finished_at=timezone.now() - LONG_AGO)
    assert len(runs_start_for_news()) == 1


def test_a_poll_whose_configuration_is_wrong_does_not_stop_the_others(caplog):
    wrong, right = PollFactory(title="A", run_config={"sigma": "x"}), PollFactory(title="B")
    news_add(poll_ids=[wrong.pk, right.pk])
    News.objects.update(created_at=timezone.now() - LONG_AGO)
    assert [run.poll for run in runs_start_for_news()] == [right]
    assert "'sigma' must be a number" in caplog.text


@pytest.mark.parametrize(("config", "reason"), [({"sigma": "x"}, "'sigma' must be a number"), ([1], "write it as {}")])
def test_a_poll_that_cannot_start_says_why_on_its_page_of_runs_and_pauses(config, reason):
    poll = PollFactory(run_config=config)
    news_of(poll, age=60)
    for _ in range(2):
        assert runs_start_for_news() == []
    run = Run.objects.get()
    assert (run.status, run.finished_at is None) == (Run.Status.FAILED, False)
    assert reason in run.error


def test_a_run_that_could_not_start_is_not_noted_beside_an_active_one():
    poll = PollFactory(run_config={"sigma": "x"})
    active = run_of(poll, status="running")
    reaper._fail_to_start(poll, "Something is wrong with its settings.")
    assert Run.objects.get() == active


def test_a_run_begins_to_wait_by_the_databases_clock():
    with time_machine.travel(timezone.now() + timedelta(hours=7)):
        run_create(poll=PollFactory(), trigger=Run.Trigger.PAGE)
    assert Run.objects.filter(updated_at__lte=Now()).exists()


def test_a_poll_that_is_held_at_this_very_moment_has_not_failed():
    poll = PollFactory()
    news_of(poll, age=60)

    def hold_after_looking(execute, statement, *call):
        answer = execute(statement, *call)
        if "polls_news" in statement:
            Hold.objects.create(poll=poll, reason="Wait.")
        return answer

    with connection.execute_wrapper(hold_after_looking):
        assert runs_start_for_news() == []
    assert not Run.objects.exists()


def test_a_run_whose_worker_died_is_queued_again(django_capture_on_commit_callbacks):
    run = run_of(PollFactory(), status="running", heartbeat_at=timezone.now() - LONG_AGO, attempts=1)
    with django_capture_on_commit_callbacks() as messages:
        runs_recover()
    run.refresh_from_db()
    assert (run.status, run.lease, len(messages)) == (Run.Status.QUEUED, None, 1)


def test_a_run_whose_workers_keep_dying_fails():
    run = run_of(PollFactory(), status="running", heartbeat_at=timezone.now() - LONG_AGO, attempts=MOST_ATTEMPTS)
    runs_recover()
    run.refresh_from_db()
    assert run.status == Run.Status.FAILED
    assert "stopped 3 times" in run.error


def test_a_dead_run_that_was_to_be_cancelled_is():
    dead = {"status": "running", "heartbeat_at": timezone.now() - LONG_AGO, "is_cancel_requested": True}
    run = run_of(PollFactory(), **dead)
    runs_recover()
    run.refresh_from_db()
    assert run.status == Run.Status.CANCELLED


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"started_at": timedelta(hours=7)}, Run.Status.FAILED),
        ({"started_at": timedelta(hours=5)}, Run.Status.RUNNING),
        ({"started_at": timedelta(minutes=9), "is_cancel_requested": True}, Run.Status.CANCELLED),
    ],
)
def test_a_run_that_lives_and_gets_nowhere_ends(fields, status):
    started_at = timezone.now() - fields.pop("started_at")
    run = run_of(PollFactory(), status="running", heartbeat_at=timezone.now(), started_at=started_at, **fields)
    runs_recover()
    run.refresh_from_db()
    assert (run.status, run.finished_at is None) == (status, status == Run.Status.RUNNING)
    assert ("longest time" in run.error) == (status == Run.Status.FAILED)


def test_a_run_with_a_fresh_heartbeat_is_left_alone():
    run = run_of(PollFactory(), status="running", heartbeat_at=timezone.now() - timedelta(seconds=30))
    runs_recover()
    run.refresh_from_db()
    assert run.status == Run.Status.RUNNING


def test_a_queued_run_whose_message_was_lost_is_sent_again_but_not_at_every_beat(django_capture_on_commit_callbacks):
    run_of(PollFactory())
    with django_capture_on_commit_callbacks() as messages:
        runs_recover()
        runs_recover()
    assert len(messages) == 1
