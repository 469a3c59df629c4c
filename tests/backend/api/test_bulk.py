"""POST /polls/{slug}/comparisons/bulk/."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.accounts.models import Contributor, User
from backend.accounts.services import contributor_get_or_create
from backend.common.errors import ApplicationError
from backend.comparisons.many import Line, comparisons_save_many
from backend.comparisons.models import Comparison, Judgment
from backend.comparisons.services import comparison_save
from backend.participation.bulk.serializers import MOST_LINES
from backend.participation.models import RateLater, SetAside
from backend.polls.models import News, Poll
from tests.backend.api.helpers import Api, World, problem
from tests.factories import poll_with

PATH = "polls/budget/comparisons/bulk/"


def line(left: str, right: str, **judgments: float | None) -> dict[str, Any]:
    return {"left": left, "right": right, "judgments": judgments}


def body(*lines: dict[str, Any]) -> dict[str, Any]:
    return {"comparisons": list(lines)}


@pytest.fixture
def ada(api: Api, user: User) -> Api:
    return api.login(user)


def stored() -> set[tuple[str, str, str, float]]:
    return {
        *Judgment.objects.values_list("comparison__left__uid", "comparison__right__uid", "criterion__name", "value")
    }


def outcomes(answer: Any) -> list[str]:
    return [result["outcome"] for result in answer.json()["results"]]


def test_it_works(ada: Api, world: World) -> None:
    answer = ada.post(PATH, body(line("school", "bridge", priority=-6), line("park", "bridge", priority=2, need=1)))
    assert answer.status_code == 200
    assert outcomes(answer) == ["created", "created"]
    assert answer.json()["counts"] == {"created": 2, "changed": 0, "unchanged": 0, "refused": 0, "repeated": 0}
    assert stored() == {
        ("school", "bridge", "priority", -6),
        ("park", "bridge", "priority", 2),
        ("park", "bridge", "need", 1),
    }
    assert News.objects.count() == 1
    told = {(score["criterion"], score["entity"]) for score in answer.json()["scores"]}
    assert told == {("priority", uid) for uid in ("school", "bridge", "park")} | {("need", "bridge"), ("need", "park")}


def test_own_scores_are_those_of_the_same_judgments_given_one_by_one(ada: Api, world: World) -> None:
    one = ada.post("polls/budget/comparisons/", line("school", "bridge", priority=-6)).json()["changes"]
    many = ada.post(PATH, body(line("bridge", "school", priority=6))).json()["scores"]
    assert {score["entity"]: score["score"] for score in many} == {
        change["entity"]: change["after"]["score"] for change in one
    }


def test_each_line_that_cannot_be_stored_says_why_and_stops_no_other(ada: Api, world: World) -> None:
    answer = ada.post(
        PATH,
        body(
            line("school", "nothing", priority=1),
            line("secret", "bridge", priority=1),
            line("school", "school", priority=1),
            line("school", "bridge", beauty=1),
            line("school", "bridge", priority=10.5),
            line("school", "bridge", priority=None),
            line("park", "bridge", priority=3),
        ),
    )
    assert outcomes(answer) == ["refused"] * 6 + ["created"]
    errors = [result["error"] for result in answer.json()["results"]]
    assert [error and (error["code"], error["parameter"]) for error in errors] == [
        ("entity_not_in_poll", "right"),
        ("entity_not_in_poll", "left"),
        ("self_comparison", "right"),
        ("unknown_criterion", "judgments"),
        ("invalid_judgment", "judgments.priority"),
        ("no_judgment", "judgments"),
        None,
    ]
    assert stored() == {("park", "bridge", "priority", 3)}
    assert Comparison.objects.count() == 1


LINES = (
    line("school", "bridge", priority=-6, need=1),
    line("bridge", "school", priority=-2),
    line("park", "statue", priority=4),
    line("statue", "park", priority=None),
    line("park", "statue", priority=None, need=0),
    line("tower", "park", need=-0.0),
    line("school", "bridge", need=None),
    line("school", "bridge", priority=2, need=None),
    line("fountain", "tower", need=None),
    line("tower", "fountain", need=7),
    line("fountain", "tower", need=None),
)


def test_a_request_leaves_what_its_lines_leave_one_by_one(world: World, user: User, staff: User) -> None:
    def one_by_one(contributor: Contributor, one: dict[str, Any]) -> str:
        sides = {side: world.entities[one[side]] for side in ("left", "right")}
        try:
            saved = comparison_save(contributor=contributor, poll=world.poll, judgments=one["judgments"], **sides)
        except ApplicationError as error:
            return error.code
        return "created" if saved.was_created else "stored"

    together, apart = contributor_get_or_create(user=user), contributor_get_or_create(user=staff)
    earlier = line("tower", "park", priority=5, need=3)
    one_by_one(together, earlier)
    one_by_one(apart, earlier)
    saved = comparisons_save_many(contributor=together, poll=world.poll, lines=[Line(**one) for one in LINES])
    fates = [outcome.error.code if outcome.error else outcome.fate.value for outcome in saved]
    expected = [one_by_one(apart, one) for one in LINES]
    assert ["stored" if fate in ("changed", "unchanged") else fate for fate in fates] == expected
    assert "unchanged" in fates

    def held(contributor: Contributor) -> set[tuple[Any, ...]]:
        judgments = Judgment.objects.filter(comparison__contributor=contributor)
        columns = ("comparison__left", "comparison__right", "criterion", "value", "maximum")
        return {*judgments.values_list(*columns)}

    assert held(together) == held(apart)
    assert not Comparison.objects.filter(judgments=None).exists()


def test_what_is_said_again_changes_nothing(ada: Api, world: World) -> None:
    lines = body(line("school", "bridge", priority=-6), line("park", "bridge", priority=2))
    ada.post(PATH, lines)
    News.objects.all().delete()
    before = list(Comparison.objects.order_by("pk").values())
    assert outcomes(ada.post(PATH, lines)) == ["unchanged", "unchanged"]
    assert list(Comparison.objects.order_by("pk").values()) == before
    assert not News.objects.exists()


def test_a_repetition_with_the_same_key_stores_nothing_again(ada: Api, world: World) -> None:
    lines = body(line("school", "bridge", priority=-6), line("school", "nothing", priority=1))
    assert outcomes(ada.post(PATH, lines, **{"Idempotency-Key": "k1"})) == ["created", "refused"]
    ada.post("polls/budget/comparisons/", line("school", "bridge", priority=3))
    again = ada.post(PATH, lines, **{"Idempotency-Key": "k1"})
    assert (outcomes(again), again.json()["scores"]) == (["repeated", "refused"], [])
    assert stored() == {("school", "bridge", "priority", 3)}
    problem(
        ada.post(PATH, body(line("school", "bridge", priority=1)), **{"Idempotency-Key": "k1"}),
        409,
        "idempotency_key_reused",
    )


def test_the_number_of_queries_does_not_grow_with_the_lines(ada: Api, world: World, user: User) -> None:
    contributor = contributor_get_or_create(user=user)

    def queries(poll: Poll, pairs: list[tuple[str, str]]) -> int:
        RateLater.objects.create(contributor=contributor, entity=poll.entities.get(uid="a"))
        ada.post(f"polls/{poll.slug}/comparisons/bulk/", body(line(*pairs[0], good=1, fine=2)))  # one to change
        sent = body(*(line(left, right, good=2, fine=None) for left, right in pairs))
        with CaptureQueriesContext(
            connection,
        ) as context:
            answer = ada.post(f"polls/{poll.slug}/comparisons/bulk/", sent)
        assert answer.json()["counts"]["refused"] == 0
        # Switches are read again when two seconds have passed, whatever is asked.
        return sum("switchstate" not in query["sql"] for query in context.captured_queries)

    few = queries(poll_with(items=5, criteria=("good", "fine")), [("a", uid) for uid in "bcde"])
    uids = "abcdefghij"
    everything = [(left, right) for left in uids for right in uids if left < right]
    many = queries(poll_with(items=10, criteria=("good", "fine")), everything)
    assert many == few


def test_pairs_set_aside_are_taken_back_and_the_list_for_later_is_worked_off(ada: Api, world: World) -> None:
    ada.post("polls/budget/rate-later/", {"entity": "school"})
    ada.post("polls/budget/rate-later/", {"entity": "tower"})
    contributor = Contributor.objects.get()
    sides = {side: world.entities[uid] for side, uid in (("left", "bridge"), ("right", "school"))}
    SetAside.objects.create(contributor=contributor, reason="other", **sides)
    kept = SetAside.objects.create(
        contributor=contributor, reason="other", left=world.entities["park"], right=world.entities["bridge"]
    )
    ada.post(PATH, body(*(line("school", uid, priority=1) for uid in ("bridge", "park", "statue", "tower"))))
    assert [*SetAside.objects.all()] == [kept]
    assert RateLater.objects.get().entity.uid == "tower"


def test_a_request_of_another_form_is_refused_whole_and_names_the_lines(ada: Api, world: World) -> None:
    good = line("school", "bridge", priority=1)
    problem(ada.post(PATH, body()), 400, "invalid", "comparisons")
    problem(ada.post(PATH, {}), 400, "invalid", "comparisons")
    problem(ada.post(PATH, {"comparisons": {}}), 400, "invalid", "comparisons")
    problem(ada.post(PATH, body(*[good] * (MOST_LINES + 1))), 400, "invalid", "comparisons")
    problem(
        ada.post(PATH, body(good, line("school", "park", priority="1"))),
        400,
        "invalid",
        "comparisons.1.judgments.priority",
    )  # type: ignore[arg-type]
    problem(ada.post(PATH, body(good | {"value": 1})), 400, "invalid", "comparisons.0.value")
    assert not Comparison.objects.exists()


def test_a_closed_poll_and_a_suspended_contributor_refuse_everything(ada: Api, world: World, user: User) -> None:
    lines = body(line("school", "bridge", priority=1))
    Poll.objects.update(is_open=False)
    problem(ada.post(PATH, lines), 409, "poll_closed")
    Poll.objects.update(is_open=True)
    Contributor.objects.update(is_suspended=True)
    problem(ada.post(PATH, lines), 403, "contributor_suspended")
    assert not Comparison.objects.exists()


def test_only_for_whoever_is_logged_in_and_may_know_of_the_poll(api: Api, staff_poll: Poll, user: User) -> None:
    lines = body(line("raise", "raise", priority=1))
    problem(api.post("polls/staff/comparisons/bulk/", lines), 401, "not_authenticated")
    problem(api.login(user).post("polls/staff/comparisons/bulk/", lines), 404, "poll_not_found", "slug")


def test_lines_have_a_limit_of_their_own(ada: Api, world: World, settings: Any) -> None:
    settings.API_LIMITS = settings.API_LIMITS | {"bulk_lines": 1}
    answer = ada.post(PATH, body(line("school", "bridge", priority=1), line("school", "park", priority=1)))
    problem(answer, 429, "throttled")
    assert not Comparison.objects.exists()
