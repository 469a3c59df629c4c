"""Mails about runs: who gets them, how often, in which language."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from backend.accounts.models import User
from backend.alerts import services
from backend.alerts.facts import runs
from backend.alerts.models import PollWatch
from backend.alerts.selectors import LATE
from backend.alerts.services import runs_watch
from backend.observability.metrics.counters import RUNS, STEP_SECONDS
from backend.pipeline.models import Run
from backend.polls.models import Poll
from tests.factories import PollFactory, UserFactory

pytestmark = pytest.mark.django_db
OPERATOR = "ops@example.org"


@pytest.fixture(autouse=True)
def addressed(settings) -> None:
    settings.ALERT_EMAILS = [OPERATOR]
    settings.SITE_URL = "https://polls.example.org"


def person(name: str, **fields: Any) -> User:
    user = UserFactory(username=name, email=f"{name}@example.org", **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def ended(poll: Poll, status: str = "failed", **fields: Any) -> Run:
    given = {"trigger": "news", "finished_at": timezone.now(), "error": "The disk is full.", "step": "scaling"} | fields
    return Run.objects.create(poll=poll, status=status, **given)


def watch(commit) -> None:
    with commit(execute=True):
        runs_watch()


def told() -> list[tuple[str, str]]:
    return [(message.to[0], message.subject) for message in mail.outbox]


def test_a_failed_run_is_told_with_poll_step_reason_link_and_number(django_capture_on_commit_callbacks):
    run = ended(PollFactory(slug="cities", title="Cities"))
    watch(django_capture_on_commit_callbacks)
    (message,) = mail.outbox
    assert message.to == [OPERATOR]
    assert message.subject == "Helianthus: a run of “Cities” failed"
    for words in ("Step: One scale for all", "The disk is full.", f"run_id {run.pk}"):
        assert words.lower() in message.body.lower()
    assert f"https://polls.example.org/polls/cities/runs/{run.pk}/" in message.body


def test_a_title_with_signs_of_html_is_told_as_it_is(django_capture_on_commit_callbacks):
    ended(PollFactory(title="Cats & <dogs>"))
    watch(django_capture_on_commit_callbacks)
    assert "Cats & <dogs>" in mail.outbox[0].subject


def test_owner_and_starter_are_told_and_nobody_twice(django_capture_on_commit_callbacks):
    owner, starter = person("owner"), person("starter", is_staff=True)
    ended(PollFactory(owner=owner), started_by=starter)
    watch(django_capture_on_commit_callbacks)
    assert sorted(to for to, _ in told()) == [OPERATOR, owner.email, starter.email]


def test_an_unverified_address_gets_nothing(django_capture_on_commit_callbacks):
    ended(PollFactory(owner=UserFactory(username="somebody")))
    watch(django_capture_on_commit_callbacks)
    assert [to for to, _ in told()] == [OPERATOR]


def test_who_may_not_see_runs_any_more_is_not_told(django_capture_on_commit_callbacks):
    ended(PollFactory(), started_by=person("former", is_staff=False))
    watch(django_capture_on_commit_callbacks)
    assert [to for to, _ in told()] == [OPERATOR]


def test_the_mail_is_in_the_readers_language(django_capture_on_commit_callbacks):
    ended(PollFactory(title="Villes", owner=person("claire", language="fr")))
    watch(django_capture_on_commit_callbacks)
    assert ("claire@example.org", "Helianthus : un calcul de « Villes » a échoué") in told()
    assert (OPERATOR, "Helianthus: a run of “Villes” failed") in told()


def test_a_poison_poll_sends_one_mail_an_hour(django_capture_on_commit_callbacks):
    poll = PollFactory()
    for _ in range(5):
        ended(poll)
        watch(django_capture_on_commit_callbacks)
    assert len(told()) == 1
    PollWatch.objects.update(told_at=timezone.now() - services.PAUSE - timedelta(seconds=1))
    ended(poll)
    watch(django_capture_on_commit_callbacks)
    assert len(told()) == 2


def test_polls_are_told_of_apart(django_capture_on_commit_callbacks):
    ended(PollFactory(title="One"))
    ended(PollFactory(title="Two"))
    watch(django_capture_on_commit_callbacks)
    assert len(told()) == 2


def test_recovery_is_told_once(django_capture_on_commit_callbacks):
    poll = PollFactory(title="Cities")
    for status in ("failed", "succeeded", "succeeded"):
        ended(poll, status)
        watch(django_capture_on_commit_callbacks)
    assert [subject for _, subject in told()] == [
        "Helianthus: a run of “Cities” failed",
        "Helianthus: the runs of “Cities” work again",
    ]


def test_a_dry_run_proves_no_recovery_and_a_cancelled_run_is_no_failure(django_capture_on_commit_callbacks):
    poll = PollFactory()
    for status, is_dry_run in (("cancelled", False), ("failed", False), ("succeeded", True)):
        ended(poll, status, is_dry_run=is_dry_run)
    watch(django_capture_on_commit_callbacks)
    assert len(told()) == 1


def test_what_failed_days_ago_is_not_told(django_capture_on_commit_callbacks):
    ended(PollFactory(), finished_at=timezone.now() - services.OLD - timedelta(minutes=1))
    watch(django_capture_on_commit_callbacks)
    assert told() == []


def test_each_run_and_its_steps_are_counted_once(django_capture_on_commit_callbacks):
    finished, steps = RUNS.labels("succeeded"), STEP_SECONDS.labels("trust")
    before, seconds = finished._value.get(), steps._sum.get()
    ended(PollFactory(), "succeeded", seconds={"trust": 2.5})
    for _ in range(2):
        watch(django_capture_on_commit_callbacks)
    assert (finished._value.get(), steps._sum.get()) == (before + 1, seconds + 2.5)


def test_a_poll_that_breaks_the_look_hides_no_other_and_the_page_of_state_tells(
    django_capture_on_commit_callbacks, monkeypatch, client
):
    whole = services.poll_recipients

    def recipients(*, poll: Poll, since: Any) -> Any:
        return whole(poll=poll, since=since) if poll.title == "Whole" else 1 / 0

    monkeypatch.setattr(services, "poll_recipients", recipients)
    for title in ("Broken", "Whole"):
        ended(PollFactory(title=title), finished_at=timezone.now() - LATE - timedelta(seconds=1))
    with pytest.raises(ZeroDivisionError):
        watch(django_capture_on_commit_callbacks)
    assert told() == [(OPERATOR, "Helianthus: a run of “Whole” failed")]
    client.force_login(UserFactory(is_staff=True))
    assert "1 run ended minutes ago" in client.get(reverse("state")).text
    assert runs()[-1].samples[0].value == 1


def test_looking_takes_as_many_queries_for_many_polls_that_rest(django_assert_num_queries):
    for _ in range(3):
        ended(PollFactory())
    runs_watch()
    with django_assert_num_queries(1):
        runs_watch()
