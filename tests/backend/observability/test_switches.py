"""Switches: what each turns off, on pages and through the API, and that it comes back."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backend.accounts.models import User
from backend.comparisons.models import Comparison
from backend.observability import selectors
from backend.observability.models import SwitchState
from backend.observability.selectors import SwitchesRead, switch_is_on, switch_list, switches_forget
from backend.observability.services import switch_set, switches_settle
from backend.observability.switches import (
    API_WRITES,
    AUTOMATIC_RUNS,
    COMPARING,
    EXPORTS,
    RECOMMENDATIONS,
    SIGN_UP,
    SWITCHES,
    Switch,
)
from backend.pipeline.models import Run
from backend.pipeline.reaper import runs_start_for_news
from backend.polls.models import News, Poll
from tests.factories import UserFactory, poll_with

pytestmark = pytest.mark.django_db
PAIR = {"left": "a", "right": "b"}
FORM = {**PAIR, "judge-good": "3"}
BODY = {**PAIR, "judgments": {"good": 3.0}}


def turn(switch: Switch, state: str = "off") -> None:
    switch_set(switch=switch, state=SwitchState.State(state))
    switches_forget()


@pytest.fixture
def poll() -> Poll:
    return poll_with(slug="poll")


@pytest.fixture
def user() -> User:
    return UserFactory(username="ada")


@pytest.fixture
def member(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def is_paused(answer: Any, code: str) -> bool:
    return (
        answer.status_code == 503
        and answer["Content-Type"] == "application/problem+json"
        and answer.json()["code"] == code
        and int(answer["Retry-After"]) > 0
    )


def test_all_are_on_by_default():
    assert [standing.is_on for standing in switch_list()] == [True] * len(SWITCHES)


# ---------------------------------------------------------------- comparing
def test_a_page_keeps_the_answers_that_it_cannot_save(member, poll):
    turn(COMPARING)
    answer = member.post(reverse("compare", args=["poll"]), FORM)
    assert "nothing can be saved for the moment" in answer.text
    assert 'value="3' in answer.text
    assert not Comparison.objects.exists()
    turn(COMPARING, "default")
    assert member.post(reverse("compare", args=["poll"]), FORM).status_code == 303


def test_every_page_says_that_the_site_only_reads(client, poll):
    assert 'id="read-only"' not in client.get(reverse("poll", args=["poll"])).text
    turn(COMPARING)
    assert 'id="read-only"' in client.get(reverse("poll", args=["poll"])).text


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "polls/poll/comparisons/", BODY),
        ("delete", "polls/poll/comparisons/a/b/", None),
        ("post", "polls/poll/ratings/", {"is_public": True, "entities": ["a"]}),
        ("post", "polls/poll/rate-later/", {"entity": "a"}),
        ("delete", "polls/poll/rate-later/a/", None),
        ("delete", "polls/poll/set-aside/a/b/", None),
    ],
)
def test_the_api_refuses_what_changes_opinions(member, poll, method, path, body):
    member.post("/api/v1/polls/poll/comparisons/", BODY, content_type="application/json")
    turn(COMPARING)
    before = News.objects.count()
    answer = getattr(member, method)(f"/api/v1/{path}", body, content_type="application/json")
    assert is_paused(answer, "comparing_paused"), answer.text
    assert News.objects.count() == before


def test_reading_goes_on(member, poll):
    turn(COMPARING)
    assert member.get(reverse("compare", args=["poll"])).status_code == 200
    assert member.get("/api/v1/polls/poll/comparisons/").status_code == 200


# ---------------------------------------------------------------- the others
def test_sign_up_closes_with_words_and_makes_no_account(client):
    turn(SIGN_UP)
    form = {"username": "new", "email": "n@example.org", "password1": "a long enough 1", "password2": "a long enough 1"}
    for answer in (client.get(reverse("account_signup")), client.post(reverse("account_signup"), form)):
        assert "Sign-up is closed" in answer.text
    assert not User.objects.exists()


def test_automatic_runs_wait_and_start_when_switched_on_again(poll):
    News.objects.create(poll=poll)
    News.objects.update(created_at=timezone.now() - timedelta(days=1))
    turn(AUTOMATIC_RUNS)
    assert runs_start_for_news() == []
    turn(AUTOMATIC_RUNS, "on")
    assert [run.trigger for run in runs_start_for_news()] == [Run.Trigger.NEWS]


def test_exports_pause_on_the_page_and_in_the_api(client, poll):
    turn(EXPORTS)
    page = client.get(reverse("dataset_export", args=["poll"]))
    assert page.status_code == 503
    assert page["Retry-After"] == "60"
    assert "Datasets cannot be downloaded for the moment" in page.text
    assert is_paused(client.get("/api/v1/polls/poll/dataset/"), "exports_paused")


def test_recommendations_pause_on_the_page_and_in_the_api(member, poll):
    turn(RECOMMENDATIONS)
    page = member.get(reverse("recommendations", args=["poll"]))
    assert page.status_code == 503
    assert "Personal recommendations are paused" in page.text
    assert is_paused(member.get("/api/v1/polls/poll/recommendations/mine/"), "recommendations_paused")


def test_the_api_only_reads_while_pages_write(member, poll):
    turn(API_WRITES)
    write = member.post("/api/v1/polls/poll/comparisons/", BODY, content_type="application/json")
    assert is_paused(write, "api_writes_paused")
    assert member.get("/api/v1/polls/poll/").status_code == 200
    assert member.post(reverse("compare", args=["poll"]), FORM).status_code == 303


# ---------------------------------------------------------------- turning them
def test_another_process_follows_within_seconds(monkeypatch):
    monkeypatch.setattr(selectors, "AGE", 60.0)
    switches_forget()
    assert switch_is_on(COMPARING)
    SwitchState.objects.update_or_create(name=COMPARING.name, defaults={"state": "off"})  # as another process does
    assert switch_is_on(COMPARING)
    monkeypatch.setattr(selectors, "AGE", 0.0)
    assert not switch_is_on(COMPARING)


def silent(*_: object) -> None:
    raise OperationalError("the server closed the connection")


def test_what_was_read_last_holds_while_the_database_is_silent_which_is_logged_once(caplog):
    turn(COMPARING)
    assert not switch_is_on(COMPARING)
    with connection.execute_wrapper(silent):
        for _ in range(3):
            switches_forget()
            assert not switch_is_on(COMPARING)
    assert caplog.text.count("The switches stay as they were read last") == 1
    turn(COMPARING, "on")
    assert switch_is_on(COMPARING)


def test_nothing_is_taken_for_on_that_was_never_read(monkeypatch):
    monkeypatch.setattr(selectors, "switches_read", SwitchesRead())
    with connection.execute_wrapper(silent), pytest.raises(OperationalError):
        switch_is_on(COMPARING)
    assert switch_is_on(COMPARING)


def test_a_thread_that_reads_holds_up_nobody_who_knows_the_last_state():
    read = SwitchesRead()
    known = read.states()
    read.forget()
    with read._reading:  # another thread's, whose database hangs
        assert read.states() == known


def test_asking_again_costs_no_query(django_assert_num_queries):
    switches_forget()
    with django_assert_num_queries(1):
        for switch in SWITCHES.values():
            switch_is_on(switch)


def test_rows_of_switches_that_are_gone_go_too():
    SwitchState.objects.create(name="former", state="off")
    switches_settle()
    assert {*SwitchState.objects.values_list("name", flat=True)} == {*SWITCHES}


def test_the_command_lists_and_turns(capsys):
    call_command("switches", "comparing", "off", note="moving house")
    assert "OFF comparing" in capsys.readouterr().out
    assert SwitchState.objects.get(name="comparing").note == "moving house"
    with pytest.raises(CommandError, match=r"There is no switch nothing\. There are: sign_up, comparing"):
        call_command("switches", "nothing", "off")
    with pytest.raises(CommandError, match=r"manage\.py switches comparing on\|off\|default"):
        call_command("switches", "comparing")


def test_the_admin_says_what_each_does_and_turns_it(client):
    switches_settle()
    root = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(root)
    listed = client.get("/admin/observability/switchstate/").text
    for switch in SWITCHES.values():
        assert str(switch.explanation) in listed
    client.post("/admin/observability/switchstate/comparing/change/", {"state": "off", "note": "moving house"})
    row = SwitchState.objects.get(name="comparing")
    assert (row.state, row.note, row.changed_by) == ("off", "moving house", root)
    assert client.get("/admin/observability/switchstate/add/").status_code == 403


def test_the_admin_lets_only_those_turn_them_who_may(client):
    switches_settle()
    client.force_login(UserFactory(is_staff=True))
    client.post("/admin/observability/switchstate/comparing/change/", {"state": "off", "note": ""})
    assert SwitchState.objects.get(name="comparing").state == "default"
