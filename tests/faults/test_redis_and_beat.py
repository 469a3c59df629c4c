"""Redis that forgets everything, beat that dies, messages that come twice."""

import os
import signal

import pytest
import redis

from backend.comparisons.models import Judgment
from backend.pipeline.models import LogLine, Run
from backend.pipeline.services import run_create
from backend.polls.models import News
from backend.scores.models import ScoreSet
from backend.scores.selectors import score_set_published
from tests.backend.pipeline.helpers import computed
from tests.factories import judged_poll, say
from tests.faults.site import Processes, Site, kill, status, wait_until

pytestmark = pytest.mark.slow


def test_redis_that_forgets_everything_costs_neither_a_run_nor_news(site: Site, start: Processes) -> None:
    poll, waiting = judged_poll(), judged_poll()
    start.worker()
    start.beat()
    site.hold("scaling")
    wait_until(lambda: Run.objects.filter(status=Run.Status.RUNNING).exists(), "beat starts a run")
    site.wait_for_held()
    # The message of the other poll's run is lost with Redis, or was never sent.
    wait_until(lambda: Run.objects.filter(status=Run.Status.QUEUED).exists(), "the other run waits")
    site.lose_redis()
    site.release()
    wait_until(lambda: not News.objects.exists(), "both polls are computed")
    assert list(Run.objects.order_by("pk").values_list("status", "attempts")) == [(Run.Status.SUCCEEDED, 1)] * 2

    # And forgets once more, without closing a connection: who is connected must not believe that it remembers.
    with redis.Redis.from_url(site.redis.url) as client:
        client.flushall()
    for each in (poll, waiting):
        say(each.comparisons.first().contributor, each, "a", "c", good=-3)
    wait_until(lambda: not News.objects.exists(), "what was said since is computed")
    assert sum(score_set_published(poll=each).judgments for each in (poll, waiting)) == Judgment.objects.count()


def test_beat_that_is_killed_and_started_again_loses_no_news_and_starts_no_run_twice(
    site: Site, start: Processes
) -> None:
    poll = judged_poll()
    worker = start.worker(children=2)
    first = start.beat()
    wait_until(lambda: not News.objects.exists(), "the first run")
    kill(first)
    say(poll.comparisons.first().contributor, poll, "a", "c", good=-3)
    site.hold("scaling")
    for schedule in ("one", "other"):  # a second one by mistake
        start.beat(schedule=schedule)
    site.wait_for_held()
    looks = "pipeline.start_runs_for_news"
    before = start.taken(worker, looks)
    wait_until(lambda: start.taken(worker, looks) >= before + 3, "beats look for news while the run computes")
    site.release()
    wait_until(lambda: not News.objects.exists(), "the second run")
    assert list(Run.objects.values_list("status", "attempts")) == [(Run.Status.SUCCEEDED, 1)] * 2
    assert score_set_published(poll=poll).judgments == Judgment.objects.count()


@pytest.mark.usefixtures("survivor")
def test_a_message_that_comes_many_times_and_at_once_is_one_run(site: Site, start: Processes) -> None:
    poll = judged_poll()
    start.worker(children=2)  # beside the survivor: three processes
    run = run_create(poll=poll, trigger=Run.Trigger.PAGE)
    for _ in range(30):
        site.send("pipeline.run_execute", run.pk)
    wait_until(lambda: status(run) not in Run.ACTIVE, "the run has ended")
    for _ in range(5):
        site.send("pipeline.run_execute", run.pk)
    wait_until(lambda: site.is_idle(), "all messages are taken")
    assert (status(run), run.attempts) == (Run.Status.SUCCEEDED, 1)
    assert ScoreSet.objects.count() == 1


@pytest.mark.usefixtures("survivor")
def test_a_worker_told_to_end_hands_its_run_to_another_at_once(site: Site, start: Processes) -> None:
    poll = judged_poll()
    computed(poll)
    leaving = start.worker(queue="doomed")
    site.hold("scaling")
    run = run_create(poll=poll, trigger=Run.Trigger.PAGE)
    site.send("pipeline.run_execute", run.pk, queue="doomed")
    site.wait_for_held()
    os.kill(leaving.pid, signal.SIGTERM)
    wait_until(lambda: "Warm shutdown" in leaving.program.log.read_text(), "the worker knows")
    site.release()
    wait_until(lambda: status(run) not in Run.ACTIVE, "another has done it, and beat was not needed")
    assert (run.status, run.attempts) == (Run.Status.SUCCEEDED, 1)
    wait_until(lambda: not leaving.is_running(), "it ends")
    assert LogLine.objects.filter(run=run, event="handed_back").exists()
