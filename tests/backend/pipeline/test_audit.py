"""Runs that audit themselves: what is stored, and what happens to scores that are wrong."""

import dataclasses
from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from backend.pipeline import execution
from backend.pipeline.models import Run
from backend.pipeline.reaper import LONGEST_PAUSE, PAUSE_AFTER_FAILURE, pause_after, runs_start_for_news
from backend.polls.models import News
from backend.scores.models import ScoreSet
from backend.scores.selectors import ranking, score_set_published
from solidago import pipeline
from solidago.licchavi_run import STEPS as LICCHAVI_STEPS
from solidago.pipeline import run as honest_run
from tests.backend.pipeline.helpers import computed, digest
from tests.factories import ContributorFactory, judged_poll, poll_with, say

pytestmark = pytest.mark.django_db(transaction=True)


def broken_run(*args, **options):
    """Compute as always, then turn everybody's own model upside down: a kernel that is wrong would do the same."""
    result = honest_run(*args, **options)
    return dataclasses.replace(result, criteria={name: upside_down(found) for name, found in result.criteria.items()})


def upside_down(found):
    own = found.individual
    # Scores in the order of strength, given to the wrong entities.
    wrong = dataclasses.replace(own, raw_score=5.0 * np.sign(own.raw_score) - own.raw_score)
    return dataclasses.replace(found, individual=wrong)


@pytest.fixture
def broken(monkeypatch):
    monkeypatch.setattr(pipeline, "run", broken_run)
    return monkeypatch


def audit_of(run: Run) -> dict:
    return run.report["audit"]


def test_it_works():
    run = computed(judged_poll())
    audit = audit_of(run)
    assert audit["passed"]
    good = audit["criteria"]["good"]
    assert (good["judgments"], good["sampled"]) == (9, 9)
    assert good["own"]["moves"] == good["frozen"]["moves"] > 9
    assert good["own"]["violated"] == good["own"]["rate"] == 0
    assert good["own"]["worst"] is None
    assert good["end_to_end"]["moves"] == 2
    assert run.seconds["audit"] > 0


def test_the_same_snapshot_gets_the_same_audit_and_another_one_another():
    poll = judged_poll()
    one, same = (audit_of(computed(poll)) for _ in range(2))
    assert one == same
    say(ContributorFactory(), poll, "a", "b", good=1)
    assert audit_of(computed(poll))["seed"] != one["seed"]


def test_a_poll_without_judgments_has_nothing_to_violate():
    assert audit_of(computed(poll_with()))["passed"]


def test_wrong_scores_are_not_published_and_the_report_says_where(broken, caplog):
    poll = judged_poll()
    with broken.context() as honest:
        honest.setattr(pipeline, "run", honest_run)
        shown = computed(poll).score_set
    say(ContributorFactory(), poll, "a", "b", good=1)
    run = computed(poll)
    assert run.status == Run.Status.FAILED
    assert "these scores are wrong" in run.error
    assert not audit_of(run)["passed"]
    own = audit_of(run)["criteria"]["good"]["own"]
    assert own["violated"] > 0
    assert own["rate"] == own["violated"] / own["moves"]
    assert own["worst"] > 0
    assert (run.score_set, len(run.snapshot_digest), run.report["judgments"]) == (None, 64, 10)
    assert score_set_published(poll=poll) == shown
    assert ScoreSet.objects.count() == News.objects.filter(poll=poll).count() == 1
    assert "found a result that is wrong" in caplog.text


def test_a_report_names_nobody(broken):
    poll = judged_poll()
    run = computed(poll)
    told = str(audit_of(run))
    assert "'worst': " in told
    assert not {"user", "preferred", "other", "judgment"} & set(audit_of(run)["criteria"]["good"]["own"])


def test_what_failed_is_tried_again_less_and_less_often(broken):
    poll = judged_poll()
    News.objects.update(created_at=timezone.now() - timedelta(hours=9))
    for failures in (1, 2, 3):
        assert computed(poll).status == Run.Status.FAILED
        pause = pause_after(failures)
        assert pause == PAUSE_AFTER_FAILURE * 2 ** (failures - 1)
        ended(poll, ago=pause - PAUSE_AFTER_FAILURE / 2)
        assert runs_start_for_news() == []
    ended(poll, ago=pause + timedelta(seconds=5))
    assert [run.poll for run in runs_start_for_news()] == [poll]
    assert pause_after(1_000) == LONGEST_PAUSE


def test_after_a_success_failures_count_from_one_again(broken):
    poll = judged_poll()
    for _ in range(3):
        computed(poll)
    with broken.context() as honest:
        honest.setattr(pipeline, "run", honest_run)
        digest(computed(poll))
    say(ContributorFactory(), poll, "a", "b", good=1)
    News.objects.update(created_at=timezone.now() - timedelta(hours=9))
    computed(poll)
    ended(poll, ago=PAUSE_AFTER_FAILURE + timedelta(seconds=5))
    assert len(runs_start_for_news()) == 1


def ended(poll, *, ago: timedelta) -> None:
    Run.objects.filter(poll=poll).update(finished_at=timezone.now() - ago)


def test_a_run_may_be_cancelled_before_its_audit(monkeypatch):
    audited = []
    monkeypatch.setattr(execution.Reporter, "cancelled", lambda self: self._position.step == "aggregation")
    monkeypatch.setattr(execution, "run_audited", lambda **facts: audited.append(facts))
    assert computed(judged_poll()).status == Run.Status.CANCELLED
    assert audited == []


def test_a_poll_may_choose_licchavi_and_publishes_as_any_other():
    poll = judged_poll(run_config={"method": "licchavi"})
    run = computed(poll)
    assert digest(run) == digest(computed(poll)) != digest(computed(poll, method="mehestan"))
    good = poll.criteria.get()
    assert [entity.uid for entity in ranking(poll=poll, criterion=good)] == ["d", "c", "b", "a"]
    assert set(run.seconds) >= {"snapshot", *LICCHAVI_STEPS, "audit", "publication"}
    assert "scaling" not in run.seconds
    audited = audit_of(run)["criteria"]["good"]
    assert (audited["own"]["violated"], audited["own"]["moves"]) == (0, audited["own_each"]["moves"])
    gain = run.report["strategic gain"]["good"]
    assert gain["times closer to their wish, at most"] >= 1
    assert 0 < gain["one contributor moves all scores together by at most"] < 4
    assert "influence" not in run.report
    assert "strategic gain" not in computed(poll, method="mehestan").report
