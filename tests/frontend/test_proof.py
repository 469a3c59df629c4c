"""Proof of participation."""

import pytest
from django.core import signing

from backend.participation.my_space import proof as proofs
from backend.participation.my_space.proof import proof_make, proof_read
from tests.factories import EntityFactory, say

MINE = "/polls/poll/me/proof/"
VERIFY = "/proof/"
REFUSED = "This site has not signed this text"


def test_it_works(client, member_client, contributor, poll):
    assert "Make a proof" in member_client.get(MINE).text
    say(contributor, poll, "a", "b", good=7)
    made = member_client.post(MINE)
    page = client.get(made.context["address"])
    assert "Genuine: ada took part in “A fine poll” with at least 1 comparison." in page.text
    assert REFUSED not in page.text


def test_it_outlives_the_account_and_tells_a_rounded_number(contributor, poll):
    for number in range(11):
        EntityFactory(poll=poll, uid=f"more{number}")
        say(contributor, poll, "a", f"more{number}", good=1)
    text = proof_make(contributor=contributor, poll=poll)
    contributor.delete()
    said = proof_read(text=text)
    assert (said.name, said.poll, said.least) == ("ada", "poll", 10)
    assert set(signing.loads(text, salt=proofs.SALT)) == {"name", "poll", "title", "least", "at"}


def test_nobody_proves_what_they_did_not_do(member_client, contributor, poll):
    answer = member_client.post(MINE)
    assert answer.status_code == 409
    assert "nothing to prove" in answer.text
    say(contributor, poll, "a", "b", good=1)
    contributor.is_suspended = True
    contributor.save()
    assert member_client.post(MINE).status_code == 403


@pytest.mark.parametrize("text", ["x", ":::", "\0", "é" * 50, "x" * 5000])
def test_what_the_site_did_not_sign_is_refused(client, poll, text):
    page = client.get(VERIFY, {"proof": text})
    assert page.status_code == 200
    assert REFUSED in page.text


def test_a_changed_proof_or_another_signed_text_is_refused(client, contributor, poll):
    say(contributor, poll, "a", "b", good=1)
    text = proof_make(contributor=contributor, poll=poll)
    broken = f"{text[:3]}\n {text[3:]}"
    assert "Genuine" in client.get(VERIFY, {"proof": broken}).text
    for other in (f"x{text[1:]}", text[:-2], signing.dumps({"name": "ada"}, salt="vouch-for")):
        assert REFUSED in client.get(VERIFY, {"proof": other}).text


def test_who_may(client, member_client, poll):
    assert "The proof that you were given" in client.get(VERIFY).text
    assert client.get(MINE).url.startswith("/accounts/login/")
    assert member_client.post(VERIFY).status_code == 405
