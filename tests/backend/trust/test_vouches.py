"""Vouching."""

import math

import pytest
from django.db import IntegrityError, transaction

from backend.common.errors import ContributorSuspended, InvalidVouch, SelfVouch, VouchQuotaReached
from backend.polls.models import News
from backend.trust.models import Vouch
from backend.trust.selectors import vouches_given
from backend.trust.services import QUOTA, vouch_create, vouch_delete
from tests.factories import ContributorFactory, PollFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    PollFactory()
    return ContributorFactory.create_batch(2)


def test_it_works(people):
    ada, bob = people
    vouch = vouch_create(voucher=ada, vouchee=bob, value=0.5)
    assert list(vouches_given(contributor=ada)) == [vouch]
    assert News.objects.count() == 1


def test_vouching_again_changes_the_value(people):
    ada, bob = people
    vouch_create(voucher=ada, vouchee=bob, value=0.5)
    vouch_create(voucher=ada, vouchee=bob)
    assert [vouch.value for vouch in Vouch.objects.all()] == [1.0]


def test_a_vouch_is_withdrawn_once(people):
    ada, bob = people
    vouch_create(voucher=ada, vouchee=bob)
    assert vouch_delete(voucher=ada, vouchee=bob) is True
    assert vouch_delete(voucher=ada, vouchee=bob) is False
    assert News.objects.count() == 2


def test_nobody_vouches_for_themselves(people):
    with pytest.raises(SelfVouch):
        vouch_create(voucher=people[0], vouchee=people[0])


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan, math.inf])
def test_a_value_outside_0_and_1_is_refused(people, value):
    with pytest.raises(InvalidVouch):
        vouch_create(voucher=people[0], vouchee=people[1], value=value)


def test_a_suspended_contributor_cannot_vouch():
    with pytest.raises(ContributorSuspended):
        vouch_create(voucher=ContributorFactory(is_suspended=True), vouchee=ContributorFactory())


def test_the_quota_stops_the_next_vouch_but_not_a_change(people):
    ada, bob = people
    vouch_create(voucher=ada, vouchee=bob)
    others = ContributorFactory.create_batch(QUOTA - 1)
    Vouch.objects.bulk_create([Vouch(voucher=ada, vouchee=other) for other in others])
    with pytest.raises(VouchQuotaReached, match=str(QUOTA)):
        vouch_create(voucher=ada, vouchee=ContributorFactory())
    vouch_create(voucher=ada, vouchee=bob, value=0.2)


@pytest.mark.parametrize(
    ("constraint", "rows"),
    [
        ("vouch_once", lambda a, b: [Vouch(voucher=a, vouchee=b), Vouch(voucher=a, vouchee=b)]),
        ("no_vouch_for_oneself", lambda a, _: [Vouch(voucher=a, vouchee=a)]),
        ("vouch_value_between_0_and_1", lambda a, b: [Vouch(voucher=a, vouchee=b, value=1.5)]),
        ("vouch_value_between_0_and_1", lambda a, b: [Vouch(voucher=a, vouchee=b, value=math.nan)]),
    ],
)
def test_the_database_refuses(people, constraint, rows):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Vouch.objects.bulk_create(rows(*people))
