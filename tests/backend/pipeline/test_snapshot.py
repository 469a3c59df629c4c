"""What a run reads."""

from uuid import uuid4

import numpy as np
import pytest
from allauth.account.models import EmailAddress
from django.db import connection, transaction

from backend.accounts.models import Contributor, EmailDomain
from backend.accounts.services import contributor_get_or_create
from backend.comparisons.services import rating_set_public
from backend.entities.models import Entity
from backend.pipeline.models import Snapshot
from backend.pipeline.snapshot import JUDGMENTS, PUBLIC, consistent_read, facts_read, snapshot_store, snapshots_forget
from backend.polls.models import News
from backend.trust.services import vouch_create
from solidago.io import snapshot as snapshot_io
from tests.factories import ContributorFactory, UserFactory, judged_poll, poll_with, say

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_works():
    poll = poll_with(criteria=("good", "cheap"))
    ada, bob = ContributorFactory(given_trust=0.5), ContributorFactory()
    say(ada, poll, "b", "a", good=5, cheap=-10)
    say(bob, poll, "a", "b", good=1)
    dataset = facts_read(poll=poll).dataset
    a, b = (str(poll.entities.get(uid=uid).pk) for uid in "ab")
    assert dataset.users.tolist() == sorted([str(ada.pk), str(bob.pk)])
    assert dataset.entities.tolist() == sorted([a, b])
    assert dataset.criteria == ("cheap", "good")
    good = dataset.judgments["good"]
    found = {
        (dataset.users[u], dataset.entities[left], value)
        for u, left, value in zip(good.user, good.left, good.value, strict=True)
    }
    first, sign = (a, -1) if a < b else (b, 1)
    assert found == {(str(ada.pk), first, sign * 0.5), (str(bob.pk), first, -sign * 0.1)}
    assert np.isnan(dataset.trust[dataset.users == str(bob.pk)]).all()
    assert dataset.trust[dataset.users == str(ada.pk)] == [0.5]


def test_other_polls_hidden_items_and_suspended_contributors_are_left_out():
    poll = poll_with()
    ada, banned = ContributorFactory(), ContributorFactory()
    say(ada, poll, "a", "b", good=1)
    say(ada, poll, "a", "c", good=1)
    say(banned, poll, "a", "b", good=1)
    say(ada, poll_with(), "a", "b", good=1)
    Entity.objects.filter(poll=poll, uid="c").update(is_hidden=True)
    Contributor.objects.filter(pk=banned.pk).update(is_suspended=True)
    dataset = facts_read(poll=poll).dataset
    assert dataset.users.tolist() == [str(ada.pk)]
    assert len(dataset.judgments["good"]) == 1


def test_a_poll_that_the_planner_has_not_heard_of_is_not_read_in_loops_within_loops():
    judged_poll()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    young = judged_poll()
    plans = [plan_in_a_snapshot(query, [young.pk]) for query in (JUDGMENTS, PUBLIC)]
    assert all("Hash" in plan or "Merge" in plan for plan in plans)
    assert not any("Nested Loop" in plan for plan in plans)


def plan_in_a_snapshot(query: str, parameters: list[int]) -> str:
    with consistent_read(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {query}", parameters)
        return "\n".join(line for (line,) in cursor.fetchall())


def test_opinions_are_private_unless_made_public():
    poll, ada = poll_with(), ContributorFactory()
    say(ada, poll, "a", "b", good=1)
    a, b = poll.entities.get(uid="a"), poll.entities.get(uid="b")
    rating_set_public(contributor=ada, entity=a, is_public=True)
    private = facts_read(poll=poll).dataset
    assert [private.entities[entity] for entity in private.private.entity] == [str(b.pk)]


def test_trust_comes_from_verified_addresses_and_vouches():
    EmailDomain.objects.create(domain="uni.example", is_trusted=True)
    poll = poll_with()
    ada, bob = contributor_get_or_create(user=UserFactory()), ContributorFactory()
    EmailAddress.objects.create(user=ada.user, email="a@uni.example", verified=True)
    vouch_create(voucher=ada, vouchee=bob, value=0.5)
    say(bob, poll, "a", "b", good=1)
    dataset = facts_read(poll=poll).dataset
    names = {str(ada.pk): "ada", str(bob.pk): "bob"}
    assert {names[user] for user in dataset.users[dataset.pretrusted]} == {"ada"}
    vouches = dataset.vouches
    assert [names[dataset.users[u]] for u in (*vouches.voucher, *vouches.vouchee)] == ["ada", "bob"]
    assert vouches.weight.tolist() == [0.5]


def test_an_empty_poll_can_be_read():
    facts = facts_read(poll=poll_with())
    assert (facts.dataset.criteria, len(facts.dataset.users), facts.news_ids) == ((), 0, [])


def test_the_digest_is_that_of_the_facts_not_of_their_order():
    poll, ada = poll_with(), ContributorFactory()
    empty = facts_read(poll=poll).digest
    first = say(ada, poll, "a", "b", good=1)
    say(ada, poll, "b", "c", good=2)
    digest = facts_read(poll=poll).digest
    first.delete()
    assert facts_read(poll=poll).digest not in {digest, empty}
    say(ada, poll, "b", "a", good=-1)
    assert facts_read(poll=poll).digest == digest


def test_news_are_those_of_this_poll():
    poll = judged_poll(contributors=1)
    judged_poll(contributors=1)
    assert facts_read(poll=poll).news_ids == list(News.objects.filter(poll=poll).values_list("pk", flat=True))


def test_it_refuses_to_read_inside_of_a_transaction():
    poll = poll_with()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        facts_read(poll=poll)


def test_a_snapshot_is_stored_once_and_reads_back():
    poll = judged_poll()
    facts = facts_read(poll=poll)
    for _ in range(2):
        snapshot_store(poll=poll, facts=facts, lease=uuid4())
    stored = Snapshot.objects.get()
    assert snapshot_io.loads(bytes(stored.content)).digest() == stored.digest == facts.digest


@pytest.mark.parametrize("is_of_an_earlier_release", [False, True])
def test_every_snapshot_of_a_contributor_can_be_forgotten(is_of_an_earlier_release):
    poll, ada, bob = poll_with(), ContributorFactory(), ContributorFactory()
    say(bob, poll, "a", "b", good=1)
    snapshot_store(poll=poll, facts=(kept := facts_read(poll=poll)), lease=uuid4())
    say(ada, poll, "a", "b", good=1)
    snapshot_store(poll=poll, facts=facts_read(poll=poll), lease=uuid4())
    if is_of_an_earlier_release:
        Snapshot.objects.update(users=None)
    snapshots_forget(contributor_id=ada.pk)
    assert [snapshot.digest for snapshot in Snapshot.objects.all()] == [kept.digest]
