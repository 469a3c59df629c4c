"""A contributor's own model in a poll whose method is Licchavi: it holds to the published common model."""

import pytest

from backend.participation.own_model import own_models_fit
from backend.scores.models import IndividualScore
from backend.scores.selectors import ranking
from tests.backend.pipeline.helpers import computed, digest
from tests.factories import ContributorFactory, judged_poll, say

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def poll():
    return judged_poll(run_config={"preset": "tournesol", "method": "licchavi"})


def shown(contributor, poll) -> dict[str, float]:
    found = own_models_fit(contributor=contributor, poll=poll, criteria=poll.criteria.all())
    uids = dict(poll.entities.values_list("pk", "uid"))
    return {uids[pk]: own.score for pk, own in found[poll.criteria.get().pk].items()}


def test_it_works(poll):
    """Without news, it is the model that the run published."""
    run = computed(poll)
    digest(run)
    contributor = poll.comparisons.first().contributor
    published = IndividualScore.objects.filter(score_set=run.score_set, contributor=contributor)
    told = own_models_fit(contributor=contributor, poll=poll, criteria=poll.criteria.all())[poll.criteria.get().pk]
    assert len(told) == len(published) == 4
    for row in published:
        own = told[row.entity_id]
        assert (own.score, own.left, own.right) == pytest.approx((row.score, row.left, row.right), abs=1e-4)


def test_before_the_first_run_it_holds_to_nothing(poll):
    ada = ContributorFactory()
    say(ada, poll, "a", "b", good=10)
    scores = shown(ada, poll)
    assert scores["b"] == pytest.approx(-scores["a"])
    assert scores["b"] > 90


def test_a_newcomer_holds_to_what_is_published(poll):
    digest(computed(poll))
    common = {entity.uid: entity.score for entity in ranking(poll=poll, criterion=poll.criteria.get())}
    ada = ContributorFactory()
    say(ada, poll, "d", "a", good=10)
    own = shown(ada, poll)
    assert common["a"] < own["a"] < 90
    assert common["d"] > own["d"] > -90


def test_whoever_has_judged_nothing_has_no_model(poll):
    digest(computed(poll))
    assert shown(ContributorFactory(), poll) == {}
