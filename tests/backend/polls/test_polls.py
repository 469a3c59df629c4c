"""Who sees which poll; criteria; news."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from backend.common.errors import NoCriterion, PollNotFound, PollNotManaged, UnknownCriterion
from backend.polls.models import Criterion, News, Poll
from backend.polls.selectors import (
    criterion_get,
    criterion_list,
    poll_get,
    poll_get_managed,
    poll_is_managed,
    poll_list,
)
from backend.polls.services import news_add, news_add_everywhere
from tests.factories import CriterionFactory, PollFactory, UserFactory

pytestmark = pytest.mark.django_db
NOBODY = AnonymousUser()


@pytest.fixture
def polls() -> dict[str, Poll]:
    return {visibility: PollFactory(slug=visibility, visibility=visibility) for visibility in Poll.Visibility.values}


def test_only_public_polls_are_listed_except_for_staff(polls):
    assert list(poll_list(user=NOBODY)) == list(poll_list(user=UserFactory())) == [polls["public"]]
    assert set(poll_list(user=UserFactory(is_staff=True))) == {*polls.values()}


def test_owners_see_their_polls_whatever_the_visibility(polls):
    owner = UserFactory()
    Poll.objects.filter(visibility="staff").update(owner=owner)
    assert set(poll_list(user=owner)) == {polls["public"], polls["staff"]}
    assert poll_get(user=owner, slug="staff") == polls["staff"]


@pytest.mark.parametrize(
    ("who", "manages"),
    [("nobody", False), ("member", False), ("blocked owner", False), ("owner", True), ("staff", True)],
)
def test_a_poll_is_managed_by_its_owner_and_the_staff(who, manages):
    people = {
        "nobody": NOBODY,
        "member": UserFactory(),
        "owner": UserFactory(),
        "blocked owner": UserFactory(is_active=False),
        "staff": UserFactory(is_staff=True),
    }
    owned = PollFactory(owner=people["blocked owner" if who == "blocked owner" else "owner"])
    assert poll_is_managed(poll=owned, user=people[who]) == manages
    if manages:
        assert poll_get_managed(user=people[who], slug=owned.slug) == owned
    else:
        with pytest.raises(PollNotManaged):
            poll_get_managed(user=people[who], slug=owned.slug)


def test_a_poll_without_owner_is_managed_by_staff_alone():
    poll = PollFactory(owner=None)
    assert not poll_is_managed(poll=poll, user=NOBODY)
    assert not poll_is_managed(poll=poll, user=UserFactory())


def test_an_unlisted_poll_is_open_to_whoever_knows_it(polls):
    assert poll_get(user=NOBODY, slug="unlisted") == polls["unlisted"]


@pytest.mark.parametrize("slug", ["staff", "none", "", "a\0b", "x" * 1_000_000])
def test_a_poll_that_is_not_theirs_is_not_found(polls, slug):
    with pytest.raises(PollNotFound) as caught:
        poll_get(user=UserFactory(), slug=slug)
    assert len(caught.value.message) < 200


def test_staff_finds_a_poll_for_staff(polls):
    assert poll_get(user=UserFactory(is_staff=True), slug="staff") == polls["staff"]


def test_criteria_come_in_their_order_and_the_first_is_the_main_one():
    poll = PollFactory()
    second, first = CriterionFactory(poll=poll, position=2), CriterionFactory(poll=poll, position=1)
    assert criterion_list(poll=poll) == [first, second]
    assert criterion_get(poll=poll) == first
    assert criterion_get(poll=poll, name=second.name) == second


def test_an_unknown_criterion_is_refused_with_the_known_ones():
    poll = PollFactory()
    CriterionFactory(poll=poll, name="good")
    with pytest.raises(UnknownCriterion, match=r"Its criteria are: good\."):
        criterion_get(poll=poll, name="bad")
    with pytest.raises(NoCriterion, match="Its owner adds one"):
        criterion_get(poll=PollFactory())


def test_news_are_added_to_the_polls_concerned():
    one, _other = PollFactory(), PollFactory()
    news_add(poll_ids=[one.pk])
    assert [news.poll for news in News.objects.all()] == [one]
    news_add_everywhere()
    assert News.objects.count() == 3


def test_the_database_refuses_an_unknown_visibility_and_a_criterion_twice():
    with pytest.raises(IntegrityError, match="poll_visibility_known"), transaction.atomic():
        PollFactory(visibility="secret")
    criterion = CriterionFactory()
    with pytest.raises(IntegrityError, match="criterion_name_unique_in_poll"), transaction.atomic():
        Criterion.objects.create(poll=criterion.poll, name=criterion.name)
