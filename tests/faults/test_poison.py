"""A poll whose data break a step, or kill whoever computes it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.models import F

from backend.comparisons.models import Judgment
from backend.pipeline.attempts import MOST_ATTEMPTS
from backend.pipeline.models import Run
from backend.polls.models import News, Poll
from backend.scores.selectors import score_set_published
from tests.factories import judged_poll
from tests.faults.site import Processes, Site, status, wait_until

pytestmark = pytest.mark.slow
CONSTRAINT = "value_within_its_maximum"


def test_a_poll_that_kills_its_workers_ends_failed_and_does_not_stop_the_others(site: Site, start: Processes) -> None:
    deadly, others = judged_poll(criteria=["poison"]), []
    start.worker(children=2)
    start.beat()
    wait_until(lambda: Run.objects.filter(poll=deadly, status=Run.Status.RUNNING).exists(), "the poison is taken")
    run = Run.objects.get(poll=deadly)
    while status(run) in Run.ACTIVE:
        poll = judged_poll()
        wait_until(lambda poll=poll: score_set_published(poll=poll), "another poll is computed")
        others.append(poll)
    assert len(others) > 1
    assert (run.status, run.attempts) == (Run.Status.FAILED, MOST_ATTEMPTS)
    assert run.error == "Its worker stopped 3 times before the run was done. Nothing was published."
    assert score_set_published(poll=deadly) is None
    assert News.objects.filter(poll=deadly).exists()


def test_a_poll_whose_data_break_a_step_fails_with_the_reason_and_is_tried_again_more_and_more_seldom(
    site: Site, start: Processes
) -> None:
    broken, healthy = judged_poll(), judged_poll()
    with impossible_judgment_of(broken):
        start.worker(children=2)
        start.beat()
        failed = Run.objects.filter(poll=broken, status=Run.Status.FAILED).order_by("pk")
        wait_until(lambda: failed.count() >= 3, "it is tried again")
    first, second, third = failed[:3]
    assert "beyond its maximum 10.0" in first.error
    assert third.started_at - second.started_at > second.started_at - first.started_at
    assert score_set_published(poll=broken) is None
    assert score_set_published(poll=healthy) is not None


@contextmanager
def impossible_judgment_of(poll: Poll) -> Iterator[None]:
    """Store what no constraint of today lets through, as another version might have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [CONSTRAINT])
        (definition,) = cursor.fetchone()
        cursor.execute(f"ALTER TABLE comparisons_judgment DROP CONSTRAINT {CONSTRAINT}")
    judgments = Judgment.objects.filter(comparison__poll=poll)
    judgments.update(value=F("maximum") * 2)
    try:
        yield
    finally:
        judgments.delete()
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE comparisons_judgment ADD CONSTRAINT {CONSTRAINT} {definition}")
