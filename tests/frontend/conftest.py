"""A poll with published scores, and the people who look at it."""

from typing import Any

import pytest
from django.test import Client

from backend.accounts.models import Contributor, User
from backend.accounts.services import contributor_get_or_create
from backend.comparisons.models import Rating
from backend.polls.models import Poll
from tests.factories import ContributorFactory, UserFactory, poll_with, publish

SCORES = {"a": 62.0, "b": 30.0, "c": -12.0}
"""On the criterion good; d and the criterion clear are not judged."""


@pytest.fixture
def poll(db: None) -> Poll:
    poll = poll_with(criteria=("good", "clear"), slug="poll", title="A fine poll", question="Which is finer?")
    publish(poll, collective=collective_rows(poll), individual=individual_rows(poll))
    return poll


def collective_rows(poll: Poll) -> list[dict[str, Any]]:
    good = poll.criteria.get(name="good")
    return [
        {
            "criterion_id": good.pk,
            "entity_id": poll.entities.get(uid=uid).pk,
            "score": score,
            "left": 14.0,
            "right": 11.0,
            "contributors": 14,
        }
        for uid, score in SCORES.items()
    ]


def individual_rows(poll: Poll) -> list[dict[str, Any]]:
    """Give item a two public scores of 55, and a private one of -95."""
    good, item = poll.criteria.get(name="good"), poll.entities.get(uid="a")
    rows = []
    for score, is_public in ((55.0, True), (55.0, True), (-95.0, False)):
        contributor = ContributorFactory()
        Rating.objects.create(contributor=contributor, entity=item, is_public=is_public)
        keys = {"criterion_id": good.pk, "entity_id": item.pk, "contributor_id": contributor.pk}
        rows.append(keys | {"score": score, "is_public": is_public})
    return rows


def account(**fields: Any) -> User:
    user: User = UserFactory(**fields)
    user.save()  # the factory leaves the password unsaved, and a session belongs to a password
    return user


@pytest.fixture
def member(db: None) -> User:
    return account(username="ada")


@pytest.fixture
def contributor(member: User) -> Contributor:
    return contributor_get_or_create(user=member)


@pytest.fixture
def member_client(member: User) -> Client:
    client = Client()
    client.force_login(member)
    return client


@pytest.fixture
def staff_client(db: None) -> Client:
    client = Client()
    client.force_login(account(username="grace", is_staff=True))
    return client
