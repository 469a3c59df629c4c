"""GET /polls/{slug}/integrity/ and /polls/{slug}/integrity/entities/{uid}/."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from backend.pipeline.models import InfluenceBound, Run
from backend.polls.models import Poll
from tests.backend.api.helpers import Api, World, problem
from tests.backend.pipeline.helpers import computed
from tests.factories import judged_poll

PATH = "polls/judged/integrity/"
ITEM = f"{PATH}entities/d/"


@pytest.fixture
def run(transactional_db: None) -> Run:
    """Return the run of a poll."""
    return computed(judged_poll(slug="judged", criteria=("good", "clear")))


def test_it_works(api: Api, run: Run) -> None:
    body = api.get(PATH).json()
    assert run.score_set is not None
    assert body["score_set"]["result_digest"] == run.score_set.result_digest
    assert body["audit"] == run.report["audit"]
    assert body["influence"] == run.report["influence"]
    assert body["strategic_gain"] is None
    (only,) = body["runs"]
    assert (only["id"], only["status"], only["judgments"]) == (run.pk, "succeeded", 18)
    assert only["seconds"] > 0


def test_an_item_tells_how_far_others_could_take_it(api: Api, run: Run) -> None:
    body = api.get(ITEM).json()
    assert run.score_set is not None
    assert body["score_set"] == run.score_set.result_digest
    assert [bound["criterion"] for bound in body["influence"]] == ["good", "clear"]
    stored = InfluenceBound.objects.get(entity__uid="d", criterion__name="good")
    assert body["influence"][0]["crowd"] == {"low": stored.crowd_low, "high": stored.crowd_high}


def test_before_the_first_run(api: Api, world: World) -> None:
    body = api.get("polls/budget/integrity/").json()
    assert body == {"score_set": None, "audit": None, "influence": None, "strategic_gain": None, "runs": []}
    assert api.get("polls/budget/integrity/entities/school/").json() == {"score_set": None, "influence": []}


def test_errors_and_who_started_a_run_are_for_staff(api: Api, run: Run) -> None:
    Run.objects.create(poll=run.poll, trigger=Run.Trigger.PAGE, status=Run.Status.FAILED, error="The disk is full.")
    answer = api.get(PATH)
    assert "disk" not in answer.text
    assert set(answer.json()["runs"][0]) == {
        "id", "status", "created_at", "finished_at", "judgments", "contributors", "seconds",
    }  # fmt: skip


@pytest.mark.parametrize("path", [PATH, ITEM])
def test_what_did_not_change_is_not_sent_again(api: Api, run: Run, path: str) -> None:
    first = api.get(path)
    assert api.get(path, None, **{"If-None-Match": first["ETag"]}).status_code == 304
    computed(run.poll, sigma=4)
    assert api.get(path, None, **{"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize(("path", "queries"), [(PATH, 3), (ITEM, 5)])
def test_the_number_of_queries_is_known(
    api: Api, run: Run, django_assert_num_queries: DjangoAssertNumQueries, path: str, queries: int
) -> None:
    with django_assert_num_queries(queries):
        api.get(path)


@pytest.mark.parametrize(
    ("path", "code", "parameter"),
    [
        ("polls/nothing/integrity/", "poll_not_found", "slug"),
        ("polls/budget/integrity/entities/nothing/", "entity_not_found", "uid"),
        ("polls/budget/integrity/entities/secret/", "entity_not_found", "uid"),
        ("polls/budget/integrity/entities/%00/", "entity_not_found", "uid"),
    ],
)
def test_what_is_not_there(api: Api, world: World, path: str, code: str, parameter: str) -> None:
    problem(api.get(path), 404, code, parameter)


def test_a_poll_for_staff_does_not_exist_for_others(
    api: Api, staff_poll: Poll, schema: dict[str, Any], staff: Any
) -> None:
    problem(api.get("polls/staff/integrity/"), 404, "poll_not_found", "slug")
    assert Api(schema).login(staff).get("polls/staff/integrity/").status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_wrong_method(api: Api, world: World, method: str) -> None:
    problem(api.send(method, "polls/budget/integrity/"), 405, "method_not_allowed")


def test_it_takes_no_parameters(api: Api, world: World) -> None:
    problem(api.get("polls/budget/integrity/?deep=1"), 400, "invalid", "deep")
