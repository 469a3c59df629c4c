"""The same runs by a real Celery worker, and the command that starts and follows them."""

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO

import pytest
from celery import current_app
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from backend.pipeline.attempts import STALE
from backend.pipeline.models import Run
from backend.pipeline.reaper import runs_recover
from backend.pipeline.services import run_cancel, run_create, run_enqueue, run_execute
from backend.polls.models import News
from backend.scores.selectors import score_set_published
from tests.backend.pipeline.helpers import computed, digest
from tests.factories import judged_poll, poll_with


def ended(run: Run, seconds: float = 60) -> Run:
    deadline = time.monotonic() + seconds
    while run.status in Run.ACTIVE:
        assert time.monotonic() < deadline, f"the run is still {run.status} at {run.step!r}"
        time.sleep(0.05)
        run.refresh_from_db()
    return run


def test_a_worker_publishes_the_same_bytes_as_this_process(celery_worker_process):
    poll = judged_poll()
    here = computed(poll)
    run = run_create(poll=poll, trigger=Run.Trigger.PAGE)
    run_enqueue(run=run)
    assert digest(ended(run)) == digest(here)
    assert run.score_set != here.score_set
    assert score_set_published(poll=poll) == run.score_set


def test_the_beat_task_starts_and_finishes_a_run_for_old_news(celery_worker_process):
    poll = judged_poll()
    News.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    current_app.send_task("pipeline.start_runs_for_news")
    deadline = time.monotonic() + 60
    while score_set_published(poll=poll) is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert ended(Run.objects.get()).trigger == Run.Trigger.NEWS
    assert not News.objects.exists()


def test_recompute_follows_a_worker(celery_worker_process):
    poll, out = judged_poll(), StringIO()
    call_command("recompute", poll=poll.slug, follow=True, stdout=out)
    assert "9 judgments of 3 contributors on 4 items computed and published" in out.getvalue()
    assert score_set_published(poll=poll) is not None


@pytest.mark.django_db(transaction=True)
def test_recompute_computes_every_poll_in_this_process():
    polls, out = [judged_poll(), poll_with()], StringIO()
    call_command("recompute", stdout=out)
    assert all(score_set_published(poll=poll) for poll in polls)
    assert len(out.getvalue().splitlines()) == 2


@pytest.mark.django_db(transaction=True)
def test_recompute_of_an_unknown_poll_names_the_known_ones():
    poll_with(slug="known")
    with pytest.raises(CommandError, match=r"no poll 'none'. Polls: known\."):
        call_command("recompute", poll="none")


@pytest.mark.django_db(transaction=True)
def test_recompute_here_refuses_a_poll_that_is_being_computed():
    poll = poll_with()
    run_create(poll=poll, trigger=Run.Trigger.PAGE)
    with pytest.raises(CommandError, match="is queued"):
        call_command("recompute", poll=poll.slug)


@pytest.mark.django_db(transaction=True)
def test_recompute_fails_when_a_run_does():
    poll = poll_with(run_config={"sigma": "seven"})
    with pytest.raises(CommandError, match="'sigma' must be a number"):
        call_command("recompute", poll=poll.slug)


@pytest.mark.slow  # two more workers
def test_a_run_whose_worker_is_killed_is_finished_by_another(transactional_db, start_celery_worker):
    poll = judged_poll()
    doomed = start_celery_worker(queue="doomed")
    run = run_create(poll=poll, trigger=Run.Trigger.PAGE)
    with transaction.atomic(), connection.cursor() as cursor:
        # The worker takes the run, then waits for what it wants to read: it is killed in the middle.
        cursor.execute("LOCK TABLE comparisons_comparison IN ACCESS EXCLUSIVE MODE")
        with ThreadPoolExecutor(1) as pool:
            current_app.send_task("pipeline.run_execute", [run.pk], queue="doomed")
            pool.submit(in_own_connection, lambda: until(run, Run.Status.RUNNING)).result(timeout=60)
        os.killpg(doomed.pid, signal.SIGKILL)
    assert Run.objects.get().status == Run.Status.RUNNING
    assert score_set_published(poll=poll) is None

    start_celery_worker()
    Run.objects.update(heartbeat_at=timezone.now() - 2 * STALE)
    runs_recover()
    assert ended(run).status == Run.Status.SUCCEEDED
    run.refresh_from_db()
    assert run.attempts == 2
    assert score_set_published(poll=poll) == run.score_set


