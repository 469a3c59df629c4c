"""The contributor's space in a poll."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from backend.comparisons.models import Comparison
from backend.comparisons.services import rating_set_public
from backend.participation.my_space.progress import comparisons_over_time
from tests.factories import ContributorFactory, EntityFactory, poll_with, publish, say

URL = "/polls/poll/me/"


def test_it_works(member_client, contributor, poll):
    say(contributor, poll, "a", "b", good=8)
    say(contributor, poll, "b", "c", good=8)
    page = member_client.get(URL)
    assert page.status_code == 200
    assert page.context["progress"].comparisons == 2
    assert "3 of 4" in page.text
    assert "2 items only once" in page.text
    assert "All of your opinions are private" in page.text
    assert '<svg class="histogram"' in page.text


def test_it_proposes_to_connect_groups(member_client, contributor, poll):
    for left, right in ("ab", "cd"):
        say(contributor, poll, left, right, good=1)
    assert "/compare/?left=a&amp;right=c" in member_client.get(URL).text
    say(contributor, poll, "b", "c", good=1)
    assert "groups that no comparison" not in member_client.get(URL).text


def test_only_mine_counts(member_client, contributor, poll):
    say(ContributorFactory(), poll, "a", "b", good=1)
    elsewhere = poll_with(slug="elsewhere", criteria=("other",))
    say(contributor, elsewhere, "a", "b", other=1)
    assert "Compare two items: here you will see" in member_client.get(URL).text


def test_what_is_public_is_counted(member_client, contributor, poll):
    say(contributor, poll, "a", "b", good=1)
    rating_set_public(contributor=contributor, entity=poll.entities.get(uid="a"), is_public=True)
    page = member_client.get(URL)
    assert page.context["public"] == 1
    assert "opinions are private" not in page.text


def test_hidden_items_are_not_proposed(member_client, contributor, poll):
    for left, right in ("ab", "cd"):
        say(contributor, poll, left, right, good=1)
    poll.entities.filter(uid="c").update(is_hidden=True)
    page = member_client.get(URL)
    assert "3 of 3" in page.text
    assert "right=c" not in page.text


@pytest.mark.parametrize(
    ("days", "unit", "counts"),
    [
        (["2026-03-25", "2026-03-26", "2026-04-08"], "week", [2, 0, 1]),
        (["2025-01-31", "2025-12-31"], "month", [1, *[0] * 10, 1]),
        (["2020-02-29", "2024-12-31"], "year", [1, 0, 0, 0, 1]),
        ([], "week", []),
    ],
)
def test_comparisons_over_time_leave_no_gap(contributor, poll, days, unit, counts):
    for number, day in enumerate(days):
        EntityFactory(poll=poll, uid=f"more{number}")
        stored = say(contributor, poll, "a", f"more{number}", good=1)
        when = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
        Comparison.objects.filter(pk=stored.pk).update(created_at=when)
    found, periods = comparisons_over_time(contributor=contributor, poll=poll)
    assert (found, [period.comparisons for period in periods]) == (unit, counts)


def test_weeks_begin_at_midnight_where_clocks_change(contributor, poll):
    """Between the two days, clocks in Paris go one hour ahead."""
    with timezone.override("Europe/Paris"):
        test_comparisons_over_time_leave_no_gap(contributor, poll, ["2026-03-25", "2026-04-08"], "week", [1, 0, 1])


def test_visitors_log_in_first_and_methods_are_kept(client, member_client, poll):
    assert client.get(URL).url.startswith("/accounts/login/")
    assert member_client.post(URL).status_code == 405
    poll.criteria.all().delete()
    assert member_client.get(URL).status_code == 200


def test_the_number_of_queries_is_constant(member_client, contributor, poll, django_assert_max_num_queries):
    for number in range(12):
        EntityFactory(poll=poll, uid=f"more{number}")
        say(contributor, poll, "a", f"more{number}", good=1, clear=2)
    with django_assert_max_num_queries(20):
        member_client.get(URL)


def test_it_leads_to_ones_own_public_page_once_there_is_one(member_client, contributor, poll):
    say(contributor, poll, "a", "b", good=1)
    rating_set_public(contributor=contributor, entity=poll.entities.get(uid="a"), is_public=True)
    assert "/contributors/ada/" not in member_client.get(URL).text
    keys = {"criterion_id": poll.criteria.get(name="good").pk, "contributor_id": contributor.pk}
    publish(poll, individual=[keys | {"entity_id": poll.entities.get(uid="a").pk, "score": 5.0, "is_public": True}])
    page = member_client.get(URL)
    assert member_client.get("/polls/poll/contributors/ada/").status_code == 200
    assert "/contributors/ada/" in page.text
