"""Workers that are killed, in whichever step."""

import pytest

from backend.comparisons.models import Judgment
from backend.pipeline.execution import STEPS
from backend.pipeline.models import Run
from backend.pipeline.services import run_create
from backend.polls.models import News
from backend.scores.selectors import score_set_published
from tests.backend.pipeline.helpers import computed
from tests.factories import judged_poll, say
from tests.faults.site import Processes, Site, kill, status

pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("survivor")
@pytest.mark.parametrize("step", STEPS)
def test_a_run_whose_worker_is_killed_in_a_step_is_done_by_another(site: Site, start: Processes, step: str) -> None:
    poll = judged_poll()
    shown = computed(poll).score_set
    ada = poll.comparisons.first().contributor
    say(ada, poll, "a", "c", good=-3)
    seen = start.reader()
    doomed = start.worker(queue="doomed")

    site.hold(step)
    run = run_create(poll=poll, trigger=Run.Trigger.PAGE)
    site.send("pipeline.run_execute", run.pk, queue="doomed")
    site.wait_for_held()
    say(ada, poll, "b", "d", good=5)  # while the run computes
    kill(doomed)
    assert status(run) == Run.Status.RUNNING
    assert score_set_published(poll=poll) == shown
    site.release()

    site.beat_until(lambda: status(run) not in Run.ACTIVE, "the run has ended")
    assert run.status == Run.Status.SUCCEEDED, run.error
    assert run.attempts >= 2
    site.beat_until(lambda: not News.objects.exists(), "all news are in the scores")
    assert score_set_published(poll=poll).judgments == Judgment.objects.count() == 11
    seen.assert_whole()
