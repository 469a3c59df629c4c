"""Runs, executed in this process."""

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from backend.common.errors import InvalidRunConfig, RunAlreadyActive, RunNotActive, RunNotFound
from backend.pipeline.attempts import MOST_ATTEMPTS, RETRY_PAUSE, STALE, run_retry_later
from backend.pipeline.execution import STEPS
from backend.pipeline.models import Run, Snapshot
from backend.pipeline.selectors import run_active, run_get, run_list
from backend.pipeline.services import run_cancel, run_create, run_execute
from backend.pipeline.tasks import run_execute_task
from backend.polls.models import News, Poll
from backend.scores.models import IndividualScore, Publication, ScoreSet
from backend.scores.selectors import ranking, score_set_published
from tests.backend.pipeline.helpers import accident, computed, digest, when_publishing
from tests.factories import ContributorFactory, PollFactory, judged_poll, poll_with, say

pytestmark = pytest.mark.django_db(transaction=True)
COMMAND = Run.Trigger.COMMAND


def test_it_works():
    poll = judged_poll()
    run = computed(poll)
    assert (run.status, run.error) == (Run.Status.SUCCEEDED, "")
    good = poll.criteria.get()
    assert [entity.uid for entity in ranking(poll=poll, criterion=good)] == ["d", "c", "b", "a"]
    assert [entity.contributors for entity in ranking(poll=poll, criterion=good)] == [3] * 4
    assert IndividualScore.objects.filter(score_set=run.score_set).count() == 12
    assert not News.objects.filter(poll=poll).exists()


def test_a_run_says_what_it_did():
    run = computed(judged_poll())
    assert {name: run.report[name] for name in ("judgments", "contributors", "entities")} == {
        "judgments": 9, "contributors": 3, "entities": 4,
    }  # fmt: skip
    assert run.report["certificates"]["good"]["largest gradient"] <= 1e-9
    assert set(run.seconds) == set(STEPS)
    assert (run.attempts, run.trigger) == (1, "command")
    assert run.started_at < run.finished_at
    assert run.snapshot_digest == run.score_set.snapshot_digest == Snapshot.objects.get().digest


def test_a_poll_without_judgments_gets_an_empty_score_set():
    run = computed(poll_with())
    assert run.status == Run.Status.SUCCEEDED
    assert run.score_set.judgments == 0


def test_the_same_judgments_give_the_same_bytes():
    poll = judged_poll()
    assert digest(computed(poll)) == digest(computed(poll))
    assert digest(computed(poll)) != digest(computed(poll, sigma=4))


def test_the_configuration_is_the_polls_with_the_runs_own_on_top():
    poll = judged_poll(run_config={"sigma": 4, "lipschitz": 1.0})
    config = computed(poll, sigma=5).score_set.config
    assert (config["sigma"], config["aggregation_lipschitz"], config["k"]) == (5, 1.0, 1.0)


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"sigma": "7"}, "sigma"),
        ({"sigma": -1}, "sigma"),
        ({"sigma": float("nan")}, "sigma"),
        ({"colour": "red"}, "colour"),
        ({"preset": "none"}, "preset"),
    ],
)
def test_a_wrong_configuration_is_refused_at_once(config, field):
    with pytest.raises(InvalidRunConfig) as caught:
        run_create(poll=poll_with(), trigger=COMMAND, config=config)
    assert caught.value.field == field
    assert not Run.objects.exists()


def test_a_second_run_of_a_poll_is_refused_while_one_is_active():
    poll = poll_with()
    active = run_create(poll=poll, trigger=COMMAND)
    with pytest.raises(RunAlreadyActive) as caught, transaction.atomic():
        run_create(poll=poll, trigger=COMMAND)
    assert caught.value.details["run_id"] == active.pk
    assert run_active(poll=poll) == active
    run_create(poll=poll_with(), trigger=COMMAND)
    run_execute(run_id=active.pk)
    assert run_active(poll=poll) is None
    run_create(poll=poll, trigger=COMMAND)


def test_executing_a_run_twice_computes_it_once():
    poll = judged_poll()
    run = computed(poll)
    again = run_execute(run_id=run.pk)
    assert (again.attempts, again.score_set) == (1, run.score_set)
    assert ScoreSet.objects.count() == 1


def test_a_run_that_another_worker_executes_is_left_alone():
    run = run_create(poll=judged_poll(), trigger=COMMAND)
    Run.objects.filter(pk=run.pk).update(status=Run.Status.RUNNING)
    assert run_execute(run_id=run.pk).status == Run.Status.RUNNING
    assert not ScoreSet.objects.exists()


def test_a_message_about_a_run_that_was_deleted_with_its_poll_is_no_failure():
    run = run_create(poll=judged_poll(), trigger=COMMAND)
    Poll.objects.all().delete()
    run_execute_task(run.pk)


def test_a_failure_is_told_and_leaves_the_published_scores_and_the_news(caplog):
    poll = judged_poll()
    shown = computed(poll).score_set
    say(ContributorFactory(), poll, "a", "b", good=1)
    with when_publishing("RAISE EXCEPTION 'disk full'"):
        run = computed(poll)
    assert run.status == Run.Status.FAILED
    assert run.error.startswith("The run broke off unexpectedly")
    assert "disk full" in caplog.text
    assert run.finished_at is not None
    assert score_set_published(poll=poll) == shown
    assert ScoreSet.objects.count() == News.objects.count() == 1
    assert computed(poll).status == Run.Status.SUCCEEDED


