"""The pages of runs, for staff and the poll's owner."""

import pytest
from django.db import connection

from backend.pipeline.everywhere import runs_start_all
from backend.pipeline.models import Run
from backend.pipeline.services import run_create, run_execute
from backend.polls.models import Poll
from frontend.templatetags.times import time_left
from tests.factories import PollFactory, UserFactory, judged_poll, publish

URL = "/polls/poll/runs/"


def run_of(poll, **fields) -> Run:
    return Run.objects.create(poll=poll, trigger=Run.Trigger.PAGE, **fields)


def test_it_works(staff_client, poll):
    run = run_of(poll, status=Run.Status.SUCCEEDED, seconds={"scaling": 1.5, "trust": 0.25, "new": 0.1})
    page = staff_client.get(URL)
    assert page.status_code == 200
    assert "1.85" in page.text
    detail = staff_client.get(f"{URL}{run.pk}/")
    assert detail.text.index("One scale for all contributors") < detail.text.index("Whom people trust")
    assert "new" in detail.text


def test_no_run_yet(staff_client, poll):
    assert "No run yet" in staff_client.get(URL).text


@pytest.mark.parametrize("url", [URL, f"{URL}1/"])
def test_others_are_refused(client, member_client, poll, url):
    for visitor in (client, member_client):
        assert visitor.get(url).status_code == 403
        assert visitor.post(url).status_code in (403, 405)
    assert not Run.objects.exists()


def test_the_owner_starts_a_run_and_sees_it(member_client, member, poll):
    Poll.objects.update(owner=member)
    page = member_client.post(URL, follow=True)
    run = Run.objects.get()
    assert f"Run {run.pk} is queued" in page.text
    assert member_client.get(f"{URL}{run.pk}/").status_code == 200


def test_only_those_who_may_see_the_way_there(member_client, member, staff_client, poll):
    assert URL not in member_client.get("/polls/poll/").text
    assert URL in staff_client.get("/polls/poll/").text
    Poll.objects.update(owner=member)
    assert URL in member_client.get("/polls/poll/").text


def test_an_active_run_is_asked_for_again_and_an_ended_one_is_not(staff_client, poll):
    run = run_of(poll, status=Run.Status.RUNNING, step="scaling", done=3, total=10)
    for url in (URL, f"{URL}{run.pk}/"):
        part = staff_client.get(url, headers={"HX-Request": "true"}).text
        assert "<html" not in part
        assert 'hx-trigger="every 1s"' in part
        assert 'value="3"' in part
    Run.objects.update(status=Run.Status.FAILED, error="The disk is full.")
    for url in (URL, f"{URL}{run.pk}/"):
        part = staff_client.get(url, headers={"HX-Request": "true"}).text
        assert "hx-trigger" not in part
        assert "The disk is full." in part


def test_the_button_queues_a_run(staff_client, poll):
    page = staff_client.post(URL, follow=True)
    run = Run.objects.get()
    assert f"Run {run.pk} is queued" in page.text
    assert run.started_by.username == "grace"


def test_a_second_run_at_once_is_refused_in_words(staff_client, poll):
    run = run_of(poll)
    page = staff_client.post(URL, follow=True)
    assert f"Run {run.pk} of this poll is" in page.text
    assert Run.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_executed_run_shows_what_it_read_and_made(staff_client, poll):
    run = run_execute(run_id=run_of(poll).pk)
    page = staff_client.get(f"{URL}{run.pk}/").text
    assert run.snapshot_digest in page
    assert run.score_set is not None
    assert run.score_set.result_digest in page
    way_back = f'href="{URL}{run.pk}/show/"'
    assert way_back not in page  # its scores are shown already
    publish(poll)
    assert way_back in staff_client.get(f"{URL}{run.pk}/").text


@pytest.mark.parametrize(
    ("url", "status"),
    [
        (f"{URL}999/", 404),
        (f"{URL}{10**30}/", 404),
        (f"{URL}abc/", 404),
        ("/polls/nix/runs/", 404),
        (f"{URL}?page=x", 400),
    ],
)
def test_bad_input_is_answered_in_words(staff_client, poll, url, status):
    page = staff_client.get(url)
    assert page.status_code == status
    assert "<h1" in page.text


def test_wrong_method(staff_client, poll):
    assert staff_client.put(URL).status_code == 405


