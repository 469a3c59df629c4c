"""/polls/{slug}/hold/ and /polls/{slug}/runs/{id}/changes/."""

from typing import Any

import pytest

from backend.accounts.models import User
from backend.pipeline.models import Run
from backend.polls.models import Poll
from backend.scores.models import Hold
from solidago.groups import SMALLEST
from tests.backend.api.helpers import Api, problem
from tests.backend.pipeline.helpers import computed
from tests.factories import ContributorFactory, judged_poll, say

pytestmark = pytest.mark.django_db(transaction=True)
HOLD = "polls/poll/hold/"
WHY = "Somebody pushed an item."


@pytest.fixture
def runs(transactional_db: None, user: User) -> tuple[Run, Run]:
    """Return two runs of a poll that `user` owns, before and after somebody spoke up against everybody."""
    poll = judged_poll(slug="poll", owner=user)
    first = computed(poll)
    say(ContributorFactory(given_trust=1.0), poll, "a", "d", good=-10)
    return first, computed(poll)


@pytest.fixture
def owner(api: Api, user: User, runs: tuple[Run, Run]) -> Api:
    return api.login(user)


def test_it_works(owner: Api, runs: tuple[Run, Run]) -> None:
    first, second = runs
    before = owner.get(HOLD).json()
    assert (before["shown"]["id"], before["hold"], before["is_newest"]) == (second.pk, None, True)
    assert [run["id"] for run in before["choices"]] == [first.pk]
    held = owner.post(HOLD, {"run": first.pk, "reason": WHY, "seen": second.pk}).json()
    assert (held["shown"]["id"], held["hold"]["held_by"], held["hold"]["reason"]) == (first.pk, "ada", WHY)
    assert held["is_newest"] is False
    forward = owner.delete(HOLD).json()
    assert (forward["shown"]["id"], forward["hold"]) == (second.pk, None)
    assert [turn["action"] for turn in forward["turns"]] == ["forward", "back"]


def test_everybody_reads_that_scores_are_held_and_why_and_tags_change(
    owner: Api, runs: tuple[Run, Run], schema: dict[str, Any]
) -> None:
    visitor = Api(schema)
    first, second = runs
    User.objects.update(username="hypatia")  # no digest spells that
    newest = visitor.get("polls/poll/")
    items = visitor.get("polls/poll/entities/")
    owner.post(HOLD, {"run": first.pk, "reason": WHY})
    held = visitor.get("polls/poll/", **{"if-none-match": newest["ETag"]}).json()
    assert held["score_set"]["hold"]["reason"] == WHY
    assert held["score_set"]["result_digest"] == first.score_set.result_digest
    assert "hypatia" not in str(held)
    assert visitor.get("polls/poll/integrity/").json()["score_set"]["hold"]["reason"] == WHY
    assert visitor.get("polls/poll/entities/", **{"if-none-match": items["ETag"]}).status_code == 200
    owner.delete(HOLD)
    assert visitor.get("polls/poll/", **{"if-none-match": newest["ETag"]}).status_code == 304
    assert second.score_set is not None


BAD: list[tuple[Any, int, str, str]] = [
    ({"run": 0, "reason": WHY}, 404, "run_without_scores", "run"),
    ({"run": 10**30, "reason": WHY}, 400, "invalid", "run"),
    ({"run": "x", "reason": WHY}, 400, "invalid", "run"),
    ({"run": -1, "reason": WHY}, 400, "invalid", "run"),
    ({"reason": WHY}, 400, "invalid", "run"),
    ({"run": 1, "reason": ""}, 400, "invalid", "reason"),
    ({"run": 1, "reason": " "}, 400, "no_reason_given", "reason"),
    ({"run": 1, "reason": "x" * 301}, 400, "invalid", "reason"),
    ({"run": 1, "reason": WHY, "seen": 0}, 404, "run_without_scores", "run"),
    ({"run": 1, "reason": WHY, "colour": "red"}, 400, "invalid", "colour"),
]


def test_bad_bodies_change_nothing(owner: Api) -> None:
    for body, status, code, parameter in BAD:
        problem(owner.post(HOLD, body), status, code, parameter)
    assert not Hold.objects.exists()


def test_what_has_changed_meanwhile_is_left_alone(owner: Api, runs: tuple[Run, Run]) -> None:
    first, second = runs
    problem(owner.post(HOLD, {"run": first.pk, "reason": WHY, "seen": first.pk}), 409, "scores_changed_meanwhile")
    problem(owner.post(HOLD, {"run": second.pk, "reason": WHY}), 409, "scores_shown_already", "run")
    problem(owner.delete(HOLD), 409, "scores_not_held")


