"""POST and GET /polls/{slug}/comparisons/, and one comparison."""

import json
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from backend.accounts.models import Contributor, User
from backend.comparisons.models import Comparison, Judgment
from backend.entities.models import Entity
from backend.polls.models import Criterion, News, Poll
from tests.backend.api.helpers import Api, World, problem
from tests.factories import UserFactory

PATH = "polls/budget/comparisons/"


def body(**changes: Any) -> dict[str, Any]:
    return {"left": "school", "right": "bridge", "judgments": {"priority": -6}} | changes


@pytest.fixture
def ada(api: Api, user: User) -> Api:
    """Return the client of a logged-in user."""
    return api.login(user)


def test_it_works(ada: Api, world: World) -> None:
    answer = ada.post(PATH, body(judgments={"priority": -6, "need": 2.5}))
    assert answer.status_code == 201
    comparison = answer.json()["comparison"]
    assert (comparison["left"], comparison["right"]) == ("school", "bridge")
    assert comparison["judgments"] == {"priority": -6, "need": 2.5}
    assert Judgment.objects.get(criterion__name="priority").value == -6
    assert News.objects.filter(poll=world.poll).exists()


def test_a_repetition_with_the_same_key_stores_nothing_again(ada: Api, world: World) -> None:
    first = ada.post(PATH, body(), **{"Idempotency-Key": "k1"})
    ada.post(PATH, body(judgments={"priority": 3}))
    again = ada.post(PATH, body(), **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["comparison"]["judgments"] == {"priority": 3}
    assert again.json()["changes"] == []
    assert ada.post(PATH, body(), **{"Idempotency-Key": "k2"}).json()["comparison"]["judgments"] == {"priority": -6}


def test_a_key_belongs_to_one_write_of_one_account(ada: Api, api: Api, world: World) -> None:
    ada.post(PATH, body(), **{"Idempotency-Key": "k1"})
    refused = ada.post(PATH, body(judgments={"priority": 9}), **{"Idempotency-Key": "k1"})
    problem(refused, 409, "idempotency_key_reused")
    other = api.login(UserFactory(password="x")).post(
        PATH, body(judgments={"priority": 9}), **{"Idempotency-Key": "k1"}
    )
    assert other.status_code == 201


def test_what_failed_may_be_tried_again_with_its_key(ada: Api, world: World) -> None:
    Poll.objects.update(is_open=False)
    assert ada.post(PATH, body(), **{"Idempotency-Key": "k1"}).status_code == 409
    Poll.objects.update(is_open=True)
    assert ada.post(PATH, body(), **{"Idempotency-Key": "k1"}).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "é"])
def test_a_key_that_cannot_be_one_is_refused(ada: Api, world: World, key: str) -> None:
    refused = ada.post(PATH, body(), **{"Idempotency-Key": key})
    problem(refused, 400, "invalid_idempotency_key", "Idempotency-Key")
    assert not Comparison.objects.exists()


def test_the_answer_tells_what_the_judgment_changed(ada: Api, world: World) -> None:
    first = ada.post(PATH, body(judgments={"priority": -2})).json()["changes"]
    assert [(change["criterion"], change["entity"], change["before"]) for change in first] == [
        ("priority", "school", None),
        ("priority", "bridge", None),
    ]
    left, right = ada.post(PATH, body(judgments={"priority": -9})).json()["changes"]
    assert left["after"]["score"] > left["before"]["score"] == first[0]["after"]["score"] > 0
    assert right["after"]["score"] < right["before"]["score"] < 0
    assert left["after"]["left"] > 0
    assert left["after"]["right"] > 0


def test_a_pair_given_again_either_way_round_is_updated(ada: Api, world: World) -> None:
    assert ada.post(PATH, body(judgments={"priority": -6, "need": 1})).status_code == 201
    answer = ada.post(PATH, body(left="bridge", right="school", judgments={"priority": 3}))
    assert answer.status_code == 200
    # Told as it is stored; the criterion that was not named keeps its judgment.
    assert answer.json()["comparison"]["left"] == "school"
    assert answer.json()["comparison"]["judgments"] == {"priority": -3, "need": 1}
    assert Comparison.objects.count() == 1


def test_null_takes_a_judgment_back(ada: Api, world: World) -> None:
    ada.post(PATH, body(judgments={"priority": -6, "need": 1}))
    answer = ada.post(PATH, body(judgments={"need": None}))
    assert answer.json()["comparison"]["judgments"] == {"priority": -6}


def test_the_list_shows_only_ones_own(ada: Api, world: World, staff: User, schema: dict[str, Any]) -> None:
    Api(schema).login(staff).post(PATH, body(judgments={"priority": 1}))
    assert ada.get(PATH).json() == {"next": None, "results": []}
    ada.post(PATH, body())
    assert [c["judgments"] for c in ada.get(PATH).json()["results"]] == [{"priority": -6}]