@pytest.mark.parametrize("accident_of", ["deadlock_detected", "foreign_key_violation"])
def test_a_run_that_the_database_breaks_off_is_tried_again_a_little_later(accident_of):
    run, before = run_create(poll=judged_poll(), trigger=COMMAND), timezone.now()
    with when_publishing(f"RAISE EXCEPTION 'not now' USING ERRCODE = '{accident_of}'"):
        run = run_execute(run_id=run.pk)
    assert (run.status, run.attempts, run.lease, run.error) == (Run.Status.QUEUED, 1, None, "")
    assert before < run.updated_at + STALE - RETRY_PAUSE < timezone.now()
    assert not ScoreSet.objects.exists()
    assert run_execute(run_id=run.pk).status == Run.Status.SUCCEEDED


def test_a_run_that_finds_the_disk_full_again_and_again_fails_and_says_what_to_do():
    run = run_create(poll=judged_poll(), trigger=COMMAND)
    with when_publishing("RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'"):
        ends = [run_execute(run_id=run.pk) for _ in range(MOST_ATTEMPTS)]
    assert [end.status for end in ends] == [Run.Status.QUEUED] * (MOST_ATTEMPTS - 1) + [Run.Status.FAILED]
    assert ends[-1].error == (
        "The database's disk is full: make room, then start the run again. Nothing was published."
    )
    assert News.objects.exists()


def test_a_run_after_which_old_scores_cannot_be_dropped_has_published(caplog):
    poll = judged_poll()
    with accident("RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'", when="BEFORE DELETE ON pipeline_snapshot"):
        run = computed(poll)
    assert run.status == Run.Status.SUCCEEDED
    assert score_set_published(poll=poll) == run.score_set
    assert run.log.last().event == "published"
    assert f"Old scores of poll {poll.pk} were not dropped" in caplog.text


def test_a_run_that_had_published_when_its_connection_broke_is_not_tried_again():
    run = computed(judged_poll())
    assert run.lease is not None
    assert run_retry_later(run=run, lease=run.lease, error=OperationalError("no answer to COMMIT")) is False
    run.refresh_from_db()
    assert run.status == Run.Status.SUCCEEDED


def test_a_configuration_that_became_wrong_fails_in_plain_words():
    run = run_create(poll=judged_poll(), trigger=COMMAND)
    Run.objects.filter(pk=run.pk).update(config={"sigma": -1})
    assert "'sigma' must be between" in run_execute(run_id=run.pk).error


def test_news_that_come_while_a_run_computes_stay():
    poll = judged_poll()
    with when_publishing("INSERT INTO polls_news (poll_id, created_at) VALUES (NEW.poll_id, now())"):
        computed(poll)
    assert News.objects.filter(poll=poll).count() == 1


def test_a_run_whose_lease_another_worker_took_publishes_nothing():
    poll = judged_poll()
    with when_publishing("UPDATE pipeline_run SET lease = gen_random_uuid()"):
        run = computed(poll)
    # The stolen lease was rolled back with the publication, so that this run could be closed.
    assert run.status == Run.Status.CANCELLED
    assert not Publication.objects.exists()


def test_a_run_that_is_cancelled_at_the_last_moment_publishes_nothing():
    poll = judged_poll()
    with when_publishing("UPDATE pipeline_run SET is_cancel_requested = true"):
        run = computed(poll)
    assert run.status == Run.Status.CANCELLED
    assert not Publication.objects.exists()


def test_a_queued_run_is_cancelled_at_once_and_then_not_executed():
    run = run_cancel(run=run_create(poll=judged_poll(), trigger=COMMAND))
    assert run.status == Run.Status.CANCELLED
    assert run_execute(run_id=run.pk).status == Run.Status.CANCELLED
    assert not ScoreSet.objects.exists()


def test_a_running_run_is_asked_to_stop_and_an_ended_one_cannot_be():
    run = run_create(poll=judged_poll(), trigger=COMMAND)
    Run.objects.filter(pk=run.pk).update(status=Run.Status.RUNNING)
    assert run_cancel(run=run).is_cancel_requested
    Run.objects.filter(pk=run.pk).update(status=Run.Status.FAILED)
    with pytest.raises(RunNotActive):
        run_cancel(run=run)


def test_a_run_for_news_that_changed_nothing_ends_without_a_new_score_set():
    poll = judged_poll()
    computed(poll)
    News.objects.create(poll=poll)
    run = computed(poll, Run.Trigger.NEWS)
    assert (run.status, run.score_set, run.report) == (Run.Status.SUCCEEDED, None, {"unchanged": True})
    assert ScoreSet.objects.count() == 1
    assert not News.objects.exists()


def test_only_the_last_snapshots_are_kept():
    poll, ada = judged_poll(), ContributorFactory()
    for value in range(5):
        say(ada, poll, "a", "b", good=value)
        computed(poll)
    assert Snapshot.objects.count() == 3


def test_runs_are_found_by_poll_newest_first():
    poll = poll_with()
    first, second = computed(poll), computed(poll)
    assert list(run_list(poll=poll)) == [second, first]
    assert run_get(poll=poll, run_id=first.pk) == first
    with pytest.raises(RunNotFound):
        run_get(poll=PollFactory(), run_id=first.pk)


def test_the_database_refuses_two_active_runs_and_an_unknown_status():
    poll = poll_with()
    Run.objects.create(poll=poll, trigger=COMMAND)
    for constraint, status in (("one_active_run_per_poll", "running"), ("run_status_known", "asleep")):
        with pytest.raises(IntegrityError, match=constraint):
            Run.objects.create(poll=poll, trigger=COMMAND, status=status)
    assert connection.is_usable()
