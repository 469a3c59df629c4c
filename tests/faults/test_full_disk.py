"""Disks without room for one more byte."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from backend.comparisons.models import Judgment
from backend.entities.models import Entity
from backend.pipeline.attempts import MOST_ATTEMPTS
from backend.pipeline.models import Run
from backend.pipeline.services import run_create
from backend.polls.models import News
from backend.scores.models import CollectiveScore, Publication, ScoreSet
from backend.scores.selectors import score_set_published
from tests.backend.pipeline.helpers import computed, digest
from tests.factories import EntityFactory, judged_poll, poll_with, publish, say
from tests.faults.site import Processes, Site, status

pytestmark = pytest.mark.slow
ROOM = 16 * 2**20
"""Bytes of a file: a segment of PostgreSQL's log must fit."""
ROWS = 2_200
"""Each of which fills a page: more than there is room for."""
BALLAST = "ALTER TABLE scores_collectivescore ADD COLUMN ballast text STORAGE PLAIN DEFAULT repeat('x', 7900)"
NO_BALLAST = "ALTER TABLE scores_collectivescore DROP COLUMN ballast"


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def long_table() -> Iterator[None]:
    """Make the table of collective scores longer than there will be room for, and its next row take a page."""
    execute(BALLAST)
    poll = poll_with(items=0)
    entities = Entity.objects.bulk_create(EntityFactory.build_batch(ROWS, poll=poll))
    ones = dict.fromkeys(("score", "left", "right", "polarisation", "contributors", "voting_right"), 1)
    place = {"criterion": poll.criteria.get(), "score_set": publish(poll)}
    # Not by COPY, which takes pages in advance.
    CollectiveScore.objects.bulk_create(CollectiveScore(**ones, **place, entity=entity) for entity in entities)
    Publication.objects.filter(poll=poll).delete()
    try:
        yield
    finally:
        execute(NO_BALLAST)


def test_a_worker_that_can_write_no_file_computes_as_ever(site: Site, start: Processes) -> None:
    poll = judged_poll()
    here = computed(poll)
    # Enough for the first lines of its log.
    start.worker(before=("prlimit", "--fsize=4096"))
    run = run_create(poll=poll, trigger=Run.Trigger.PAGE)
    site.send("pipeline.run_execute", run.pk)
    site.beat_until(lambda: status(run) not in Run.ACTIVE, "the run has ended")
    assert digest(run) == digest(here)


@pytest.mark.usefixtures("survivor")
def test_a_database_without_room_fails_the_run_whole_and_later_publishes_what_waited(
    site: Site, start: Processes
) -> None:
    poll = judged_poll()
    first = computed(poll).score_set
    say(poll.comparisons.first().contributor, poll, "a", "c", good=-3)
    with long_table():
        seen = start.reader()
        site.fill_disk(ROOM)
        run = run_create(poll=poll, trigger=Run.Trigger.PAGE)
        site.send("pipeline.run_execute", run.pk)
        site.beat_until(lambda: status(run) not in Run.ACTIVE, "the run has ended")
        assert (run.status, run.attempts) == (Run.Status.FAILED, MOST_ATTEMPTS)
        assert run.error.startswith("The database broke the run off 3 times (InternalError)")
        assert score_set_published(poll=poll) == first
        assert ScoreSet.objects.filter(poll=poll).count() == 1
        assert News.objects.exists()

        site.restart_postgres(signal.SIGINT)
        site.beat_until(lambda: not News.objects.exists(), "there is room again")
        assert score_set_published(poll=poll).judgments == Judgment.objects.count()
    seen.assert_whole()
