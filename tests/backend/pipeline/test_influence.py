"""What a run stores about how far others could move its scores."""

import pytest
from django.db import connection

from backend.pipeline.models import InfluenceBound
from backend.scores.models import CollectiveScore
from tests.backend.pipeline.helpers import computed
from tests.factories import judged_poll, poll_with

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_works():
    poll = judged_poll(contributors=5, criteria=("good", "clear"))
    run = computed(poll, preset="tournesol")
    scores = {(s.criterion_id, s.entity_id): s.score for s in CollectiveScore.objects.filter(score_set=run.score_set)}
    bounds = InfluenceBound.objects.filter(score_set=run.score_set)
    assert {(b.criterion_id, b.entity_id) for b in bounds} == set(scores)
    for bound in bounds:
        score = scores[bound.criterion_id, bound.entity_id]
        assert bound.crowd_low < bound.newcomers_low < score < bound.newcomers_high < bound.crowd_high
        assert bound.coalition_low < score < bound.coalition_high


def test_the_report_tells_of_attempts_none_of_which_beat_its_bound():
    run = computed(judged_poll(contributors=4, criteria=("good", "clear")), preset="tournesol")
    told = run.report["influence"]
    assert set(told["criteria"]) == {"good", "clear"}
    assert told["new"]["crowd"] == pytest.approx(19.61, abs=0.01)
    for found in told["criteria"].values():
        assert found["entities"] == 4
        assert found["attempts"]["beaten"] == 0
        assert found["attempts"]["attempts"] == 8
        for name, furthest in found["attempts"]["furthest"].items():
            assert furthest["moved"] <= found["bounds"][name]["largest"] + 1e-6


def test_the_same_judgments_tell_the_same():
    poll = judged_poll()
    assert computed(poll).report["influence"] == computed(poll).report["influence"]


def test_a_poll_without_judgments_has_no_bounds():
    run = computed(poll_with())
    assert "influence" not in run.report
    assert not InfluenceBound.objects.exists()


def test_bounds_go_with_the_score_sets_that_are_no_longer_kept():
    poll = judged_poll()
    runs = [computed(poll) for _ in range(5)]
    kept = set(InfluenceBound.objects.values_list("score_set", flat=True))
    assert kept == {run.score_set.pk for run in runs[2:]}


def test_an_item_deleted_since_the_snapshot_has_no_bound():
    poll = judged_poll()
    gone = poll.entities.get(uid="a").pk
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$BEGIN DELETE FROM scores_collectivescore WHERE entity_id = {gone}; RETURN NULL; END$$;"
            "CREATE TRIGGER lose AFTER INSERT ON scores_collectivescore EXECUTE FUNCTION lose()"
        )
    try:
        computed(poll)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION lose CASCADE")
    assert InfluenceBound.objects.count() == 3
    assert not InfluenceBound.objects.filter(entity=gone).exists()
