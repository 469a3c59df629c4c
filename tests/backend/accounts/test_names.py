"""Names are found through an index, however many people there are."""

import pytest
from django.db import connection

from backend.accounts.models import Contributor, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def many():
    User.objects.bulk_create(User(username=f"user{n}") for n in range(3_000))
    users = User.objects.order_by("pk")
    Contributor.objects.bulk_create(Contributor(name=user.username, user=user) for user in users)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_user, accounts_contributor")


@pytest.mark.parametrize(
    ("found", "index"),
    [
        (lambda: User.objects.filter(username__iexact="USER7"), "username_in_capitals"),
        (lambda: Contributor.objects.filter(user__username__iexact="USER7"), "username_in_capitals"),
        (lambda: Contributor.objects.filter(name="user7", is_suspended=False), "contributor_by_name"),
    ],
    ids=["log-in", "vouching", "public page"],
)
def test_a_name_is_found_through_an_index(many, found, index):
    people = found()
    assert people.count() == 1
    assert index in people.explain()
    assert "Seq Scan" not in people.explain()