def in_own_connection(action: Callable[[], object]) -> None:
    try:
        action()
    finally:
        connection.close()


def until(run: Run, status: str) -> None:
    while Run.objects.get(pk=run.pk).status != status:
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_recompute_takes_constants_and_may_publish_nothing():
    poll, out = judged_poll(), StringIO()
    call_command("recompute", poll=poll.slug, set=["sigma=3", "preset=jury"], dry_run=True, stdout=out)
    run = Run.objects.get()
    assert (run.is_dry_run, run.parameters) == (True, {"sigma": 3, "preset": "jury"})
    assert "computed, not published," in out.getvalue()
    assert "good: 4 items would get a first score." in out.getvalue()
    assert score_set_published(poll=poll) is None
    call_command("recompute", poll=poll.slug, stdout=StringIO())
    call_command("recompute", poll=poll.slug, set=["sigma=3"], dry_run=True, stdout=out)
    assert "4 of 4 scores would move" in out.getvalue()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("setting", "message"), [("sigma", "NAME=VALUE"), ("sigma=-1", "'sigma' must be between")])
def test_recompute_refuses_a_wrong_constant(setting, message):
    with pytest.raises(CommandError, match=message):
        call_command("recompute", poll=poll_with().slug, set=[setting])
    assert not Run.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_recompute_may_hand_all_polls_to_workers_and_end():
    polls, out = [poll_with(), poll_with()], StringIO()
    active = run_create(poll=polls[0], trigger=Run.Trigger.PAGE)
    call_command("recompute", queue=True, stdout=out)
    assert set(Run.objects.values_list("poll", "status")) == {(poll.pk, "queued") for poll in polls}
    assert f"{polls[0].slug}: run {active.pk} is queued." in out.getvalue()


def test_runs_of_two_polls_go_side_by_side(celery_worker_process):
    runs = [run_create(poll=judged_poll(), trigger=Run.Trigger.PAGE) for _ in range(2)]
    with transaction.atomic(), connection.cursor() as cursor:
        # Both wait for what they want to read, each in a process of its own.
        cursor.execute("LOCK TABLE comparisons_comparison IN ACCESS EXCLUSIVE MODE")
        with ThreadPoolExecutor(1) as pool:
            for run in runs:
                current_app.send_task("pipeline.run_execute", [run.pk])
                pool.submit(in_own_connection, lambda run=run: until(run, Run.Status.RUNNING)).result(timeout=60)
    first, second = (ended(run) for run in runs)
    assert (first.status, second.status) == (Run.Status.SUCCEEDED, Run.Status.SUCCEEDED)
    assert max(first.started_at, second.started_at) < min(first.finished_at, second.finished_at)


@pytest.mark.django_db(transaction=True)
def test_a_run_that_waits_for_the_database_can_be_cancelled():
    run = run_create(poll=judged_poll(), trigger=Run.Trigger.PAGE)
    with ThreadPoolExecutor(1) as pool, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE comparisons_comparison IN ACCESS EXCLUSIVE MODE")
        executed = pool.submit(in_own_connection, lambda: run_execute(run_id=run.pk))
        with ThreadPoolExecutor(1) as other:
            other.submit(in_own_connection, lambda: (until(run, "running"), run_cancel(run=run))).result(timeout=30)
        executed.result(timeout=60)
    run.refresh_from_db()
    assert (run.status, run.error) == (Run.Status.CANCELLED, "")
    events = [line.event for line in run.log.all()]
    assert "cancel_requested" in events
    assert events[-1] == "cancelled"
