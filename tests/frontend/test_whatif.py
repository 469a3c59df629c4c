"""Attacks on a copy of a poll, tried by those who manage it."""

import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from backend.pipeline.integrity import whatif as service
from backend.pipeline.models import InfluenceBound, Run, Snapshot
from backend.pipeline.services import run_create, run_execute
from backend.polls.models import Poll
from backend.scores.models import CollectiveScore, ScoreSet
from tests.factories import judged_poll, poll_with

URL = "/polls/judged/integrity/what-if/"
ASKED = {
    "item": "a", "criterion": "good", "accounts": "30", "trusted": "yes", "direction": "up", "strategy": "push",
}  # fmt: skip
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def judged(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Poll:
    cache.clear()
    if "celery_worker_process" not in request.fixturenames:
        # A worker that another test has left running would answer before this one looks; this it does not know.
        monkeypatch.setattr(service, "TASK", "pipeline.nobody_answers")
    poll = judged_poll(contributors=3, slug="judged", run_config={"preset": "tournesol"})
    run_execute(run_id=run_create(poll=poll, trigger=Run.Trigger.COMMAND).pk)
    return poll


def ask(client, **changed):
    return client.post(URL, ASKED | changed)


def key_of(answer):
    assert answer.status_code == 302, answer.context["form"].errors
    return parse_qs(urlsplit(answer["Location"]).query)["asked"][0]


def answered(client, **changed):
    """Ask, and let this process do what a worker does."""
    key = key_of(ask(client, **changed))
    service.whatif_execute(key=key)
    return client.get(URL, {"asked": key})


def test_it_works(staff_client, judged):
    assert staff_client.get(URL, {"item": "b"}).context["form"]["item"].value() == "b"
    page = answered(staff_client)
    assert page.status_code == 200
    outcome = page.context["question"].outcome
    assert (outcome["before"]["rank"], outcome["after"]["rank"]) == (4, 1)
    assert outcome["after"]["score"] > 90
    assert "4 of 4" in page.text
    assert "1 of 4" in page.text


def test_accounts_without_trust_are_stopped_at_their_limit(staff_client, judged):
    outcome = answered(staff_client, trusted="no", accounts="1000").context["question"].outcome
    assert outcome["before"]["score"] < outcome["after"]["score"] < 45


def test_nothing_is_stored_with_the_poll(staff_client, judged):
    kept = [list(model.objects.values()) for model in (ScoreSet, CollectiveScore, Snapshot, Run, InfluenceBound)]
    answered(staff_client)
    assert kept == [
        list(model.objects.values()) for model in (ScoreSet, CollectiveScore, Snapshot, Run, InfluenceBound)
    ]
    assert not judged.news.exists()


def test_while_a_worker_computes_the_page_asks_again_and_then_stops(staff_client, judged):
    key = key_of(ask(staff_client))
    waiting = staff_client.get(URL, {"asked": key}, headers={"HX-Request": "true"}).text
    assert "<html" not in waiting
    assert 'hx-trigger="every 1s"' in waiting
    service.whatif_execute(key=key)
    assert "hx-trigger" not in staff_client.get(URL, {"asked": key}, headers={"HX-Request": "true"}).text


def test_an_owner_may_and_others_may_not(client, member, member_client, judged):
    assert client.get(URL).status_code == 403
    assert ask(client).status_code == 403
    assert ask(member_client).status_code == 403
    Poll.objects.update(owner=member)
    assert member_client.get(URL).status_code == 200
    assert URL in member_client.get("/polls/judged/integrity/").text
    assert URL not in client.get("/polls/judged/integrity/").text


def test_a_real_worker_answers(celery_worker_process, staff_client, judged):
    key = key_of(ask(staff_client))
    deadline = time.monotonic() + 60
    while (question := service.whatif_get(poll=judged, key=key)).is_waiting:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert question.outcome["after"]["rank"] == 1


def test_one_at_a_time(staff_client, judged):
    key = key_of(ask(staff_client))
    refused = ask(staff_client)
    assert refused.status_code == 409
    assert "Another attack" in refused.text
    service.whatif_execute(key=key)
    key_of(ask(staff_client))


def test_a_question_that_no_worker_answers_is_given_up(staff_client, judged):
    key = key_of(ask(staff_client))
    with time_machine.travel(timezone.now() + timedelta(hours=7)):  # a machine whose clock is wrong
        assert service.whatif_get(poll=judged, key=key).is_waiting
    cache.delete(service._lock(judged.pk))  # as Redis does after a while
    assert service.whatif_get(poll=judged, key=key).error.startswith("No worker answered")


def test_a_question_that_a_worker_finds_too_late_is_left_alone(staff_client, judged, monkeypatch):
    monkeypatch.setattr(service, "PATIENCE", timedelta(seconds=0.05))
    late = key_of(ask(staff_client))
    time.sleep(0.1)
    monkeypatch.undo()
    monkeypatch.setattr(service, "TASK", "pipeline.nobody_answers")
    key = key_of(ask(staff_client))
    service.whatif_execute(key=late)
    assert service.whatif_get(poll=judged, key=late).outcome is None
    assert ask(staff_client).status_code == 409
    service.whatif_execute(key=key)
    assert service.whatif_get(poll=judged, key=key).outcome is not None


def test_a_poll_without_scores_cannot_be_attacked(staff_client, judged):
    poll_with(slug="new")
    refused = staff_client.post("/polls/new/integrity/what-if/", ASKED)
    assert refused.status_code == 409
    assert "no computation to try this on" in refused.text
    Snapshot.objects.all().delete()
    assert ask(staff_client).status_code == 409


def test_a_large_poll_is_refused(staff_client, judged):
    ScoreSet.objects.update(judgments=service.MOST_JUDGMENTS + 1)
    assert "too many to compute it on a copy" in ask(staff_client).text


def test_an_item_that_nobody_compared_is_told_in_words(staff_client, judged):
    judged.entities.create(uid="z", title="Z")
    assert "Nobody has compared" in answered(staff_client, item="z").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"item": "nothing"},
        {"item": "\0"},
        {"item": ""},
        {"criterion": "nothing"},
        {"accounts": "0"},
        {"accounts": "1001"},
        {"accounts": "x"},
        {"strategy": "pray"},
        {"direction": "left"},
        {"trusted": "perhaps"},
    ],
)
def test_bad_input_is_answered_at_the_field(staff_client, judged, wrong):
    page = ask(staff_client, **wrong)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == list(wrong)


@pytest.mark.parametrize("key", ["nothing", "x" * 1000, "ä", "../..", "\0", "0" * 32])
def test_an_unknown_attempt_is_not_found(staff_client, judged, key):
    assert staff_client.get(URL, {"asked": key}).status_code == 404


def test_an_attempt_belongs_to_its_poll(staff_client, judged):
    key = key_of(ask(staff_client))
    poll_with(slug="other")
    assert staff_client.get("/polls/other/integrity/what-if/", {"asked": key}).status_code == 404
