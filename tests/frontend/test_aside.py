"""Saying that two items cannot be compared."""

import pytest

from backend.participation.models import SetAside
from tests.factories import say
from tests.frontend.test_compare import undone_with

URL = "/polls/poll/compare/aside/"
COMPARE = "/polls/poll/compare/"
PAIR = {"left": "a", "right": "b"}


def test_it_works(member_client, contributor, poll):
    asked = member_client.get(COMPARE, PAIR)
    assert "I don&#x27;t know A" in asked.text
    done = member_client.post(URL, PAIR | {"reason": "left_unknown"}, follow=True)
    assert done.redirect_chain == [(COMPARE, 303)]
    assert "you will not be asked about that pair again" in done.text
    assert {done.context["pair"].left.uid, done.context["pair"].right.uid} != {"a", "b"}
    kept = SetAside.objects.get()
    assert (kept.contributor, kept.left.uid, kept.right.uid, kept.reason) == (contributor, "a", "b", "left_unknown")


def test_it_can_be_undone(member_client, poll):
    done = member_client.post(URL, PAIR | {"reason": "other", "words": "Odd"}, follow=True)
    back = member_client.post(f"{URL}undo/", undone_with(done, f"{URL}undo/"), follow=True)
    assert not SetAside.objects.exists()
    assert {back.context["pair"].left.uid, back.context["pair"].right.uid} == {"a", "b"}


def test_the_list_shows_pairs_and_reasons_and_deletes(member_client, poll):
    assert "Nothing set aside" in member_client.get(URL).text
    member_client.post(URL, PAIR | {"reason": "other", "words": "<b>Odd</b>"})
    member_client.post(URL, {"left": "c", "right": "d", "reason": "both_unknown"})
    page = member_client.get(URL)
    assert "&lt;b&gt;Odd" in page.text
    assert "I know neither" in page.text
    assert "2 pairs that you cannot compare" in page.text
    assert member_client.post(f"{URL}undo/", PAIR | {"back": "list"}).url == URL
    assert [kept.left.uid for kept in SetAside.objects.all()] == ["c"]


def test_the_pair_can_be_judged_after_all(member_client, poll):
    member_client.post(URL, PAIR | {"reason": "not_comparable"})
    member_client.get(COMPARE)
    assert "You set this pair aside" in member_client.get(COMPARE, PAIR).text
    member_client.post(COMPARE, PAIR | {"judge-good": "1"})
    assert not SetAside.objects.exists()


def test_an_item_that_stays_stays(member_client, poll):
    assert member_client.post(URL, PAIR | {"anchor": "b", "reason": "left_unknown"}).url == f"{COMPARE}?left=b"


def test_a_judged_pair_is_not_offered_and_is_refused_in_words(member_client, contributor, poll):
    say(contributor, poll, "a", "b", good=1)
    assert "I know neither" not in member_client.get(COMPARE, PAIR).text
    page = member_client.post(URL, PAIR | {"reason": "both_unknown"}, follow=True)
    assert "You have compared these two items" in page.text


@pytest.mark.parametrize("reason", ["", "nix", "x" * 900_000, "\0"])
def test_a_bad_reason_stores_nothing(member_client, poll, reason):
    page = member_client.post(URL, PAIR | {"reason": reason}, follow=True)
    assert "choose one of the reasons offered" in page.text
    assert not SetAside.objects.exists()


def test_it_is_ones_own(client, member_client, poll):
    assert client.get(URL).url.startswith("/accounts/login/")
    assert client.post(URL, PAIR | {"reason": "other"}).url.startswith("/accounts/login/")
    assert client.post(f"{URL}undo/", PAIR).url.startswith("/accounts/login/")
    assert not SetAside.objects.exists()


def test_wrong_method_and_wrong_items(member_client, poll):
    assert member_client.get(f"{URL}undo/").status_code == 405
    assert member_client.post(URL, {"left": "a", "right": "nix", "reason": "other"}).status_code == 404
    assert member_client.post(f"{URL}undo/", {"left": "\0"}).status_code == 404
    assert member_client.get("/polls/nix/compare/aside/").status_code == 404


def test_the_list_is_reached_from_my_space(member_client, contributor, poll):
    for page in ("me/", "me/items/", "comparisons/", "me/trust/"):
        assert f'href="{URL}"' in member_client.get(f"/polls/poll/{page}").text
    assert 'aria-current="page">Pairs set aside' in member_client.get(URL).text
