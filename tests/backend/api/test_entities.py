"""GET /polls/{slug}/entities/."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from backend.entities.models import Entity
from backend.polls.models import Poll
from tests.backend.api.helpers import Api, World, problem

pytestmark = pytest.mark.usefixtures("published")
PATH = "polls/budget/entities/"


def uids(answer: Any) -> list[str]:
    return [entity["uid"] for entity in answer.json()["results"]]


def test_it_works(api: Api, world: World) -> None:
    body = api.get(PATH).json()
    assert [entity["uid"] for entity in body["results"]] == ["school", "bridge", "park", "statue", "tower", "fountain"]
    assert body["results"][0] == {
        "uid": "school",
        "title": "A new school",
        "text": "",
        "author": "",
        "url": "",
        "tags": ["built"],
        "published_on": "2024-05-01",
        "scores": [
            {
                "criterion": "priority",
                "score": 80.0,
                "left": 5.0,
                "right": 4.0,
                "polarisation": 3.8,
                "contributors": 9,
            },
            {"criterion": "need", "score": -50.0, "left": 5.0, "right": 4.0, "polarisation": 2.5, "contributors": 3},
        ],
    }
    assert body["results"][-1]["scores"] == []
    assert body["score_set"] == world.poll.publication.score_set.result_digest


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ordering=score", "tower statue park bridge school fountain"),
        ("criterion=need", "bridge park school statue tower fountain"),
        ("criterion=need&ordering=score", "school park bridge statue tower fountain"),
        ("ordering=uid", "bridge fountain park school statue tower"),
        ("ordering=-uid", "tower statue school park fountain bridge"),
        ("ordering=-published_on", "tower statue park bridge school fountain"),
        ("ordering=published_on", "school bridge park statue tower fountain"),
        ("ordering=-contributors", "school bridge tower park statue fountain"),
        ("ordering=-polarisation", "school bridge park statue tower fountain"),
        ("min_contributors=6", "school bridge tower"),
        ("min_contributors=4&criterion=need", "bridge"),
        ("tag=green", "park fountain"),
        ("tag=green&tag=built", ""),
        ("search=bridge", "bridge"),
        ("search=sta", "statue"),
        ("search=secret", ""),
        ("search=new&tag=green&ordering=uid", "fountain park"),
    ],
)
def test_order_and_filters(api: Api, world: World, query: str, expected: str) -> None:
    whole = uids(api.get(f"{PATH}?{query}"))
    assert whole == expected.split()
    assert walk(api, f"{PATH}?{query}&limit=1") == whole
    assert walk(api, f"{PATH}?{query}&limit=4") == whole


def walk(api: Api, path: str) -> list[str]:
    found = []
    while path:
        answer = api.get(path)
        found += uids(answer)
        path = (answer.json()["next"] or "").removeprefix("http://testserver/api/v1/")
    return found


def test_items_with_equal_scores_are_all_seen_once(api: Api, world: World) -> None:
    world.poll.publication.score_set.collective_scores.update(score=7.1)
    assert sorted(walk(api, f"{PATH}?limit=2")) == ["bridge", "fountain", "park", "school", "statue", "tower"]


def test_hidden_items_are_left_out(api: Api, world: World) -> None:
    world.entities["school"].is_hidden = True
    world.entities["school"].save()
    assert "school" not in uids(api.get(PATH))


def test_before_the_first_run_items_have_no_scores(api: Api, world: World) -> None:
    world.poll.publication.delete()
    body = api.get(PATH).json()
    assert body["score_set"] is None
    assert len(body["results"]) == 6
    assert not any(entity["scores"] for entity in body["results"])


def test_the_number_of_queries_does_not_grow_with_the_list(
    api: Api, world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Entity.objects.bulk_create(Entity(poll=world.poll, uid=f"e{i}", title="One more") for i in range(60))
    for limit in (1, 60):
        with django_assert_num_queries(6):  # poll, criterion, items, digest, criteria, scores
            api.get(f"{PATH}?limit={limit}")


def test_a_private_poll_is_not_found(api: Api, staff_poll: Poll) -> None:
    problem(api.get("polls/staff/entities/"), 404, "poll_not_found", "slug")


def test_wrong_method(api: Api, world: World) -> None:
    problem(api.send("post", PATH), 405, "method_not_allowed")


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ("ordering=price", "invalid", "ordering"),
        ("ordering=", "invalid", "ordering"),
        ("ordering=score&ordering=uid", "invalid", "ordering"),
        ("criterion=beauty", "unknown_criterion", "criterion"),
        ("criterion=%00", "invalid", "criterion"),
        ("criterion=" + "x" * 100_000, "invalid", "criterion"),
        ("min_contributors=-1", "invalid", "min_contributors"),
        ("min_contributors=nan", "invalid", "min_contributors"),
        ("min_contributors=99999999999999999999", "invalid", "min_contributors"),
        ("search=" + "x" * 201, "invalid", "search"),
        ("search=a%00b", "invalid", "search"),
        ("search=a&search=b", "invalid", "search"),
        ("tag=" + "x" * 51, "invalid", "tag.0"),
        ("tag=%00", "invalid", "tag.0"),
        ("tag=", "invalid", "tag.0"),
        ("&".join(["tag=a"] * 11), "invalid", "tag"),
        ("tags=a", "invalid", "tags"),
        ("tag[0]=a", "invalid", "tag[0]"),
        ("cursor=WzEsMl0:1:x", "invalid", "cursor"),
    ],
)
def test_bad_parameters_are_named(api: Api, world: World, query: str, code: str, parameter: str) -> None:
    problem(api.get(f"{PATH}?{query}"), 400, code, parameter)


def test_a_cursor_of_another_order_is_refused(api: Api, world: World) -> None:
    cursor = api.get(f"{PATH}?limit=1&ordering=uid").json()["next"].split("cursor=")[1].split("&")[0]
    problem(api.get(f"{PATH}?limit=1&ordering=-uid&cursor={cursor}"), 400, "invalid", "cursor")


def test_an_altered_cursor_is_refused(api: Api, world: World) -> None:
    cursor = api.get(f"{PATH}?limit=1").json()["next"].split("cursor=")[1].split("&")[0]
    problem(api.get(f"{PATH}?cursor={cursor[:-1]}"), 400, "invalid", "cursor")


@pytest.mark.parametrize("search", ["'", "' & !", '"', "a:*b", "\\", "<->", "(((", "%", "🌻", "é" * 200])
def test_any_text_can_be_searched(api: Api, world: World, search: str) -> None:
    assert api.get(PATH, {"search": search}).status_code == 200
