"""GET /polls/{slug}/history/{uid}/, and the filters of items."""

from datetime import UTC, datetime

from backend.entities.models import ContextNote, Entity
from backend.polls.models import Poll
from backend.scores.models import ScoreSet
from tests.backend.api.helpers import Api, World, problem

PATH = "polls/budget/history/school/"


def test_it_works(api: Api, world: World) -> None:
    for day in (1, 1, 2):
        made = world.publish()
        ScoreSet.objects.filter(pk=made.pk).update(created_at=datetime(2024, 5, day, tzinfo=UTC))
    body = api.get(PATH).json()
    assert [day["day"] for day in body["results"]] == ["2024-05-01", "2024-05-02"]
    assert body["results"][0] == {"day": "2024-05-01", "score": 80.0, "low": 75.0, "high": 84.0}
    assert (body["criterion"], body["entity"]) == ("priority", "school")
    assert api.get(PATH, {"criterion": "need"}).json()["results"][0]["score"] == -50.0


def test_what_nobody_judged_has_none_and_what_is_hidden_is_not_found(
    api: Api, world: World, published: ScoreSet, staff_poll: Poll
) -> None:
    assert api.get("polls/budget/history/fountain/").json()["results"] == []
    problem(api.get("polls/budget/history/secret/"), 404, "entity_not_found", "uid")
    problem(api.get("polls/staff/history/raise/"), 404, "poll_not_found", "slug")
    problem(api.get(PATH, {"criterion": "x"}), 400, "unknown_criterion", "criterion")


def test_an_item_may_have_slashes_in_its_uid(api: Api, world: World) -> None:
    Entity.objects.filter(uid="school").update(uid="a/history")
    assert api.get("polls/budget/history/a/history/").json()["entity"] == "a/history"


def found(api: Api, **query: str) -> list[str]:
    return [item["uid"] for item in api.get("polls/budget/entities/", query).json()["results"]]


def test_items_are_filtered_by_author_day_and_warning(api: Api, world: World, published: ScoreSet) -> None:
    Entity.objects.filter(uid="school").update(author="Ada Lovelace")
    Entity.objects.filter(uid="park").update(created_at=datetime(2020, 1, 1, tzinfo=UTC))
    ContextNote.objects.create(entity=world.entities["bridge"], text="Careful", is_warning=True)
    assert found(api, author="love") == ["school"]
    assert "park" not in found(api, added_since="2021-01-01")
    assert "bridge" not in found(api, without_warnings="yes")
    problem(api.get("polls/budget/entities/", {"without_warnings": "no"}), 400, "invalid", "without_warnings")
