"""GET /polls/{slug}/entities/{uid}/."""

import pytest
from pytest_django import DjangoAssertNumQueries

from backend.accounts.models import Contributor
from backend.comparisons.models import Rating
from backend.entities.models import Entity
from backend.polls.models import Poll
from tests.backend.api.helpers import Api, World, problem

pytestmark = pytest.mark.usefixtures("published")
PATH = "polls/budget/entities/school/"


def test_it_works(api: Api, world: World) -> None:
    body = api.get(PATH).json()
    assert (body["uid"], body["title"]) == ("school", "A new school")
    assert [(s["criterion"], s["score"], s["left"], s["right"]) for s in body["scores"]] == [
        ("priority", 80.0, 5.0, 4.0),
        ("need", -50.0, 5.0, 4.0),
    ]
    assert body["score_set"] == world.poll.publication.score_set.result_digest
    distribution = body["scores"][0]["distribution"]
    assert (distribution[0]["low"], distribution[-1]["high"]) == (-100, 100)


def test_the_distribution_counts_public_scores_only(api: Api, world: World) -> None:
    people = [Contributor.objects.create(name=f"c{i}") for i in range(4)]
    shown = {("school", person): (score, True) for person, score in zip(people, (-95, 12, 13), strict=False)}
    world.publish(individual=shown | {("school", people[3]): (55, False)})
    counts = {b["low"]: b["count"] for b in api.get(PATH).json()["scores"][0]["distribution"] if b["count"]}
    assert counts == {-100: 1, 10: 2}


def test_a_score_made_private_leaves_the_distribution_at_once(api: Api, world: World) -> None:
    person = Contributor.objects.create(name="c")
    world.publish(individual={("school", person): (12, True)})
    before = api.get(PATH)
    Rating.objects.update(is_public=False)
    after = api.get(PATH, None, **{"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert sum(b["count"] for b in after.json()["scores"][0]["distribution"]) == 0


def test_an_item_that_nobody_judged_has_no_scores(api: Api, world: World) -> None:
    assert api.get("polls/budget/entities/fountain/").json()["scores"] == []


def test_a_uid_may_hold_a_slash(api: Api, world: World) -> None:
    Entity.objects.create(poll=world.poll, uid="yt/abc", title="Video")
    assert api.get("polls/budget/entities/yt/abc/").json()["uid"] == "yt/abc"


def test_the_number_of_queries_is_known(
    api: Api, world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(8):  # poll, item, criteria, scores, two distributions, note, digest
        api.get(PATH)


@pytest.mark.parametrize("uid", ["nothing", "secret", "%00", "x" * 3_000, "%F0%9F%8C%BB", "../school"])
def test_unknown_and_hidden_items_are_not_found(api: Api, world: World, uid: str) -> None:
    problem(api.get(f"polls/budget/entities/{uid}/"), 404, "entity_not_found", "uid")


def test_an_item_of_another_poll_is_not_found(api: Api, world: World, staff_poll: Poll) -> None:
    problem(api.get("polls/budget/entities/raise/"), 404, "entity_not_found", "uid")
    problem(api.get("polls/staff/entities/raise/"), 404, "poll_not_found", "slug")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_wrong_method(api: Api, world: World, method: str) -> None:
    problem(api.send(method, PATH), 405, "method_not_allowed")


def test_it_takes_no_parameters(api: Api, world: World) -> None:
    problem(api.get(f"{PATH}?bins=5"), 400, "invalid", "bins")
