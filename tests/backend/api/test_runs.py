"""/polls/{slug}/runs/ and one run."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from backend.accounts.models import User
from backend.config.celery import app
from backend.pipeline.models import Run
from backend.pipeline.services import run_create
from backend.polls.models import Poll
from tests.backend.api.helpers import Api, World, problem

PATH = "polls/budget/runs/"


@pytest.fixture
def root(api: Api, staff: User) -> Api:
    """Return the client of somebody on the staff."""
    return api.login(staff)


def queued() -> int:
    with app.connection_for_read() as connection:
        return int(connection.default_channel.client.llen("celery"))


def test_it_works(root: Api, world: World, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = root.post(PATH)
    assert answer.status_code == 202
    run = Run.objects.get()
    assert answer["Location"] == f"http://testserver/api/v1/{PATH}{run.pk}/"
    assert answer.json()["status"] == "queued"
    assert (run.trigger, run.started_by and run.started_by.username) == ("api", "root")
    assert queued() == 1
    assert root.get(f"{PATH}{run.pk}/").json() == answer.json()


def test_a_run_may_have_parameters_of_its_own(root: Api, world: World) -> None:
    body = root.post(PATH, {"config": {"seed": 7}}).json()
    assert body["config"]["seed"] == 7


def test_while_a_run_is_active_no_other_can_start(root: Api, world: World) -> None:
    first = root.post(PATH).json()
    body = problem(root.post(PATH), 409, "run_already_active")
    assert body["details"]["run_id"] == first["id"]
    assert Run.objects.count() == 1


def test_a_run_can_be_cancelled_once(root: Api, world: World) -> None:
    run = root.post(PATH).json()
    assert root.post(f"{PATH}{run['id']}/cancel/").json()["status"] == "cancelled"
    problem(root.post(f"{PATH}{run['id']}/cancel/"), 409, "run_not_active")


def test_the_list_comes_in_pages_with_a_known_number_of_queries(
    root: Api, world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        run_create(poll=world.poll, trigger=Run.Trigger.NEWS)
        Run.objects.update(status=Run.Status.SUCCEEDED)
    seen, path = [], f"{PATH}?limit=2"
    while path:
        with django_assert_num_queries(4):  # session, user, poll, runs
            page = root.get(path).json()
        seen += [run["id"] for run in page["results"]]
        path = (page["next"] or "").removeprefix("http://testserver/api/v1/")
    assert seen == sorted(Run.objects.values_list("pk", flat=True), reverse=True)


PATHS = [("get", PATH), ("post", PATH), ("get", f"{PATH}1/"), ("post", f"{PATH}1/cancel/")]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_visitors_must_log_in(api: Api, world: World, method: str, path: str) -> None:
    problem(getattr(api, method)(path), 401, "not_authenticated")
    assert not Run.objects.exists()


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_others_are_refused(api: Api, world: World, user: User, method: str, path: str) -> None:
    problem(getattr(api.login(user), method)(path), 403, "poll_not_managed")
    assert not Run.objects.exists()


def test_the_owner_starts_follows_and_cancels_runs(api: Api, world: World, user: User) -> None:
    Poll.objects.filter(pk=world.poll.pk).update(owner=user)
    run = api.login(user).post(PATH).json()
    assert api.get(f"{PATH}{run['id']}/").json() == api.get(PATH).json()["results"][0] | run
    assert api.post(f"{PATH}{run['id']}/cancel/").json()["status"] == "cancelled"


def test_starting_needs_the_csrf_token(schema: dict[str, Any], world: World, staff: User) -> None:
    problem(Api(schema, enforce_csrf_checks=True).login(staff).post(PATH), 403, "csrf_failed")
    assert not Run.objects.exists()


@pytest.mark.parametrize("run_id", ["0", "999", "9" * 50])
def test_unknown_runs_are_not_found(root: Api, world: World, run_id: str) -> None:
    problem(root.get(f"{PATH}{run_id}/"), 404, "run_not_found", "id")
    problem(root.post(f"{PATH}{run_id}/cancel/"), 404, "run_not_found", "id")


def test_a_run_of_another_poll_is_not_found(root: Api, world: World, staff_poll: Poll) -> None:
    run = run_create(poll=staff_poll, trigger=Run.Trigger.NEWS)
    problem(root.get(f"{PATH}{run.pk}/"), 404, "run_not_found", "id")


def test_an_unknown_poll_is_not_found(root: Api, db: None) -> None:
    problem(root.get("polls/nothing/runs/"), 404, "poll_not_found", "slug")
    problem(root.post("polls/nothing/runs/"), 404, "poll_not_found", "slug")


@pytest.mark.parametrize(
    ("path", "method"), [(PATH, "put"), (PATH, "delete"), (f"{PATH}1/", "post"), (f"{PATH}1/cancel/", "get")]
)
def test_wrong_method(root: Api, world: World, path: str, method: str) -> None:
    problem(root.send(method, path), 405, "method_not_allowed")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"config": 5}, "invalid"),
        ({"config": {"seed": "x"}}, "invalid_run_config"),
        ({"config": {"nonsense": 1}}, "invalid_run_config"),
        ({"config": {"preset": "nonsense"}}, "invalid_run_config"),
        ({"seed": 5}, "invalid"),
        ([], "invalid"),
    ],
)
def test_bad_bodies_start_nothing(root: Api, world: World, body: Any, code: str) -> None:
    answer = root.post(PATH, body)
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert answer.json()["errors"]
    assert not Run.objects.exists()


def test_a_page_takes_no_unknown_parameters(root: Api, world: World) -> None:
    problem(root.get(f"{PATH}?state=failed"), 400, "invalid", "state")


def test_the_list_can_be_of_one_status_or_trigger(root: Api, world: World) -> None:
    for status, trigger in (("failed", "news"), ("failed", "api"), ("succeeded", "news")):
        Run.objects.create(poll=world.poll, status=status, trigger=trigger)
    found = root.get(f"{PATH}?status=failed&trigger=news").json()["results"]
    assert [(run["status"], run["trigger"]) for run in found] == [("failed", "news")]
    assert len(root.get(f"{PATH}?status=failed").json()["results"]) == 2
    problem(root.get(f"{PATH}?status=asleep"), 400, "invalid", "status")


def test_a_run_may_publish_nothing_and_tells_what_differs_and_what_happened(root: Api, world: World) -> None:
    body = root.post(PATH, {"is_dry_run": True, "config": {"sigma": 3}}).json()
    assert body["is_dry_run"]
    assert body["parameters"] == {"sigma": 3}
    assert [run for _poll, run in body["differences"].values()] == [3]
    assert [(line["event"], line["level"], line["text"]) for line in body["log"]] == [("queued", "info", "Queued.")]
