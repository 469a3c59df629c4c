"""What is deleted, hidden or suspended leaves no trace in the next run: the same bytes as if it had never been."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from backend.comparisons.services import comparison_delete
from backend.entities.services import entity_set_hidden
from backend.participation.services import contributor_delete, contributor_set_suspended
from backend.pipeline.models import Snapshot
from backend.pipeline.snapshot import facts_read, snapshot_store
from backend.scores.models import IndividualScore
from backend.scores.selectors import score_set_published
from backend.trust.services import vouch_create
from tests.backend.pipeline.helpers import computed, digest
from tests.factories import ContributorFactory, EntityFactory, UserFactory, judged_poll, publish, say

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["mehestan", "licchavi"])
def poll(request):
    return judged_poll(run_config={"method": request.param})


@pytest.fixture
def before(poll) -> str:
    return digest(computed(poll))


def joined(poll, before, **fields):
    """Let somebody join, judge, vouch and change the scores."""
    newcomer = ContributorFactory(given_trust=0.9, **fields)
    vouch_create(voucher=newcomer, vouchee=ContributorFactory())
    for left, right in ("ab", "bc", "da"):
        say(newcomer, poll, left, right, good=-7)
    assert digest(computed(poll)) != before
    return newcomer


def test_deleting_a_contributor(poll, before):
    newcomer = joined(poll, before)
    contributor_delete(contributor=newcomer)
    assert not IndividualScore.objects.filter(contributor_id=newcomer.pk).exists()
    assert [snapshot.poll for snapshot in Snapshot.objects.all()] == [poll]
    assert digest(computed(poll)) == before


def test_deleting_a_contributor_deletes_the_account(poll, before):
    user = UserFactory()
    contributor_delete(contributor=joined(poll, before, user=user))
    assert not type(user).objects.filter(pk=user.pk).exists()


def test_suspending_and_bringing_back(poll, before):
    newcomer = joined(poll, before)
    with_newcomer = digest(computed(poll))
    contributor_set_suspended(contributor=newcomer, is_suspended=True)
    assert digest(computed(poll)) == before
    contributor_set_suspended(contributor=newcomer, is_suspended=False)
    assert digest(computed(poll)) == with_newcomer


def test_taking_a_judgment_back(poll, before):
    other = ContributorFactory()
    say(other, poll, "a", "d", good=-9)
    assert digest(computed(poll)) != before
    left, right = poll.entities.get(uid="a"), poll.entities.get(uid="d")
    comparison_delete(contributor=other, poll=poll, left=left, right=right)
    assert digest(computed(poll)) == before


def test_hiding_an_item(poll, before):
    extra = EntityFactory(poll=poll, uid="extra")
    say(ContributorFactory(), poll, "a", "extra", good=5)
    assert digest(computed(poll)) != before
    entity_set_hidden(entity=extra, is_hidden=True)
    assert digest(computed(poll)) == before


def test_deleting_an_item(poll, before):
    extra = EntityFactory(poll=poll, uid="extra")
    for other in ("a", "d"):
        say(ContributorFactory(), poll, other, "extra", good=5)
    assert digest(computed(poll)) != before
    extra.delete()
    assert digest(computed(poll)) == before


def test_somebody_who_is_deleted_while_a_run_publishes_does_not_come_back(poll):
    newcomer = ContributorFactory(given_trust=0.9)
    say(newcomer, poll, "a", "b", good=-7)
    keys = {"criterion_id": poll.criteria.get().pk, "contributor_id": newcomer.pk}

    def delete() -> None:
        contributor_delete(contributor=newcomer)
        connection.close()

    @transaction.atomic
    def publish_meanwhile() -> None:
        publish(poll, individual=[keys | {"entity_id": poll.entities.first().pk}], scalings=[keys])
        with ThreadPoolExecutor(1) as pool:
            pool.submit(delete).result(timeout=60)

    with pytest.raises(IntegrityError):
        publish_meanwhile()
    assert not IndividualScore.objects.filter(contributor_id=newcomer.pk).exists()
    assert score_set_published(poll=poll) is None


def test_somebody_who_is_deleted_after_a_run_read_them_is_in_no_snapshot(poll):
    newcomer = ContributorFactory()
    say(newcomer, poll, "a", "b", good=-7)
    facts = facts_read(poll=poll)

    def store() -> None:
        snapshot_store(poll=poll, facts=facts, lease=uuid4())
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            contributor_delete(contributor=newcomer)
            storing = pool.submit(store)
            with pytest.raises(TimeoutError):
                storing.result(timeout=0.5)
        storing.result(timeout=60)
    assert not Snapshot.objects.exists()
