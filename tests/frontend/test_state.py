"""The page of the site's state: for the staff, in words, with links to what to do."""

import pytest
from django.urls import reverse
from django.utils import timezone

from backend.alerts.models import PollWatch
from backend.observability.models import QueuedMail, SwitchState
from backend.observability.probes import checks
from backend.observability.probes.heartbeats import BEAT, heartbeat_leave
from backend.observability.services import switches_settle
from backend.polls.models import News
from tests.factories import PollFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, monkeypatch):
    monkeypatch.setattr(checks, "_asked", {})
    monkeypatch.setattr(checks, "SECONDS", 60.0)  # a busy machine may take long
    switches_settle()
    client.force_login(UserFactory(is_staff=True))
    return client


def test_it_says_what_is_missing_and_what_is_well(staff):
    heartbeat_leave(BEAT)
    text = staff.get(reverse("state")).text
    assert "No worker gave a sign of life for 30 seconds. Start one." in text
    assert text.count("All is well") == 4
    assert "No change waits for a run." in text


def test_it_says_what_waits_and_what_fails(staff):
    poll = PollFactory(slug="broken", title="Broken & sad")
    PollWatch.objects.create(poll=poll, failing_since=timezone.now())
    News.objects.create(poll=poll)
    QueuedMail.objects.create(error="SMTPServerDisconnected")
    text = staff.get(reverse("state")).text
    assert "1 mail has waited to be sent" in text
    assert "did not take one (SMTPServerDisconnected)" in text
    assert "1 change has waited for a run" in text
    assert '<a href="/polls/broken/runs/">Broken &amp; sad</a>' in text


def test_it_lists_the_switches_as_they_stand(staff):
    SwitchState.objects.filter(name="exports").update(state="off", note="moving house")
    text = staff.get(reverse("state")).text
    assert text.count("<strong>Off</strong>") == 1
    assert "moving house" in text
    assert "/admin/observability/" not in text  # may not turn them


def test_it_is_for_the_staff_alone(client):
    assert client.get(reverse("state")).status_code == 403
    client.force_login(UserFactory())
    assert client.get(reverse("state")).status_code == 403
    assert reverse("state") not in client.get(reverse("account")).text


def test_the_number_of_queries_is_constant(staff, django_assert_num_queries):
    staff.get(reverse("state"))
    with django_assert_num_queries(11) as few:
        staff.get(reverse("state"))
    for _ in range(3):
        PollWatch.objects.create(poll=PollFactory(), failing_since=timezone.now())
    with django_assert_num_queries(len(few)):
        staff.get(reverse("state"))
