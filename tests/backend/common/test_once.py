"""Writes that are sent again."""

import threading

import pytest
from redis.exceptions import ConnectionError as NoRedis

from backend.common import once as module
from backend.common.errors import IdempotencyKeyReused, WriteInProgress
from backend.common.once import once


def first(**changes) -> bool:
    with once(**{"who": 1, "key": "k", "request": "a"} | changes) as is_first:
        return is_first


@pytest.fixture(autouse=True)
def _no_keys():
    module.cache.clear()


def test_it_works():
    assert [first(), first(), first(key="l"), first(who=2)] == [True, False, True, True]


def test_without_a_key_every_write_is_the_first():
    assert first(key=None)
    assert first(key=None)


def test_another_request_with_the_same_key_is_refused():
    first()
    with pytest.raises(IdempotencyKeyReused):
        first(request="b")


def test_what_failed_may_be_tried_again():
    with pytest.raises(ValueError, match="no"), once(who=1, key="k", request="a"):
        raise ValueError("no")
    assert first()


def test_a_repetition_waits_for_the_first_to_end():
    answers = []
    with once(who=1, key="k", request="a"):
        repetition = threading.Thread(target=lambda: answers.append(first()))
        repetition.start()
        repetition.join(0.2)
        assert answers == []
    repetition.join()
    assert answers == [False]


def test_a_repetition_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    with once(who=1, key="k", request="a"), pytest.raises(WriteInProgress):
        first()


def test_a_store_that_is_down_stops_nobody(monkeypatch):
    class Down:
        def __getattr__(self, name):
            raise NoRedis

    monkeypatch.setattr(module, "cache", Down())
    assert first()
    assert first()
