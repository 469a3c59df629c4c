"""What is dropped of old runs and scores, and what stays."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.utils import timezone

from backend.pipeline import retention
from backend.pipeline.models import LogLine, Run, Snapshot
from backend.pipeline.retention import everything_prune, runs_prune
from backend.pipeline.services import run_create
from backend.pipeline.snapshot import facts_read, snapshot_store, snapshots_prune
from backend.pipeline.tasks import prune
from backend.scores.models import ScoreSet
from backend.scores.selectors import score_set_published
from tests.backend.pipeline.helpers import accident, computed
from tests.factories import ContributorFactory, judged_poll, poll_with, say

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = timedelta(days=15)


@pytest.fixture(autouse=True)
def few(monkeypatch, settings):
    monkeypatch.setattr(retention, "NEWEST_KEPT", 2)
    monkeypatch.setattr(retention, "BATCH", 3)
    settings.RUNS_KEPT_DAYS = 14


def ended(poll, *, ago: timedelta = LONG_AGO, status: str = Run.Status.FAILED) -> Run:
    run = Run.objects.create(poll=poll, trigger=Run.Trigger.NEWS, status=status)
    Run.objects.filter(pk=run.pk).update(created_at=timezone.now() - ago)
    LogLine.objects.create(run=run, at=timezone.now(), level="info", event="queued")
    return run


def test_old_runs_go_with_their_logs_but_for_the_newest_of_each_poll():
    poll, other = poll_with(), poll_with()
    old = [ended(poll) for _ in range(7)]
    alone = ended(other)
    assert runs_prune() == 5
    assert set(Run.objects.all()) == {*old[-2:], alone}
    assert LogLine.objects.count() == 3


def test_recent_and_active_runs_stay():
    poll = poll_with()
    stays = [ended(poll, ago=timedelta(days=13)), ended(poll, status=Run.Status.QUEUED)]
    newest = [ended(poll), ended(poll)]
    runs_prune()
    assert set(Run.objects.all()) == {*stays, *newest}


def test_a_run_stays_as_long_as_its_scores_and_loses_its_log():
    poll = judged_poll()
    shown = computed(poll)
    Run.objects.update(created_at=timezone.now() - LONG_AGO)
    for _ in range(3):
        ended(poll)
    runs_prune()
    run = Run.objects.get(pk=shown.pk)
    assert run.score_set == score_set_published(poll=poll)
    assert run.report == shown.report
    assert not run.log.exists()


def test_beat_drops_what_a_killed_run_left():
    poll, ada = judged_poll(), ContributorFactory()
    for value in range(5):
        say(ada, poll, "a", "b", good=value)
        computed(poll)
    kept = {score_set.snapshot_digest for score_set in ScoreSet.objects.order_by("-pk")[:3]}
    say(ada, poll, "a", "b", good=9)
    snapshot_store(poll=poll, facts=facts_read(poll=poll), lease=uuid4())
    cache.clear()
    prune()
    assert set(Snapshot.objects.values_list("digest", flat=True)) == kept
    everything_prune()
    assert Snapshot.objects.count() == 3


def test_messages_that_piled_up_while_there_was_no_worker_count_as_one():
    cache.clear()
    prune()
    poll = poll_with()
    for _ in range(3):
        ended(poll)
    prune()
    assert Run.objects.count() == 3


def test_a_poll_whose_old_scores_cannot_be_dropped_does_not_stop_the_others(caplog):
    polls = [judged_poll(), judged_poll()]
    for poll in polls:
        snapshot_store(poll=poll, facts=facts_read(poll=poll), lease=uuid4())
    wrong = f"IF OLD.poll_id = {polls[0].pk} THEN RAISE EXCEPTION 'not this one'; END IF; RETURN OLD"
    with accident(wrong, when="BEFORE DELETE ON pipeline_snapshot FOR EACH ROW"):
        everything_prune()
    assert [snapshot.poll for snapshot in Snapshot.objects.all()] == [polls[0]]
    assert f"Old scores of {polls[0].slug} were not dropped" in caplog.text


def test_the_snapshot_of_an_active_or_failed_last_run_stays():
    poll = judged_poll()
    facts = facts_read(poll=poll)
    snapshot_store(poll=poll, facts=facts, lease=uuid4())
    run = run_create(poll=poll, trigger=Run.Trigger.PAGE)
    for status in (Run.Status.RUNNING, Run.Status.FAILED):
        Run.objects.filter(pk=run.pk).update(snapshot_digest=facts.digest, status=status)
        snapshots_prune(poll=poll)
        assert Snapshot.objects.count() == 1
    ended(poll)
    snapshots_prune(poll=poll)
    assert not Snapshot.objects.exists()
