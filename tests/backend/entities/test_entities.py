"""Finding items."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from backend.common.errors import EntityNotFound, InvalidText
from backend.entities.models import Entity
from backend.entities.selectors import entities_by_uid, entity_get, entity_list
from backend.entities.services import entity_set_hidden
from backend.polls.models import News, Poll
from tests.factories import EntityFactory, PollFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def poll() -> Poll:
    poll = PollFactory()
    EntityFactory(poll=poll, uid="bus", title="A late bus up Gull Hill", author="Ada", tags=["streets", "night"])
    EntityFactory(poll=poll, uid="pump", title="Heat the town hall", text="No late oil.", tags=["streets"])
    EntityFactory(poll=poll, uid="ghost", title="A late ghost", tags=["night"], is_hidden=True)
    EntityFactory(uid="elsewhere", title="A late bus elsewhere", tags=["streets"])
    return poll


def uids(poll: Poll, **search) -> list[str]:
    return [entity.uid for entity in entity_list(poll=poll, **search)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["bus", "pump"]),
        ("  ", ["bus", "pump"]),
        ("late", ["bus", "pump"]),
        ("gull bus", ["bus"]),
        ("gul", ["bus"]),
        ("bus gu", ["bus"]),
        ('"late bus"', ["bus"]),
        ('"bus late"', ["bus"]),
        ("heat or gull", ["bus", "pump"]),
        ("ada", ["bus"]),
        ("ghost", []),
        ("'; drop table", []),
        ("!&|:*()", []),
        ("\\", []),
    ],
)
def test_search_finds_words_beginnings_and_phrases(poll, text, expected):
    assert sorted(uids(poll, text=text)) == sorted(expected)


def test_a_match_in_the_title_comes_before_one_in_the_text(poll):
    assert uids(poll, text="late") == ["bus", "pump"]


def test_all_tags_must_match(poll):
    assert uids(poll, tags=["streets"]) == ["bus", "pump"]
    assert uids(poll, tags=["streets", "night"]) == ["bus"]
    assert uids(poll, tags=["none"]) == []


@pytest.mark.parametrize(
    "search", [{"text": "x" * 201}, {"text": "a\0b"}, {"tags": ["x" * 201]}, {"tags": ["\0"]}, {"author": "\0"}]
)
def test_texts_that_cannot_be_searched_are_refused(poll, search):
    with pytest.raises(InvalidText) as caught:
        entity_list(poll=poll, **search)
    assert caught.value.field in {"search", "tags", "author"}


@pytest.mark.parametrize(
    ("author", "expected"), [("ada", ["bus"]), ("AD", ["bus"]), ("gull", []), ("& |", ["bus", "pump"])]
)
def test_an_author_is_found_by_name_alone(poll, author, expected):
    assert uids(poll, author=author) == expected


def test_items_are_found_by_the_day_they_came_in(poll):
    Entity.objects.filter(uid="bus").update(created_at=datetime(2020, 3, 1, 0, 0, tzinfo=UTC))
    assert uids(poll, added_since=date(2020, 3, 2)) == ["pump"]
    assert uids(poll, added_since=date(2020, 3, 1)) == ["bus", "pump"]


def test_an_item_is_found_by_its_uid(poll):
    assert entity_get(poll=poll, uid="bus").title.startswith("A late")
    assert set(entities_by_uid(poll=poll, uids=["bus", "pump", "ghost", "elsewhere", "\0"])) == {"bus", "pump"}


@pytest.mark.parametrize("uid", ["ghost", "elsewhere", "none", "\0"])
def test_hidden_items_and_those_of_other_polls_are_not_found(poll, uid):
    with pytest.raises(EntityNotFound):
        entity_get(poll=poll, uid=uid)


def test_hiding_leaves_news_once_and_showing_again_too(poll):
    bus = entity_get(poll=poll, uid="bus")
    entity_set_hidden(entity=bus, is_hidden=True)
    entity_set_hidden(entity=bus, is_hidden=True)
    assert uids(poll) == ["pump"]
    assert News.objects.filter(poll=poll).count() == 1
    entity_set_hidden(entity=bus, is_hidden=False)
    assert uids(poll) == ["bus", "pump"]
    assert News.objects.filter(poll=poll).count() == 2


def test_the_database_refuses_a_uid_twice_in_a_poll_and_an_empty_one(poll):
    with pytest.raises(IntegrityError, match="entity_uid_unique_in_poll"), transaction.atomic():
        EntityFactory(poll=poll, uid="bus")
    with pytest.raises(IntegrityError, match="entity_has_a_uid"), transaction.atomic():
        EntityFactory(poll=poll, uid="", title="x")