def test_the_number_of_queries_is_constant(staff_client, poll, django_assert_num_queries):
    run_of(poll, status=Run.Status.FAILED)
    with django_assert_num_queries(16) as few:
        staff_client.get(URL)
    for _ in range(10):
        run_of(poll, status=Run.Status.FAILED)
    with django_assert_num_queries(len(few)):
        staff_client.get(URL)


@pytest.mark.django_db(transaction=True)
def test_an_audit_is_told_in_words(staff_client):
    poll = judged_poll()
    run = run_execute(run_id=run_of(poll).pk)
    detail = staff_client.get(f"/polls/{poll.slug}/runs/{run.pk}/").text
    assert "Can a judgment backfire?" in detail
    assert "of 9 judgments tried" in detail
    assert "What can never go wrong did not" in detail


def test_an_audit_that_found_something_says_where_and_how_bad(staff_client, poll):
    figures = {"moves": 40, "violated": 3, "rate": 0.075, "worst": 1.25, "by_step": {"preferences": 3}}
    audit = {"passed": False, "criteria": {"good": {"judgments": 1200, "sampled": 20, "own": figures}}}
    run = run_of(poll, status=Run.Status.FAILED, report={"audit": audit})
    detail = staff_client.get(f"{URL}{run.pk}/").text
    assert "20 of 1,200 judgments tried" in detail
    assert "Each contributor&#x27;s own scores (3)" in detail
    assert "1.250" in detail
    assert "were not published" in detail


@pytest.mark.django_db(transaction=True)
def test_an_audit_of_another_method_has_other_questions(staff_client):
    poll = judged_poll(run_config={"method": "licchavi"})
    run = run_execute(run_id=run_create(poll=poll, trigger=Run.Trigger.PAGE).pk)
    detail = staff_client.get(f"/polls/{poll.slug}/runs/{run.pk}/").text
    assert "each by itself" in detail
    assert "scale found anew" not in detail
    assert staff_client.get(f"/polls/{poll.slug}/integrity/").status_code == 200
    assert staff_client.get(f"/polls/{poll.slug}/items/a/").status_code == 200


def test_a_run_may_start_with_constants_of_its_own_and_publish_nothing(staff_client, poll):
    Poll.objects.update(run_config={"sigma": 4})
    staff_client.post(URL, {"is_dry_run": "on", "preset": "jury", "sigma": "5", "k": ""})
    run = Run.objects.get()
    assert (run.is_dry_run, run.parameters) == (True, {"preset": "jury", "sigma": 5})
    detail = staff_client.get(f"{URL}{run.pk}/").text
    assert "Dry run" in detail
    assert "Spread of scores (sigma)" in detail


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"sigma": "-1"}, "greater than or equal to"),
        ({"sigma": "seven"}, "Enter a number"),
        ({"root_law": "k-nary:1"}, "root_law"),
        ({"preset": "none"}, "Select a valid choice"),
    ],
)
def test_a_wrong_constant_is_refused_at_its_field(staff_client, poll, typed, said):
    page = staff_client.post(URL, typed)
    assert page.status_code == 422
    assert said in page.text
    assert next(iter(typed.values())) in page.text or "preset" in typed
    assert not Run.objects.exists()


def test_runs_are_shown_by_state_and_trigger_and_by_pages(staff_client, poll):
    for _ in range(25):
        run_of(poll, status=Run.Status.FAILED)
    other = Run.objects.create(poll=poll, status=Run.Status.SUCCEEDED, trigger=Run.Trigger.NEWS)
    page = staff_client.get(f"{URL}?status=failed&trigger=page").text
    assert f'id="run-{other.pk}"' not in page
    assert "status=failed&amp;trigger=page&amp;page=2" in page
    assert f'id="run-{other.pk}"' in staff_client.get(f"{URL}?trigger=news").text
    assert "No such run" in staff_client.get(f"{URL}?status=cancelled").text
    assert f'id="run-{other.pk}"' in staff_client.get(f"{URL}?status=nonsense").text


def test_an_active_run_is_cancelled_by_a_button(staff_client, poll):
    run = run_of(poll, status=Run.Status.RUNNING, step="scaling", done=1, total=3, seconds_left=44.0)
    detail = staff_client.get(f"{URL}{run.pk}/").text
    assert "1 of 3 criteria" in detail
    assert "about 40 seconds left" in detail
    page = staff_client.post(f"{URL}{run.pk}/", {"action": "cancel"}, follow=True).text
    assert "it stops now" in page
    assert 'value="cancel"' not in page
    assert Run.objects.get().is_cancel_requested


