"""The list of items to rate later."""

from backend.participation.models import RateLater
from backend.participation.pairs import rate_later
from backend.participation.pairs.rate_later import rate_later_add
from tests.factories import ContributorFactory

URL = "/polls/poll/later/"


def uids() -> list[str]:
    return list(RateLater.objects.values_list("entity__uid", flat=True))


def test_it_works(member_client, poll):
    assert "Rate later" in member_client.get("/polls/poll/items/a/").text
    added = member_client.post(f"{URL}add/", {"item": "a"}, follow=True)
    assert added.redirect_chain == [("/polls/poll/items/a/", 302)]
    assert "In your list for later" in added.text
    assert "Not later" in added.text
    listed = member_client.get(URL)
    assert "1 item to compare" in listed.text
    assert "?left=a" in listed.text
    assert "compared it 4 times" in listed.text
    gone = member_client.post(f"{URL}remove/", {"item": "a"}, follow=True)
    assert gone.redirect_chain == [(URL, 302)]
    assert "Nothing for later" in gone.text
    assert uids() == []


def test_from_an_items_page_one_comes_back_there(member_client, poll):
    member_client.post(f"{URL}add/", {"item": "a"})
    assert member_client.post(f"{URL}remove/", {"item": "a", "back": "item"}).url == "/polls/poll/items/a/"


def test_nobody_sees_another_list(member_client, contributor, poll):
    rate_later_add(contributor=ContributorFactory(), entity=poll.entities.get(uid="a"))
    assert "Nothing for later" in member_client.get(URL).text
    member_client.post(f"{URL}remove/", {"item": "a"})
    assert uids() == ["a"]
    assert "Rate later" in member_client.get("/polls/poll/items/a/").text


def test_a_full_list_says_what_to_do(member_client, poll, monkeypatch):
    monkeypatch.setattr(rate_later, "QUOTA", 1)
    member_client.post(f"{URL}add/", {"item": "a"})
    assert "Take some off it first" in member_client.post(f"{URL}add/", {"item": "b"}, follow=True).text
    assert uids() == ["a"]


def test_it_is_for_accounts(client, poll):
    for answer in (client.get(URL), client.post(f"{URL}add/", {"item": "a"}), client.post(f"{URL}remove/")):
        assert answer.url.startswith("/accounts/login/")
    assert "Rate later" not in client.get("/polls/poll/items/a/").text


def test_wrong_method_and_unknown_items(member_client, poll):
    assert member_client.post(URL).status_code == 405
    assert member_client.get(f"{URL}add/").status_code == 405
    for uid in ("nix", "", "a\0"):
        assert member_client.post(f"{URL}add/", {"item": uid}).status_code == 404
    assert member_client.get(URL, {"page": "x"}).status_code == 400
    assert member_client.get(URL, {"page": "9"}).status_code == 404 or not uids()
