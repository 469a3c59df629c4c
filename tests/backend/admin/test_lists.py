"""Lists of large tables: counted and paged no further than is quick. The log of the staff."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.urls import reverse

from backend.accounts.models import Contributor
from backend.common.admin import pages
from backend.common.admin.pages import BoundedPaginator
from backend.polls.models import News, Poll
from tests.backend.admin.conftest import page
from tests.backend.admin.rows import rows_of
from tests.factories import ContributorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bound(monkeypatch):
    monkeypatch.setattr(pages, "COUNTED", 20)
    monkeypatch.setattr(BoundedPaginator, "bound", 20)


def test_few_rows_are_counted_exactly(bound):
    ContributorFactory.create_batch(20)
    paginator = BoundedPaginator(Contributor.objects.order_by("pk"), 6)
    assert (paginator.count, paginator.num_pages, paginator.is_estimated) == (20, 3, False)


def test_many_rows_are_estimated_and_their_pages_end(bound, staff):
    ContributorFactory.create_batch(200)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_contributor")
    paginator = BoundedPaginator(Contributor.objects.order_by("pk"), 5)
    assert paginator.is_estimated
    assert 100 < paginator.count < 400
    assert paginator.num_pages == 4
    answer = staff.get(page(Contributor))
    assert "search or filter to reach the others" in answer.text


def test_the_log_tells_what_services_did_and_what_forms_did(staff, boss):
    (entry,) = rows_of(LogEntry, 1, user=[boss])
    (deleted,) = rows_of(LogEntry, 1, user=[boss], object_repr=["A poll that is gone"])
    LogEntry.objects.filter(pk=deleted.pk).update(action_flag=3, change_message="")
    answer = staff.get(page(LogEntry))
    assert "title: Old → New" in answer.text
    assert reverse("admin:polls_poll_change", args=[entry.object_id]) in answer.text
    assert "A poll that is gone" in answer.text


def test_nobody_rewrites_the_log(staff):
    (entry,) = rows_of(LogEntry, 1)
    assert staff.get(page(LogEntry, "add")).status_code == 403
    for name in ("change", "delete"):
        assert staff.post(page(LogEntry, name, entry.pk), {"post": "yes"}).status_code == 403
    assert LogEntry.objects.filter(pk=entry.pk).exists()


def test_a_filter_by_polls_offers_the_newest_and_keeps_the_chosen_one(staff, monkeypatch):
    monkeypatch.setattr(pages, "CHOICES", 2)
    first, *_ = rows_of(Poll, 5)
    answer = staff.get(page(News), {"poll__id__exact": first.pk})
    (spec,) = answer.context["cl"].filter_specs
    assert next(key for key, _ in spec.lookup_choices) == first.pk
    assert len(spec.lookup_choices) == 3
    assert staff.get(page(News), {"poll__id__exact": "x"}).status_code == 302
