"""An account that is deleted leaves no trace in what a real worker computes next."""

import pytest

from backend.accounts.models import Contributor
from backend.accounts.services import contributor_get_or_create
from backend.participation.own_data.deletion import account_delete
from backend.pipeline.models import Run
from backend.pipeline.services import run_create, run_enqueue
from backend.polls.models import News, Poll
from backend.scores.models import IndividualScore
from backend.trust.services import vouch_create
from tests.backend.pipeline.helpers import digest
from tests.backend.pipeline.test_workers import ended
from tests.factories import UserFactory, judged_poll, say


def computed_by_a_worker(poll: Poll) -> str:
    run = run_create(poll=poll, trigger=Run.Trigger.COMMAND)
    run_enqueue(run=run)
    return digest(ended(run))


@pytest.mark.usefixtures("celery_worker_process")
def test_the_next_run_equals_one_that_never_saw_the_account() -> None:
    poll = judged_poll()
    before = computed_by_a_worker(poll)
    user = UserFactory()
    contributor = contributor_get_or_create(user=user)
    Contributor.objects.filter(pk=contributor.pk).update(given_trust=0.9)
    vouch_create(voucher=contributor, vouchee=Contributor.objects.exclude(pk=contributor.pk).first())
    for left, right in ("ab", "bc", "da"):
        say(contributor, poll, left, right, good=-7)
    assert computed_by_a_worker(poll) != before
    account_delete(user=user)
    assert not IndividualScore.objects.filter(contributor_id=contributor.pk).exists()
    assert News.objects.filter(poll=poll).exists()
    assert computed_by_a_worker(poll) == before
