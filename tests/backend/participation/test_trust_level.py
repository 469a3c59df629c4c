"""The trust that people are told is the one that runs compute."""

import pytest
from django.core.cache import cache

from backend.accounts.models import Contributor
from backend.participation.vouches.trust_level import Degree, trust_level
from backend.pipeline.snapshot import facts_read
from backend.trust.models import Vouch
from backend.trust.services import vouch_create
from solidago import trust
from tests.factories import ContributorFactory, PollFactory, judged_poll

pytestmark = pytest.mark.django_db


def level(contributor: Contributor) -> float:
    cache.clear()
    return trust_level(contributor=contributor)


@pytest.mark.django_db(transaction=True)
def test_it_equals_what_a_run_computes_from_everybodys_vouches():
    people = ContributorFactory.create_batch(9)
    Contributor.objects.filter(pk__in=[people[0].pk, people[1].pk]).update(is_pretrusted=True)
    Contributor.objects.filter(pk=people[2].pk).update(given_trust=0.35)
    Contributor.objects.filter(pk=people[8].pk).update(is_suspended=True)
    for giver, taker in ((0, 3), (0, 4), (1, 3), (3, 4), (4, 5), (5, 4), (2, 6), (6, 7), (8, 7), (0, 8), (4, 0)):
        Vouch.objects.create(voucher=people[giver], vouchee=people[taker], value=1 - taker / 20)
    dataset = facts_read(poll=judged_poll()).dataset
    computed = dict(zip(dataset.users, trust.compute(dataset), strict=True))
    for person in Contributor.objects.filter(pk__in=[person.pk for person in people[:8]]):
        assert level(person) == pytest.approx(computed[str(person.pk)], abs=1e-7)
    assert level(Contributor.objects.get(pk=people[8].pk)) == 0


def test_it_follows_vouches_and_nobody_elses(django_assert_max_num_queries):
    voucher, vouchee = ContributorFactory(is_pretrusted=True), ContributorFactory()
    PollFactory()
    assert level(vouchee) == 0
    vouch_create(voucher=voucher, vouchee=vouchee)
    assert level(vouchee) == pytest.approx(0.8 * 0.8 / 6)
    for _ in range(30):
        Vouch.objects.create(voucher=vouchee, vouchee=ContributorFactory())
    with django_assert_max_num_queries(4):
        assert level(vouchee) == pytest.approx(0.8 * 0.8 / 6)


def test_a_level_is_remembered_for_a_while(django_assert_num_queries):
    person = ContributorFactory()
    level(person)
    with django_assert_num_queries(0):
        trust_level(contributor=person)


@pytest.mark.parametrize(
    ("number", "degree"), [(0, "none"), (0.01, "some"), (0.4, "much"), (0.79, "much"), (0.8, "full"), (1, "full")]
)
def test_each_level_has_a_word(number: float, degree: str):
    assert Degree.of(number) == degree
