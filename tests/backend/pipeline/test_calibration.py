"""Calibrations: measured on the last snapshot, one at a time, and used when the owner says so."""

import time
from datetime import timedelta
from itertools import combinations
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from backend.common.errors import CalibrationAlreadyActive, CalibrationNotFound, NothingToCalibrate
from backend.pipeline import calibration as calibrations
from backend.pipeline.calibration import (
    STALE,
    calibration_adopt,
    calibration_create,
    calibration_execute,
    calibration_get,
    calibrations_recover,
)
from backend.pipeline.models import Calibration, Snapshot
from backend.pipeline.snapshot import facts_read, snapshot_store
from backend.polls.models import News
from solidago.calibration import calibrate
from tests.factories import ContributorFactory, PollFactory, UserFactory, judged_poll, poll_with, say

LONG_AGO = STALE + timedelta(seconds=1)


@pytest.fixture
def poll(transactional_db):
    """A poll of 60 judgments with a snapshot of them."""
    poll = poll_with(items=4)
    for number in range(10):
        contributor = ContributorFactory()
        for place, (left, right) in enumerate(combinations("abcd", 2)):
            say(contributor, poll, left, right, good=(number + place) % 7)
    snapshot_store(poll=poll, facts=facts_read(poll=poll), lease=uuid4())
    return poll


@pytest.fixture
def queued(poll):
    return Calibration.objects.create(poll=poll)


def test_it_works(poll):
    dataset = facts_read(poll=poll).dataset
    found = calibration_execute(calibration_id=calibration_create(poll=poll, started_by=UserFactory()).pk)
    assert (found.status, found.error) == ("succeeded", "")
    assert (found.judgments, found.sampled, found.criterion) == (60, 60, "good")
    assert found.snapshot_digest == dataset.digest()
    expected = calibrate(dataset, "good", folds=calibrations.FOLDS).best
    assert (found.best["sigma"], found.best["root_law"]) == (expected.sigma, expected.root_law)
    assert found.best["error"] == pytest.approx(expected.error)
    assert found.seconds > 0


def test_of_many_judgments_so_many_are_drawn_always_the_same(poll, queued, monkeypatch):
    monkeypatch.setattr(calibrations, "MOST_JUDGMENTS", 50)
    first = calibration_execute(calibration_id=queued.pk)
    second = calibration_execute(calibration_id=Calibration.objects.create(poll=poll).pk)
    assert (first.judgments, first.sampled) == (60, 50)
    assert first.candidates == second.candidates


def test_without_a_snapshot_there_is_nothing_to_learn_from(poll):
    Snapshot.objects.all().delete()
    with pytest.raises(NothingToCalibrate):
        calibration_create(poll=poll, started_by=UserFactory())
    assert not Calibration.objects.exists()


def test_one_at_a_time(poll, queued):
    with pytest.raises(CalibrationAlreadyActive):
        calibration_create(poll=poll, started_by=UserFactory())
    with pytest.raises(IntegrityError), transaction.atomic():
        Calibration.objects.create(poll=poll, status=Calibration.Status.RUNNING)


def test_too_few_judgments_are_a_failure_in_words(queued):
    poll = judged_poll()
    snapshot_store(poll=poll, facts=facts_read(poll=poll), lease=uuid4())
    found = calibration_execute(calibration_id=Calibration.objects.create(poll=poll).pk)
    assert found.status == "failed"
    assert "fewer than 50 judgments" in found.error


def test_a_snapshot_that_cannot_be_read_is_a_failure(queued):
    Snapshot.objects.update(content=b"broken")
    assert calibration_execute(calibration_id=queued.pk).status == "failed"


def test_a_second_delivery_does_nothing(queued):
    Calibration.objects.update(status=Calibration.Status.RUNNING, heartbeat_at=timezone.now())
    assert calibration_execute(calibration_id=queued.pk).status == "running"


def test_one_whose_worker_died_is_given_up_and_another_can_start(poll, queued):
    Calibration.objects.update(status=Calibration.Status.RUNNING, heartbeat_at=timezone.now() - STALE / 2)
    calibrations_recover()
    assert Calibration.objects.get().status == "running"
    Calibration.objects.update(heartbeat_at=timezone.now() - LONG_AGO)
    calibrations_recover()
    assert Calibration.objects.get().status == "failed"
    assert "Its worker stopped" in Calibration.objects.get().error
    calibration_create(poll=poll, started_by=UserFactory())


def test_a_worker_thought_dead_writes_nothing_any_more(queued, monkeypatch):
    def given_up(*_args, progress, **_options):
        Calibration.objects.update(heartbeat_at=timezone.now() - LONG_AGO)
        calibrations_recover()
        progress(1, 2)

    monkeypatch.setattr(calibrations, "calibrate", given_up)
    found = calibration_execute(calibration_id=queued.pk)
    assert (found.status, found.done) == ("failed", 0)


@pytest.mark.django_db
def test_one_whose_message_was_lost_is_sent_again_once(django_capture_on_commit_callbacks):
    Calibration.objects.create(poll=PollFactory())
    Calibration.objects.update(updated_at=timezone.now() - LONG_AGO)
    with django_capture_on_commit_callbacks() as sent:
        calibrations_recover()
        calibrations_recover()
    assert len(sent) == 1


def test_a_worker_measures_it(poll, celery_worker_process):
    calibration_create(poll=poll, started_by=UserFactory())
    deadline = time.monotonic() + 60
    while Calibration.objects.get().status in Calibration.ACTIVE and time.monotonic() < deadline:
        time.sleep(0.05)
    assert Calibration.objects.get().status == "succeeded"


def test_the_best_constants_are_used_when_told_and_nothing_else_changes(poll, queued):
    found = calibration_execute(calibration_id=queued.pk)
    poll.run_config = {"seed": 5, "sigma": 1.0}
    poll.save()
    News.objects.all().delete()
    changed = calibration_adopt(poll=poll, user=UserFactory(), version=poll.version, calibration=found)
    assert changed.run_config == {"seed": 5, "sigma": found.best["sigma"], "root_law": found.best["root_law"]}
    assert News.objects.filter(poll=poll).exists()


def test_only_a_finished_calibration_of_the_poll_is_found(poll, queued):
    other = judged_poll()
    for wrong, number in ((poll, queued.pk), (other, queued.pk), (poll, 10**30), (poll, "x"), (poll, "")):
        with pytest.raises(CalibrationNotFound):
            calibration_get(poll=wrong, calibration_id=str(number))
    done = calibration_execute(calibration_id=queued.pk)
    assert calibration_get(poll=poll, calibration_id=str(done.pk)) == done
    with pytest.raises(CalibrationNotFound):
        calibration_get(poll=other, calibration_id=str(done.pk))