def test_the_list_comes_in_pages_with_a_known_number_of_queries(
    ada: Api, world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for left, right in (("school", "bridge"), ("park", "school"), ("bridge", "park")):
        ada.post(PATH, body(left=left, right=right))
    seen, path = [], f"{PATH}?limit=2"
    while path:
        # Session, user, poll, contributor, comparisons, judgments, criteria.
        with django_assert_num_queries(7):
            page = ada.get(path).json()
        seen += [(c["left"], c["right"]) for c in page["results"]]
        path = (page["next"] or "").removeprefix("http://testserver/api/v1/")
    assert seen == [("bridge", "park"), ("park", "school"), ("school", "bridge")]


def test_one_comparison_can_be_read_and_deleted(ada: Api, world: World) -> None:
    ada.post(PATH, body())
    assert ada.get(f"{PATH}bridge/school/").json()["judgments"] == {"priority": -6}
    assert ada.delete(f"{PATH}bridge/school/").status_code == 204
    problem(ada.get(f"{PATH}bridge/school/"), 404, "comparison_not_found")
    problem(ada.delete(f"{PATH}bridge/school/"), 404, "comparison_not_found")
    assert not Comparison.objects.exists()


def test_nobody_elses_comparison_can_be_read_or_deleted(
    ada: Api, world: World, staff: User, schema: dict[str, Any]
) -> None:
    ada.post(PATH, body())
    other = Api(schema).login(staff)
    problem(other.get(f"{PATH}school/bridge/"), 404, "comparison_not_found")
    problem(other.delete(f"{PATH}school/bridge/"), 404, "comparison_not_found")
    assert Comparison.objects.count() == 1


@pytest.mark.parametrize("path", [PATH, f"{PATH}school/bridge/"])
def test_visitors_must_log_in(api: Api, world: World, path: str) -> None:
    answer = api.get(path)
    problem(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_visitor_cannot_judge(api: Api, world: World) -> None:
    problem(api.post(PATH, body()), 401, "not_authenticated")
    assert not Comparison.objects.exists()


def test_a_session_without_the_csrf_token_cannot_judge(schema: dict[str, Any], world: World, user: User) -> None:
    api = Api(schema, enforce_csrf_checks=True).login(user)
    problem(api.post(PATH, body()), 403, "csrf_failed")
    problem(api.delete(f"{PATH}school/bridge/"), 403, "csrf_failed")
    api.client.get("/accounts/logout/")  # any page with a form
    token = api.client.cookies["csrftoken"].value
    assert api.post(PATH, body(), **{"X-CSRFToken": token}).status_code == 201


def test_a_suspended_contributor_cannot_judge(ada: Api, world: World, user: User) -> None:
    Contributor.objects.create(user=user, name="ada", is_suspended=True)
    problem(ada.post(PATH, body()), 403, "contributor_suspended")
    assert not Comparison.objects.exists()


def test_a_closed_poll_takes_no_judgment(ada: Api, world: World) -> None:
    Poll.objects.update(is_open=False)
    problem(ada.post(PATH, body()), 409, "poll_closed")


def test_a_private_poll_is_not_found(ada: Api, staff_poll: Poll) -> None:
    path = "polls/staff/comparisons/"
    problem(ada.get(path), 404, "poll_not_found", "slug")
    problem(ada.post(path, body()), 404, "poll_not_found", "slug")
    problem(ada.delete(f"{path}a/b/"), 404, "poll_not_found", "slug")


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_wrong_method(ada: Api, world: World, method: str) -> None:
    problem(ada.send(method, PATH), 405, "method_not_allowed")


LONG = "x" * 900_000


@pytest.mark.parametrize(
    ("changes", "code", "parameter"),
    [
        ({"left": "nothing"}, "entity_not_in_poll", "left"),
        ({"right": "secret"}, "entity_not_in_poll", "right"),
        ({"right": "elsewhere"}, "entity_not_in_poll", "right"),
        ({"right": "school"}, "self_comparison", "right"),
        ({"left": 5}, "invalid", "left"),
        ({"left": True}, "invalid", "left"),
        ({"left": None}, "invalid", "left"),
        ({"left": ["school"]}, "invalid", "left"),
        ({"left": ""}, "invalid", "left"),
        ({"left": " school"}, "entity_not_in_poll", "left"),
        ({"left": "scho\0ol"}, "invalid", "left"),
        ({"left": "\ud800"}, "invalid", "left"),
        ({"left": LONG}, "invalid", "left"),
        ({"judgments": {}}, "invalid", "judgments"),
        ({"judgments": None}, "invalid", "judgments"),
        ({"judgments": [1]}, "invalid", "judgments"),
        ({"judgments": "priority"}, "invalid", "judgments"),
        ({"judgments": {"priority": "5"}}, "invalid", "judgments.priority"),
        ({"judgments": {"priority": True}}, "invalid", "judgments.priority"),
        ({"judgments": {"priority": [5]}}, "invalid", "judgments.priority"),
        ({"judgments": {"priority": {"value": 5}}}, "invalid", "judgments.priority"),
        ({"judgments": {"priority": 10**400}}, "invalid", "judgments.priority"),
        ({"judgments": {"priority": None}}, "no_judgment", "judgments"),
        ({"judgments": {"priority": 10.0001}}, "invalid_judgment", "judgments.priority"),
        ({"judgments": {"priority": -11}}, "invalid_judgment", "judgments.priority"),
        ({"judgments": {"beauty": 1}}, "unknown_criterion", "judgments"),
        ({"judgments": {"\0": 1}}, "unknown_criterion", "judgments"),
        ({"judgments": {LONG: 1}}, "unknown_criterion", "judgments"),
        ({"judgments": {f"c{i}": 1 for i in range(101)}}, "invalid", "judgments"),
        ({"value": 5}, "invalid", "value"),
        ({LONG: 5}, "invalid", "x" * 100 + "…"),
    ],
    ids=lambda value: str(value)[:40].replace("\0", "NUL").encode("ascii", "replace").decode(),
)
def test_bad_fields_are_named_and_change_nothing(
    ada: Api, world: World, staff_poll: Poll, changes: dict[str, Any], code: str, parameter: str
) -> None:
    Entity.objects.create(poll=staff_poll, uid="elsewhere", title="Of another poll")
    answer = ada.post(PATH, body(**changes))
    problem(answer, 400, code, parameter)
    assert len(answer.content) < 3_000
    assert not Comparison.objects.exists()
    assert not News.objects.exists()


@pytest.mark.parametrize("missing", ["left", "right", "judgments"])
def test_each_field_is_needed(ada: Api, world: World, missing: str) -> None:
    given = body()
    del given[missing]
    problem(ada.post(PATH, given), 400, "invalid", missing)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b" ",
        b"{",
        b"{'left': 1}",
        json.dumps(body()).encode() + b"x",
        b'{"judgments": {"priority": NaN}}',
        b'{"judgments": {"priority": -Infinity}}',
        b'{"judgments": {"priority": 1, "priority": 2}}',
        b'{"judgments": {"priority": ' + b"9" * 5_000 + b"}}",
        b'{"left": "\xff"}',
        json.dumps(body()).encode("utf-16"),
        b'{"judgments": {"\\ud800": 1}}',
        b'{"\\udfff": 1}',
        b"[" * 100_000,
        b"\0",
    ],
    ids=lambda text: ascii(text)[:30],
)
def test_what_is_no_json_is_refused(ada: Api, world: World, text: bytes) -> None:
    answer = ada.post(PATH, text)
    assert answer.status_code == 400
    assert answer.json()["code"] in ("parse_error", "invalid")
    assert not Comparison.objects.exists()