def test_a_failed_run_is_repeated_by_a_button(staff_client, poll):
    run = run_of(poll, status=Run.Status.FAILED, parameters={"sigma": 3})
    page = staff_client.post(f"{URL}{run.pk}/", {"action": "retry"}, follow=True)
    again = Run.objects.exclude(pk=run.pk).get()
    assert page.redirect_chain[-1][0] == f"{URL}{again.pk}/"
    assert again.parameters == {"sigma": 3}
    assert f"With the parameters of run {run.pk}." in page.text


@pytest.mark.parametrize("action", ["", "explode", "cancel"])
def test_what_cannot_be_asked_of_an_ended_run_is_said(staff_client, poll, action):
    run = run_of(poll, status=Run.Status.SUCCEEDED)
    page = staff_client.post(f"{URL}{run.pk}/", {"action": action}, follow=True).text
    assert "has ended and cannot be cancelled" in page or "Nothing was asked of this run." in page
    assert Run.objects.count() == 1


def test_an_old_run_says_what_it_does_not_know(staff_client, poll):
    run = run_of(poll, status=Run.Status.SUCCEEDED, seconds={"scaling": 1.5})
    detail = staff_client.get(f"{URL}{run.pk}/").text
    assert "Memory was not measured" in detail
    assert "There is no log of this run" in detail


@pytest.mark.django_db(transaction=True)
def test_a_new_run_shows_memory_log_and_what_a_dry_run_would_change(staff_client):
    poll = judged_poll()
    shown = f"/polls/{poll.slug}/runs/"
    run_execute(run_id=run_create(poll=poll, trigger=Run.Trigger.PAGE).pk)
    dry = run_execute(run_id=run_create(poll=poll, trigger=Run.Trigger.PAGE, config={"sigma": 3}, is_dry_run=True).pk)
    detail = staff_client.get(f"{shown}{dry.pk}/").text
    assert "4 of 4 scores would move" in detail
    assert "<td>One scale for all contributors</td>" in detail
    assert "Done. Nothing was published, as asked." in detail
    assert f'href="/polls/{poll.slug}/items/a/"' in detail
    listed = staff_client.get(shown).text
    assert 'class="durations"' in listed
    assert "Seconds of the last 2 runs" in listed


def test_charts_wait_for_two_runs_that_computed(staff_client, poll):
    run_of(poll, status=Run.Status.SUCCEEDED, result_digest="x", seconds={"scaling": 1})
    run_of(poll, status=Run.Status.FAILED)
    page = staff_client.get(URL).text
    assert "After two runs" in page
    assert "durations" not in page


def test_staff_start_runs_of_all_polls(staff_client, member_client, poll):
    active = run_of(judged_poll())
    assert member_client.get("/runs/").status_code == 403
    assert member_client.post("/runs/").status_code == 403
    page = staff_client.post("/runs/", follow=True).text
    assert "1 run is queued." in page
    assert f"Run {active.pk} of this poll is queued" in page
    assert set(Run.objects.values_list("poll", flat=True)) == {poll.pk, active.poll_id}
    assert f'href="/polls/{active.poll.slug}/runs/{active.pk}/"' in staff_client.get("/runs/?status=queued").text
    assert "No such run" in staff_client.get("/runs/?status=failed").text


def test_runs_of_many_polls_take_a_dozen_queries(db, django_assert_max_num_queries):
    PollFactory.create_batch(15)
    staff = UserFactory(is_staff=True)
    with django_assert_max_num_queries(12):
        started, refused = runs_start_all(trigger=Run.Trigger.PAGE, started_by=staff)
    assert (len(started), refused) == (15, {})
    assert {run.log.get().event for run in started} == {"queued"}


def test_a_run_that_somebody_starts_at_the_same_moment_is_left_alone(poll):
    def start_one_first(execute, statement, *call):
        if "nextval" in statement:
            run_of(poll)
        return execute(statement, *call)

    with connection.execute_wrapper(start_one_first):
        started, _ = runs_start_all(trigger=Run.Trigger.PAGE, started_by=UserFactory(is_staff=True))
    assert (started, Run.objects.count()) == ([], 1)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0.0, "a few seconds left"),
        (9.9, "a few seconds left"),
        (44.0, "about 40 seconds left"),
        (70.0, "about a minute left"),
        (150.0, "about 2 minutes left"),
        (2.2 * 3600, "about 2 hours left"),
    ],
)
def test_time_left_is_told_as_roughly_as_it_is_known(seconds, words):
    assert time_left(seconds) == words
