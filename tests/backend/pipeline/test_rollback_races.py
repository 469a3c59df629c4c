"""Turning a poll back while runs publish and people leave."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from backend.accounts.models import Contributor
from backend.participation.services import contributor_delete
from backend.pipeline.models import Run, Snapshot
from backend.pipeline.rollback import services
from backend.pipeline.services import run_create, run_execute
from backend.polls.models import News
from backend.polls.services import news_add
from backend.scores.errors import (
    ScoresBusy,
    ScoresChangedMeanwhile,
    ScoresForgotten,
)
from backend.scores.models import Hold, IndividualScore, Turn
from backend.scores.selectors import score_set_published
from backend.scores.services import publication_locked
from tests.backend.pipeline.helpers import when_publishing
from tests.backend.pipeline.turning_back import WHY, back, two_runs
from tests.factories import ContributorFactory, poll_with, publish, say

# Each publishes several score sets: together they would take a tenth of the time that all tests may take.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_run_that_publishes_while_scores_are_held_publishes_nothing():
    poll, first, _ = two_runs()
    run = run_create(poll=poll, trigger=Run.Trigger.COMMAND)
    hold = f"INSERT INTO scores_hold (poll_id, reason, since, news_seen) VALUES ({poll.pk}, 'x', now(), 0)"
    with when_publishing(hold):
        ended = run_execute(run_id=run.pk)
    assert ended.status == Run.Status.CANCELLED
    assert "held" in ended.error
    assert score_set_published(poll=poll) == Run.objects.get(pk=first.pk + 1).score_set


def test_a_run_for_news_that_cancel_each_other_out_leaves_them_while_scores_are_held():
    poll, _, second = two_runs()
    news_add(poll_ids=[poll.pk])
    run = run_create(poll=poll, trigger=Run.Trigger.NEWS)
    Hold.objects.create(poll=poll, reason=WHY)
    ended = run_execute(run_id=run.pk)
    assert (ended.status, ended.snapshot_digest) == (Run.Status.CANCELLED, second.snapshot_digest)
    assert News.objects.filter(poll=poll).exists()


def test_whoever_turns_back_while_a_run_publishes_is_told_to_try_again(monkeypatch):
    poll, first, _ = two_runs()
    monkeypatch.setattr(services, "LONGEST_WAIT", "100ms")

    def turn_back() -> None:
        with pytest.raises(ScoresBusy):
            back(poll, first)
        connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        publication_locked(poll=poll)
        pool.submit(turn_back).result(timeout=60)
    assert not Hold.objects.exists()


def test_an_active_run_is_cancelled():
    poll, first, _ = two_runs()
    run = run_create(poll=poll, trigger=Run.Trigger.COMMAND)
    back(poll, first)
    run.refresh_from_db()
    assert run.status == Run.Status.CANCELLED


def test_an_active_dry_run_which_publishes_nothing_goes_on():
    poll, first, _ = two_runs()
    run = run_create(poll=poll, trigger=Run.Trigger.COMMAND, is_dry_run=True)
    back(poll, first)
    run.refresh_from_db()
    assert run.status == Run.Status.QUEUED


def in_own_connection(action):
    try:
        return action()
    finally:
        connection.close()


def test_a_run_that_is_publishing_and_a_turn_back_come_one_after_the_other():
    poll, first, second = two_runs()
    flipped, go_on = Event(), Event()
    say(ContributorFactory(), poll, "a", "b", good=5)

    def publish_slowly() -> None:
        with transaction.atomic():
            publish(poll)
            flipped.set()
            assert go_on.wait(60)

    with ThreadPoolExecutor(2) as pool:
        publishing = pool.submit(in_own_connection, publish_slowly)
        assert flipped.wait(60)
        turning = pool.submit(in_own_connection, lambda: back(poll, first, seen=second.score_set_id))
        with pytest.raises(TimeoutError):
            turning.result(timeout=0.3)
        go_on.set()
        publishing.result()
        # It waited, and then found other scores than whoever asked had seen.
        with pytest.raises(ScoresChangedMeanwhile):
            turning.result()
    assert not Hold.objects.exists()


def test_a_deletion_and_a_turn_back_at_the_same_moment_leave_no_hold_of_forgotten_scores():
    poll, first, _ = two_runs()
    ada, deleted, go_on = Contributor.objects.earliest("pk"), Event(), Event()

    def delete_slowly() -> None:
        with transaction.atomic():
            contributor_delete(contributor=ada)
            deleted.set()
            assert go_on.wait(60)

    with ThreadPoolExecutor(2) as pool:
        deleting = pool.submit(in_own_connection, delete_slowly)
        assert deleted.wait(60)
        turning = pool.submit(in_own_connection, lambda: back(poll, first))
        with pytest.raises(TimeoutError):
            turning.result(timeout=0.3)
        go_on.set()
        deleting.result()
        with pytest.raises(ScoresForgotten):
            turning.result()
    assert not Hold.objects.exists()


def test_a_deletion_that_waited_for_a_turn_back_ends_the_hold():
    poll, first, _ = two_runs()
    ada, turned, go_on = Contributor.objects.earliest("pk"), Event(), Event()

    def turn_slowly() -> None:
        with transaction.atomic():
            back(poll, first)
            turned.set()
            assert go_on.wait(60)

    with ThreadPoolExecutor(2) as pool:
        turning = pool.submit(in_own_connection, turn_slowly)
        assert turned.wait(60)
        deleting = pool.submit(in_own_connection, lambda: contributor_delete(contributor=ada))
        with pytest.raises(TimeoutError):
            deleting.result(timeout=0.3)
        go_on.set()
        turning.result()
        deleting.result()
    assert not Hold.objects.exists()
    assert not IndividualScore.objects.filter(contributor_id=ada.pk).exists()
    assert not Snapshot.objects.filter(digest=first.snapshot_digest).exists()


def test_the_database_refuses_a_hold_without_a_reason_and_an_unknown_action():
    poll = poll_with()
    with pytest.raises(IntegrityError, match="hold_has_a_reason"):
        Hold.objects.create(poll=poll, reason="")
    now = timezone.now()
    with pytest.raises(IntegrityError, match="turn_action_known"):
        Turn.objects.create(poll=poll, action="spin", from_set=1, to_set=1, from_computed_at=now, to_computed_at=now)
