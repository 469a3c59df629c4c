"""Items from files and pasted lines: all or none, and again to bring them up to date."""

import pytest

from backend.common.errors import InvalidItems
from backend.entities import item_files
from backend.entities.item_files import MOST_BYTES, items_read
from backend.entities.loading import ItemTally, items_load, items_plan
from backend.entities.models import Entity
from backend.entities.selectors import entity_list
from backend.polls.history import poll_history
from tests.factories import EntityFactory, PollFactory, UserFactory

HEADER = "uid,title,text,author,url,tags\n"
BRIDGE = 'bridge,A bridge,"Long, with ""quotes""",Ada,https://example.org/b,water; steel;water\n'


@pytest.fixture
def poll(db):
    return PollFactory()


def load(poll, text):
    return items_load(poll=poll, user=UserFactory(), file=items_read(text.encode()))


def faults(text):
    return [(fault.line, fault.reason) for fault in items_read(text.encode()).faults]


def test_it_works(poll):
    assert load(poll, HEADER + BRIDGE + "park,A park,,,,\n") == ItemTally(2, 0)
    bridge, park = Entity.objects.order_by("pk")
    assert (bridge.uid, bridge.text, bridge.author) == ("bridge", 'Long, with "quotes"', "Ada")
    assert (bridge.url, bridge.tags) == ("https://example.org/b", ["water", "steel"])
    assert (park.title, park.text, park.tags) == ("A park", "", [])
    assert entity_list(poll=poll, text="brid").get() == bridge
    assert poll_history(poll=poll, most=1)[0].changes == {"items": [None, "2 new, 0 changed"]}


def test_again_changes_nothing_and_then_only_what_differs(poll):
    load(poll, HEADER + BRIDGE)
    assert load(poll, HEADER + BRIDGE) == ItemTally(0, 0)
    assert load(poll, HEADER + BRIDGE.replace("Ada", "Bo") + "park,A park,,,,\n") == ItemTally(1, 1)
    assert Entity.objects.get(uid="bridge").author == "Bo"


def test_columns_that_a_file_lacks_are_left_as_they_are(poll):
    load(poll, HEADER + BRIDGE)
    assert load(poll, "title,uid\nThe bridge,bridge\n") == ItemTally(0, 1)
    bridge = Entity.objects.get()
    assert (bridge.title, bridge.author, bridge.tags) == ("The bridge", "Ada", ["water", "steel"])
    load(poll, "uid,title,author\nbridge,The bridge,\n")
    assert Entity.objects.get().author == ""


def test_other_polls_and_hidden_items_stay_as_they_are(poll):
    other = EntityFactory(uid="bridge", title="Other")
    hidden = EntityFactory(poll=poll, uid="park", is_hidden=True)
    load(poll, HEADER + BRIDGE + "park,A park,,,,\n")
    other.refresh_from_db()
    hidden.refresh_from_db()
    assert (other.title, hidden.is_hidden) == ("Other", True)


def test_lines_are_titles_addresses_or_both(poll):
    load(poll, "A bridge\n\nA park  https://example.org/p\nhttps://example.org/x\r\nДерево\n★\n")
    found = list(Entity.objects.order_by("pk").values_list("uid", "title", "url"))
    assert found[:4] == [
        ("a-bridge", "A bridge", ""),
        ("a-park", "A park", "https://example.org/p"),
        ("httpsexampleorgx", "https://example.org/x", "https://example.org/x"),
        ("дерево", "Дерево", ""),
    ]
    assert len(found) == 5
    assert load(poll, "A bridge\n★\n") == ItemTally(0, 0)


def test_a_line_without_an_address_keeps_the_one_that_is_known(poll):
    load(poll, "A park https://example.org/p\n")
    load(poll, "A park\n")
    assert Entity.objects.get().url == "https://example.org/p"


def test_a_plan_tells_new_from_known(poll):
    load(poll, "A bridge\n")
    plan = items_plan(poll=poll, file=items_read(b"A bridge\nA park\n"))
    assert (plan.created, plan.existing) == (1, ["a-bridge"])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("x,,,,,", "title"),
        (",A title,,,,", "uid"),
        (f"{'x' * 501},A,,,,", "uid"),
        (f"x,{'A' * 301},,,,", "title"),
        ("x,A,,,javascript:alert(1),", "url"),
        ("x,A,,,ftp://example.org/,", "url"),
        (f"x,A,,,,{'t' * 51}", "tags"),
        (f"x,A,,,,{';'.join(map(str, range(30)))}", "tags"),
        ("x,A,,", "4 values in place of 6"),
        ("..,A,,,,", "address"),
        ("x\x01y,A,,,,", "address"),
        ("bridge,A,,,,", "line 2 already"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(row, words):
    ((line, reason),) = faults(f"{HEADER}{BRIDGE}{row}\n")
    assert line == 3
    assert words in reason


def test_lines_are_counted_across_values_of_several_lines():
    ((line, _reason),) = faults(HEADER + 'a,A,"one\ntwo",,,\nb,,,,,\n')
    assert line == 4


def test_two_lines_of_one_name_are_told_apart_or_refused():
    ((line, reason),) = faults("C\nC++\n")
    assert line == 2
    assert "line 1" in reason


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no items"),
        (b"\n \n", "no items"),
        (HEADER.encode(), "no items"),
        ("caf\u00e9\n".encode("latin-1"), "Line 1 is not written in UTF-8"),
        (b"uid,title,colour\nx,A,red\n", "names the columns"),
        (b"uid,title,title\nx,A,A\n", "names the columns"),
        (b"title,url\nA,\n", "names the columns"),
        (b"A bri\0dge\n", "not a text file"),
        (b"x" * (MOST_BYTES + 1), "larger than 5 MB"),
    ],
)
def test_what_cannot_be_read_at_all_says_why(data, words):
    with pytest.raises(InvalidItems, match=words):
        items_read(data)


def test_quotation_marks_that_do_not_pair_up_are_a_fault():
    assert "quotation marks" in faults(HEADER + 'x,"A,,,,\n')[0][1]


def test_the_number_of_items_is_bounded(monkeypatch):
    monkeypatch.setattr(item_files, "MOST_ITEMS", 3)
    assert len(items_read(b"a\nb\nc\n").items) == 3
    with pytest.raises(InvalidItems, match="more than 3 items"):
        items_read(b"a\nb\nc\nd\n")


def test_a_mark_of_the_encoding_at_the_start_does_not_matter():
    assert items_read("\ufeffuid,title\nx,A\n".encode()).items == [{"uid": "x", "title": "A"}]