def test_no_run_starts_while_scores_are_held_but_a_dry_one(owner: Api, runs: tuple[Run, Run]) -> None:
    owner.post(HOLD, {"run": runs[0].pk, "reason": WHY})
    problem(owner.post("polls/poll/runs/"), 409, "scores_held")


CHANGES = "polls/poll/runs/{}/changes/"


def test_runs_are_compared(owner: Api, runs: tuple[Run, Run]) -> None:
    first, second = runs
    page = owner.get(CHANGES.format(second.pk)).json()
    assert (page["old"]["id"], page["new"]["id"], page["criterion"]) == (first.pk, second.pk, "good")
    assert page["summary"]["both"] == len(page["results"]) == 4
    assert page["why"] == "told"
    sizes = [abs(item["move"]) for item in page["results"]]
    assert sizes == sorted(sizes, reverse=True)
    for item in page["results"]:
        why = item["why"]
        assert sum(part["points"] for part in why["parts"]) + (why["few"] or 0) == pytest.approx(item["move"], abs=1e-6)
        assert item["new"]["rank"] in range(1, 5)
    assert owner.get(CHANGES.format(first.pk), {"since": second.pk}).json()["results"][0]["move"] == pytest.approx(
        -page["results"][0]["move"]
    )


def test_what_one_person_did_is_told_to_superusers_alone(
    owner: Api, runs: tuple[Run, Run], schema: dict[str, Any], staff: User
) -> None:
    path = CHANGES.format(runs[1].pk)
    told = [item["why"] for item in owner.get(path).json()["results"]]
    assert not [part for why in told for part in why["parts"] if part["people"] and part["people"] < SMALLEST]
    assert {count["people"] for why in told for count in why["counts"]} <= {0, SMALLEST - 1}
    assert any(why["few"] is not None for why in told)
    assert [item["why"] for item in Api(schema).login(staff).get(path).json()["results"]] == told
    User.objects.filter(pk=staff.pk).update(is_superuser=True)
    whole = [item["why"] for item in Api(schema).login(staff).get(path).json()["results"]]
    assert any(part["people"] == 1 for why in whole for part in why["parts"])
    assert all(why["few"] is None for why in whole)


def test_changes_come_in_pages_and_can_be_searched(owner: Api, runs: tuple[Run, Run]) -> None:
    seen, path = [], CHANGES.format(runs[1].pk) + "?limit=3"
    while path:
        page = owner.get(path).json()
        seen += [item["uid"] for item in page["results"]]
        path = (page["next"] or "").removeprefix("http://testserver/api/v1/")
    assert sorted(seen) == ["a", "b", "c", "d"]
    path = CHANGES.format(runs[1].pk)
    assert [item["uid"] for item in owner.get(path, {"search": "c"}).json()["results"]] == ["c"]
    assert owner.get(path, {"show": "entered"}).json()["results"] == []


def test_what_cannot_be_compared_is_said(owner: Api, runs: tuple[Run, Run]) -> None:
    first, second = runs
    problem(owner.get(CHANGES.format(first.pk)), 404, "no_earlier_run", "since")
    problem(owner.get(CHANGES.format(10**18)), 404, "run_without_scores", "run")
    problem(owner.get(CHANGES.format(second.pk), {"since": 0}), 404, "run_without_scores", "run")
    problem(owner.get(CHANGES.format(second.pk), {"criterion": "x"}), 400, "unknown_criterion", "criterion")
    problem(owner.get(CHANGES.format(second.pk), {"search": "\0"}), 400, "invalid", "search")
    problem(owner.get(CHANGES.format(second.pk), {"show": "x"}), 400, "invalid", "show")


def test_others_are_refused(runs: tuple[Run, Run], schema: dict[str, Any], staff: User) -> None:
    Poll.objects.update(owner=None)
    visitor, other = Api(schema), Api(schema).login(User.objects.create_user("eve", "eve@example.org"))
    for method, path in (("get", HOLD), ("post", HOLD), ("delete", HOLD), ("get", CHANGES.format(runs[1].pk))):
        problem(getattr(visitor, method)(path), 401, "not_authenticated")
        problem(getattr(other, method)(path), 403, "poll_not_managed")


def test_wrong_method(owner: Api, runs: tuple[Run, Run]) -> None:
    problem(owner.send("put", HOLD), 405, "method_not_allowed")
    problem(owner.send("post", CHANGES.format(runs[1].pk)), 405, "method_not_allowed")
