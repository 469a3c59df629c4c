"""Choosing an item for one side of a comparison."""

import pytest

from backend.participation.pairs.rate_later import rate_later_add

URL = "/polls/poll/compare/pick/"


def offered(client, **query: str) -> dict[str, str]:
    page = client.get(URL, query)
    assert page.status_code == 200
    return {offer.item.uid: offer.url for shelf in page.context["shelves"] for offer in shelf.offers}


def test_it_works(member_client, poll):
    page = member_client.get("/polls/poll/compare/", {"left": "a", "right": "b"})
    assert f"{URL}?side=right&amp;right=b&amp;left=a" in page.text
    assert offered(member_client, side="right", left="a", right="b", q="C") == {
        "c": "/polls/poll/compare/?right=c&left=a"
    }


def test_it_searches_titles_and_leaves_out_the_other_side(client, poll):
    poll.entities.filter(uid__in="ab").update(title="Zebra crossing")
    assert [*offered(client, side="left", right="a", q="zeb")] == ["b"]


@pytest.mark.parametrize(
    "text",
    [
        "d",
        " d ",
        "https://here.example/polls/poll/items/d/",
        "https://here.example/polls/poll/items/d/?criterion=good#why",
        "https://videos.example/watch?v=d&t=3",
        "https://elsewhere.example/page",
    ],
)
def test_a_pasted_uid_or_address_is_that_item(client, poll, text):
    poll.entities.filter(uid="d").update(url="https://elsewhere.example/page")
    assert [*offered(client, q=text)] == ["d"]


def test_uids_with_slashes_are_found_by_their_address(client, poll):
    poll.entities.filter(uid="d").update(uid="x/d e")
    assert [*offered(client, q="https://here.example/polls/poll/items/x/d%20e/")] == ["x/d e"]


def test_an_item_alone_becomes_the_one_that_stays(client, poll):
    assert offered(client, side="right", q="b") == {"b": "/polls/poll/compare/?left=b"}


def test_without_a_search_there_are_lists(member_client, contributor, poll):
    rate_later_add(contributor=contributor, entity=poll.entities.get(uid="d"))
    found = member_client.get(URL, {"side": "left", "right": "b"})
    titles = [str(shelf.title) for shelf in found.context["shelves"]]
    assert titles == ["In your list for later", "Recommended in this poll"]
    assert [*offered(member_client, side="left", right="b")] == ["d", "a"]


def test_visitors_have_no_list(client, contributor, poll):
    rate_later_add(contributor=contributor, entity=poll.entities.get(uid="d"))
    assert "d" not in offered(client)


@pytest.mark.parametrize("text", ["nix", "https://[", "https://x.example/" + "y/" * 500, "http://x/?a=%00", "'"])
def test_nothing_found_says_what_to_try(client, poll, text):
    page = client.get(URL, {"q": text})
    assert page.status_code in (200, 400)
    assert "Nothing found" in page.text or "too long" in page.text


def test_a_text_that_cannot_be_searched_is_refused_in_words(client, poll):
    assert client.get(URL, {"q": "x" * 300}).status_code == 400
    assert client.get(URL, {"q": "a\0b"}).status_code == 400


def test_hidden_items_and_other_polls_are_not_found(client, poll):
    poll.entities.filter(uid="d").update(is_hidden=True)
    assert offered(client, q="d") == {}
    assert client.get("/polls/nix/compare/pick/").status_code == 404


def test_htmx_gets_the_shelves_alone(client, poll):
    page = client.get(URL, {"q": "a"}, headers={"HX-Request": "true"})
    assert "<html" not in page.text
    assert "Found" in page.text


def test_wrong_method(client, poll):
    assert client.post(URL).status_code == 405
