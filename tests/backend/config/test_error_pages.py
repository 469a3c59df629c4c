"""What a visitor sees when something of ours breaks."""

import pytest

from backend.config import error_pages
from frontend.pages import home


def breaks(*_: object, **__: object) -> None:
    raise ValueError("broken on purpose")


@pytest.fixture
def client_of_a_broken_home(client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr(home, "render", breaks)
    return client


def test_a_fault_is_told_with_the_number_under_which_it_is_logged(client_of_a_broken_home, db):
    answer = client_of_a_broken_home.get("/", headers={"X-Request-ID": "number-of-ours"})
    assert answer.status_code == 500
    assert "number-of-ours" in answer.text
    assert "broken on purpose" not in answer.text


def test_where_even_that_page_breaks_a_line_of_text_tells_it_once(client_of_a_broken_home, db, monkeypatch, caplog):
    monkeypatch.setattr(error_pages, "render_to_string", breaks)
    answer = client_of_a_broken_home.get("/", headers={"X-Request-ID": "number-of-ours"})
    assert (answer.status_code, answer["Content-Type"]) == (500, "text/plain; charset=utf-8")
    assert "number-of-ours" in answer.text
    assert "broken on purpose" not in answer.text
    assert len([record for record in caplog.records if record.exc_info]) <= 3
