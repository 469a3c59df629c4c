"""Runs that publish nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backend.pipeline.integrity.selectors import integrity_of
from backend.pipeline.models import Run, Snapshot
from backend.pipeline.parameters import differences
from backend.pipeline.reaper import runs_start_for_news
from backend.pipeline.services import run_create, run_execute, run_retry
from backend.polls.models import News
from backend.scores.models import ScoreSet
from backend.scores.selectors import score_set_published
from tests.backend.pipeline.helpers import computed, digest
from tests.factories import ContributorFactory, judged_poll, poll_with, say

pytestmark = pytest.mark.django_db(transaction=True)


def tried(poll, **config) -> Run:
    run = run_create(poll=poll, trigger=Run.Trigger.PAGE, config=config, is_dry_run=True)
    return run_execute(run_id=run.pk)


def test_it_computes_what_a_run_would_and_publishes_nothing():
    poll = judged_poll()
    run = tried(poll)
    assert (run.status, run.score_set, run.error) == (Run.Status.SUCCEEDED, None, "")
    assert not ScoreSet.objects.exists()
    assert not Snapshot.objects.exists()
    assert News.objects.filter(poll=poll).exists()
    assert (run.judgments, run.report["audit"]["passed"]) == (9, True)
    assert run.report["effect"] == {
        "published": False,
        "criteria": {
            "good": {
                "compared": 0, "moved": 0, "come": 4, "go": 0, "median": None, "largest": None, "most": [],
            }
        },
    }  # fmt: skip
    published = computed(poll)
    assert (run.snapshot_digest, run.result_digest) == (published.snapshot_digest, digest(published))


def test_it_tells_how_far_scores_would_move():
    poll = judged_poll()
    shown = computed(poll).score_set
    before = {score.entity.uid: score.score for score in shown.collective_scores.all()}
    assert tried(poll).report["effect"]["criteria"]["good"]["moved"] == 0
    for _ in range(5):
        say(ContributorFactory(given_trust=1.0), poll, "d", "a", good=10)
    effect = tried(poll).report["effect"]["criteria"]["good"]
    assert score_set_published(poll=poll) == shown
    computed(poll)
    now = {score.entity.uid: score.score for score in score_set_published(poll=poll).collective_scores.all()}
    assert effect["compared"] == 4
    assert {uid: (old, new) for uid, old, new in effect["most"]} == {
        uid: (before[uid], now[uid]) for uid in before if before[uid] != now[uid]
    }
    moves = sorted(abs(now[uid] - before[uid]) for uid in before)
    assert effect["largest"] == pytest.approx(moves[-1])
    assert effect["median"] == pytest.approx((moves[1] + moves[2]) / 2)


def test_its_failures_and_successes_do_not_change_when_the_next_run_comes():
    poll = judged_poll()
    News.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    Run.objects.create(
        poll=poll, trigger=Run.Trigger.PAGE, status=Run.Status.FAILED, finished_at=timezone.now(), is_dry_run=True
    )
    assert len(runs_start_for_news()) == 1


def test_the_public_does_not_see_it():
    poll = judged_poll()
    shown = computed(poll)
    tried(poll)
    assert integrity_of(poll=poll).runs == [shown]


def test_a_run_tells_what_differs_from_the_polls_own_settings():
    poll = poll_with(run_config={"sigma": 4})
    run = run_create(poll=poll, trigger=Run.Trigger.PAGE, config={"sigma": 5, "k": 1.0, "preset": "community"})
    assert run.parameters == {"sigma": 5, "k": 1.0, "preset": "community"}
    assert run.differences == {"sigma": [4, 5]}
    assert differences(own={}, asked={}) == {}


def test_a_run_may_mend_settings_that_are_refused():
    poll = judged_poll(run_config={"sigma": -1})
    run = computed(poll, sigma=3)
    assert (run.status, run.differences) == (Run.Status.SUCCEEDED, {"sigma": [-1, 3]})


def test_it_can_be_repeated_with_what_was_asked():
    poll = judged_poll()
    first = tried(poll, sigma=5)
    poll.run_config = {"k": 0.5}
    poll.save()
    again = run_retry(run=Run.objects.get(pk=first.pk), trigger=Run.Trigger.PAGE)
    assert (again.config, again.parameters, again.is_dry_run) == ({"k": 0.5, "sigma": 5}, {"sigma": 5}, True)
    assert [line.event for line in again.log.all()] == ["queued", "retried"]
