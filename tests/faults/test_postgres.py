"""PostgreSQL that restarts, crashes, or loses a publisher, at the worst moments."""

import os
import signal

import pytest
from django.db import connection, transaction

from backend.comparisons.models import Judgment
from backend.participation.services import contributor_delete
from backend.pipeline.models import Run
from backend.pipeline.services import run_create
from backend.polls.models import News
from backend.scores.models import ScoreSet
from backend.scores.selectors import score_set_published
from backend.scores.services import publication_locked
from tests.backend.pipeline.helpers import computed
from tests.factories import judged_poll, say
from tests.faults.moments import FLIP, MOMENTS, gate
from tests.faults.site import Processes, Site, status, wait_until

pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("survivor")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT], ids=["orderly", "crash"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_run_outlives_a_restart_of_postgresql(
    site: Site, start: Processes, moment: str, number: signal.Signals
) -> None:
    poll = judged_poll()
    first = computed(poll).score_set
    say(poll.comparisons.first().contributor, poll, "a", "c", good=-3)
    seen = start.reader()
    with gate(site, moment) as stopped:
        run = run_create(poll=poll, trigger=Run.Trigger.PAGE)
        site.send("pipeline.run_execute", run.pk)
        stopped.wait_for_a_run()
        site.restart_postgres(number)
        assert score_set_published(poll=poll) == first
        site.beat_until(lambda: status(run) not in Run.ACTIVE, "the run has ended")
    assert run.status == Run.Status.SUCCEEDED, run.error
    assert run.attempts >= 2
    shown = score_set_published(poll=poll)
    assert (shown, shown.judgments) == (run.score_set, Judgment.objects.count())
    assert ScoreSet.objects.count() == 2
    assert not News.objects.exists()
    wait_until(lambda: shown.pk in seen.sets(), "the new scores are read")
    assert seen.sets() == [first.pk, shown.pk]
    seen.assert_whole()


@pytest.mark.usefixtures("survivor")
def test_a_run_that_needs_no_database_while_it_restarts_loses_nothing(site: Site, start: Processes) -> None:
    poll = judged_poll()
    site.hold("aggregation")
    run = run_create(poll=poll, trigger=Run.Trigger.PAGE)
    site.send("pipeline.run_execute", run.pk)
    site.wait_for_held()
    site.restart_postgres(signal.SIGINT)
    site.release()
    site.beat_until(lambda: status(run) not in Run.ACTIVE, "the run has ended")
    assert (run.status, run.attempts) == (Run.Status.SUCCEEDED, 1)


@pytest.mark.usefixtures("survivor")
@pytest.mark.parametrize("table", ["scores_collectivescore", "scores_individualscore", "pipeline_influencebound"])
def test_a_publisher_that_freezes_in_a_copy_is_in_nobodys_way(site: Site, start: Processes, table: str) -> None:
    poll, other = judged_poll(), judged_poll()
    computed(poll)
    frozen = start.worker(queue="doomed")
    site.hold(table)
    run = run_create(poll=poll, trigger=Run.Trigger.PAGE)
    site.send("pipeline.run_execute", run.pk, queue="doomed")
    site.wait_for_held()
    os.killpg(frozen.pid, signal.SIGSTOP)
    site.release()
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '30s'")  # what had to wait would wait for ever
    contributor_delete(contributor=poll.comparisons.first().contributor)
    with transaction.atomic():
        assert publication_locked(poll=poll) is not None
    assert computed(other).status == Run.Status.SUCCEEDED
    assert status(run) == Run.Status.RUNNING
    site.beat_until(lambda: status(run) not in Run.ACTIVE, "another worker has published")
    assert (run.status, run.attempts) == (Run.Status.SUCCEEDED, 2), run.error
    assert sessions_of_runs() == 0
    sets = ScoreSet.objects.count()
    os.killpg(frozen.pid, signal.SIGCONT)
    start.wait_for_idle(frozen)
    assert ScoreSet.objects.count() == sets
    assert score_set_published(poll=poll) == run.score_set
    assert run.score_set.judgments == Judgment.objects.filter(comparison__poll=poll).count()


def sessions_of_runs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'run %'")
        return int(cursor.fetchone()[0])


@pytest.mark.usefixtures("survivor")
def test_a_publisher_that_freezes_is_replaced_and_publishes_nothing_when_it_wakes_up(
    site: Site, start: Processes
) -> None:
    poll = judged_poll()
    first = computed(poll).score_set
    seen = start.reader()
    frozen = start.worker(queue="doomed")
    run = run_create(poll=poll, trigger=Run.Trigger.PAGE)
    with gate(site, FLIP) as stopped:
        site.send("pipeline.run_execute", run.pk, queue="doomed")
        stopped.wait_for_a_run()
        os.killpg(frozen.pid, signal.SIGSTOP)  # in its transaction, with the row of the publication locked
        stopped.open()
        site.beat_until(lambda: status(run) not in Run.ACTIVE, "another worker has published")
    assert (run.status, run.attempts) == (Run.Status.SUCCEEDED, 2)
    os.killpg(frozen.pid, signal.SIGCONT)
    start.wait_for_idle(frozen)
    assert score_set_published(poll=poll) == run.score_set
    assert ScoreSet.objects.count() == 2
    wait_until(lambda: run.score_set.pk in seen.sets(), "the new scores are read")
    assert seen.sets() == [first.pk, run.score_set.pk]
    seen.assert_whole()
    assert status(run) == Run.Status.SUCCEEDED
