"""Context notes: what moderators tell about an item."""

import pytest
from django.contrib.admin.models import LogEntry

from backend.entities.models import ContextNote
from backend.polls.history import poll_history
from backend.polls.models import Poll

URL, ITEM = "/polls/poll/note/", "/polls/poll/items/a/"
NOTE = {"item": "a", "text": "Its numbers are of 2019."}


def test_it_works(client, staff_client, poll):
    assert 'name="text"' in staff_client.get(URL, {"item": "a"}).text
    assert staff_client.post(URL, NOTE)["Location"] == ITEM
    page = client.get(ITEM).text
    assert "Its numbers are of 2019." in page
    assert "Context, by the moderators" in page
    assert "Write a context note" not in page
    assert "Change the context note" in staff_client.get(ITEM).text


def test_the_owner_writes_notes_and_nobody_else(client, member, member_client, poll):
    for anybody in (client, member_client):
        assert anybody.get(URL, {"item": "a"}).status_code == 403
        assert anybody.post(URL, NOTE).status_code == 403
    assert not ContextNote.objects.exists()
    Poll.objects.update(owner=member)
    assert member_client.post(URL, NOTE).status_code == 302
    assert ContextNote.objects.get().author == member


def test_a_note_is_changed_and_taken_away_and_the_history_tells_by_whom(staff_client, poll):
    for text, warns in (("First.", ""), ("Second.", "on"), ("Second.", "on"), ("  ", "")):
        staff_client.post(URL, {"item": "a", "text": text, "is_warning": warns})
    assert not ContextNote.objects.exists()
    told = [(entry.username, entry.changes["note on a"]) for entry in poll_history(poll=poll, most=10)]
    assert told == [
        ("grace", ["⚠ Second.", ""]),
        ("grace", ["First.", "⚠ Second."]),
        ("grace", ["", "First."]),
    ]


def test_warned_items_can_be_left_out_of_the_ranking(client, staff_client, poll):
    staff_client.post(URL, NOTE | {"is_warning": "on"})
    staff_client.post(URL, NOTE | {"item": "b"})
    page = client.get("/polls/poll/", {"warnings": "no"})
    assert [row.entity.uid for row in page.context["ranked"]] == ["b", "c", "d"]
    assert page.context["state"].url == "/polls/poll/?criterion=good&warnings=no"
    weighed = client.get("/polls/poll/", {"warnings": "no", "criterion": "*"})
    assert [row.entity.uid for row in weighed.context["ranked"]] == ["b", "c", "d"]
    assert "A warning by the moderators" in client.get(ITEM).text


def test_the_ranking_marks_items_of_which_moderators_warn_and_no_others(client, staff_client, poll):
    staff_client.post(URL, NOTE | {"is_warning": "on"})
    staff_client.post(URL, NOTE | {"item": "b"})
    page = client.get("/polls/poll/")
    assert [row.entity.uid for row in page.context["ranked"] if row.is_warned] == ["a"]
    assert page.text.count("Moderators warn") == 1
    assert f'href="{ITEM}#note-title"' in page.text


def test_the_api_tells_the_note(client, staff_client, poll):
    assert client.get("/api/v1/polls/poll/entities/a/").json()["note"] is None
    staff_client.post(URL, NOTE | {"is_warning": "on"})
    note = client.get("/api/v1/polls/poll/entities/a/").json()["note"]
    assert (note["text"], note["is_warning"]) == ("Its numbers are of 2019.", True)
    assert "author" not in note


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"item": "nix", "text": "x"}, 404),
        ({"item": "\0", "text": "x"}, 404),
        ({}, 404),
        ({"item": "a", "text": "x" * 2001}, 422),
        ({"item": "a", "text": "a\0b"}, 422),
    ],
)
def test_bad_input_changes_nothing(staff_client, poll, data, status):
    assert staff_client.post(URL, data).status_code == status
    assert not ContextNote.objects.exists()
    assert not LogEntry.objects.exists()


def test_notes_are_escaped_and_those_of_hidden_items_are_not_found(client, staff_client, poll):
    staff_client.post(URL, NOTE | {"text": "<script>x</script>"})
    assert "<script>x" not in client.get(ITEM).text
    poll.entities.filter(uid="a").update(is_hidden=True)
    assert staff_client.get(URL, {"item": "a"}).status_code == 404