@pytest.mark.parametrize("text", ["[]", '"school"', "5", "null", "true"])
def test_a_body_that_is_no_object_is_refused(ada: Api, world: World, text: str) -> None:
    problem(ada.post(PATH, text), 400, "invalid", "body")


def test_a_number_too_large_for_a_float_is_refused(ada: Api, world: World) -> None:
    text = json.dumps(body()).replace("-6", "1e999")
    problem(ada.post(PATH, text), 400, "invalid", "judgments.priority")


def test_a_body_that_is_too_large_is_refused(ada: Api, world: World) -> None:
    problem(ada.post(PATH, body(left="x" * 1_000_001)), 413, "content_too_large")


def test_a_body_of_unknown_length_is_refused(ada: Api, world: World) -> None:
    problem(ada.post(PATH, body(), **{"Transfer-Encoding": "chunked"}), 411, "length_required")
    assert not Comparison.objects.exists()


@pytest.mark.parametrize(
    "media_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "nonsense"]
)
def test_other_media_types_are_refused(ada: Api, world: World, media_type: str) -> None:
    problem(ada.post(PATH, "left=school", content_type=media_type), 415, "unsupported_media_type")


@pytest.mark.parametrize("charset", ["utf-16", "nonsense", "zlib", "latin-1"])
def test_bodies_and_parameters_are_utf_8_whatever_is_claimed(ada: Api, world: World, charset: str) -> None:
    claim = f"application/json; charset={charset}"
    path = f"/api/v1/{PATH}"
    assert ada.client.generic("POST", path, json.dumps(body()), content_type=claim).status_code == 201
    assert ada.client.generic("GET", f"{path}?limit=%31", content_type=claim).status_code == 200


def test_query_parameters_have_no_place_in_a_post(ada: Api, world: World) -> None:
    problem(ada.post(f"{PATH}?left=park", body()), 400, "invalid", "left")
    assert not Comparison.objects.exists()


def test_imported_names_of_500_characters_can_be_judged(ada: Api, world: World) -> None:
    uid, name = "u" * 500, "c" * 500
    Entity.objects.create(poll=world.poll, uid=uid, title="Long")
    Criterion.objects.create(poll=world.poll, name=name, title="Long")
    assert ada.post(PATH, body(left=uid, judgments={name: 1})).status_code == 201
    for path in (f"entities/?criterion={name}", f"recommendations/?weights={name}:1", f"suggestions/?exclude={uid}"):
        assert ada.get(f"polls/budget/{path}").status_code == 200
