"""GET and DELETE /polls/{slug}/set-aside/, GET .../scores/mine/, GET /trust/, filters of GET .../comparisons/."""

from datetime import UTC, datetime

import pytest

from backend.accounts.models import Contributor, User
from backend.accounts.services import contributor_get_or_create
from backend.comparisons.models import Comparison
from backend.comparisons.services import comparison_save
from backend.participation.pairs.set_aside import set_aside_add
from tests.backend.api.helpers import Api, World, problem

ASIDE, COMPARISONS, SCORES = "polls/budget/set-aside/", "polls/budget/comparisons/", "polls/budget/scores/mine/"


@pytest.fixture
def ada(world: World, user: User) -> Contributor:
    return contributor_get_or_create(user=user)


def pairs(api: Api, path: str, **query: str) -> list[str]:
    return [f"{row['left']}-{row['right']}" for row in api.get(path, query).json()["results"]]


def test_pairs_set_aside_are_listed_and_asked_again(api: Api, world: World, user: User, ada: Contributor) -> None:
    for right in ("bridge", "park"):
        left, other = world.entities["school"], world.entities[right]
        set_aside_add(contributor=ada, poll=world.poll, left=left, right=other, reason="other", words="Hm")
    api.login(user)
    assert pairs(api, ASIDE) == ["school-park", "school-bridge"]
    assert api.get(ASIDE).json()["results"][0]["words"] == "Hm"
    for _ in range(2):
        assert api.delete(f"{ASIDE}park/school/").status_code == 204
    assert pairs(api, ASIDE) == ["school-bridge"]


def test_pairs_set_aside_are_ones_own(api: Api, world: World, user: User, ada: Contributor, staff: User) -> None:
    left, right = world.entities["school"], world.entities["park"]
    set_aside_add(contributor=ada, poll=world.poll, left=left, right=right, reason="both_unknown")
    assert pairs(api.login(staff), ASIDE) == []
    assert api.delete(f"{ASIDE}school/park/").status_code == 204
    assert pairs(api.login(user), ASIDE) == ["school-park"]


def test_visitors_have_none_and_unknown_items_are_not_found(api: Api, world: World, user: User) -> None:
    for path in (ASIDE, SCORES, "trust/"):
        problem(api.get(path), 401, "not_authenticated")
    problem(api.delete(f"{ASIDE}school/park/"), 401, "not_authenticated")
    problem(api.login(user).delete(f"{ASIDE}school/secret/"), 404, "entity_not_found", "uid")


def test_own_comparisons_are_filtered(api: Api, world: World, user: User, ada: Contributor) -> None:
    for day, (left, right, criterion) in enumerate(
        (("school", "bridge", "priority"), ("park", "bridge", "need"), ("tower", "fountain", "need")), start=1
    ):
        pair = {"left": world.entities[left], "right": world.entities[right]}
        made = comparison_save(contributor=ada, poll=world.poll, judgments={criterion: 1.0}, **pair)
        Comparison.objects.filter(pk=made.pk).update(updated_at=datetime(2024, 5, day, 23, 59, tzinfo=UTC))
    api.login(user)
    found = {
        "since": pairs(api, COMPARISONS, since="2024-05-02"),
        "until": pairs(api, COMPARISONS, until="2024-05-02"),
        "day": pairs(api, COMPARISONS, since="2024-05-02", until="2024-05-02"),
        "criterion": pairs(api, COMPARISONS, criterion="priority"),
        "search": pairs(api, COMPARISONS, search="bridge"),
        "tag": pairs(api, COMPARISONS, tag="green"),
    }
    assert found == {
        "since": ["tower-fountain", "park-bridge"],
        "until": ["park-bridge", "school-bridge"],
        "day": ["park-bridge"],
        "criterion": ["school-bridge"],
        "search": ["park-bridge", "school-bridge"],
        "tag": ["tower-fountain", "park-bridge"],
    }


@pytest.mark.parametrize("day", ["", "today", "20240501", "2024-13-01", "2024-5-1", "0000-01-01", "9999-99-99"])
def test_days_that_are_none_are_refused(api: Api, world: World, user: User, day: str) -> None:
    problem(api.login(user).get(COMPARISONS, {"since": day}), 400, "invalid", "since")
    problem(api.get("polls/budget/entities/", {"added_since": day}), 400, "invalid", "added_since")


def test_own_scores_come_best_first_in_pages(api: Api, world: World, user: User, ada: Contributor) -> None:
    scores = {("school", ada): (10, True), ("park", ada): (70, False), ("bridge", ada): (-5, True)}
    world.publish(individual=scores | {("tower", Contributor.objects.create(name="other")): (99, True)})
    api.login(user)
    first = api.get(SCORES, {"limit": 2}).json()
    second = api.client.get(first["next"]).json()
    assert [row["entity"] for row in first["results"] + second["results"]] == ["park", "school", "bridge"]
    assert first["results"][0]["is_public"] is False
    assert api.get(SCORES, {"criterion": "need"}).json()["results"] == []
    problem(api.get(SCORES, {"criterion": "no"}), 400, "unknown_criterion", "criterion")


def test_own_trust_is_a_number_with_a_word(api: Api, world: World, user: User) -> None:
    api.login(user)
    assert api.get("trust/").json() == {
        "level": 0.0, "degree": "none", "given": None, "is_pretrusted": False, "vouches": 0,
    }  # fmt: skip
    assert not Contributor.objects.exists(), "asking makes nothing"
    Contributor.objects.create(user=user, name="ada", is_pretrusted=True)
    assert (api.get("trust/").json()["level"], api.get("trust/").json()["degree"]) == (0.8, "full")
