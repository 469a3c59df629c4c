"""Trust: where it comes from, and for whom one vouches."""

import re
from urllib.parse import unquote

import pytest
from django.core.cache import cache
from django.test import Client

from backend.accounts.services import contributor_get_or_create
from backend.comparisons.services import rating_set_public
from backend.participation.vouches import services as vouching
from backend.polls.models import Poll
from backend.trust import services
from backend.trust.models import Vouch
from backend.trust.services import vouch_create
from tests.factories import ContributorFactory, say
from tests.frontend.conftest import account

URL = "/polls/poll/me/trust/"
REFUSED = "shows an opinion in a public poll"


@pytest.fixture
def bob(poll):
    bob = contributor_get_or_create(user=account(username="bob"))
    say(bob, poll, "a", "b", good=1)
    rating_set_public(contributor=bob, entity=poll.entities.get(uid="a"), is_public=True)
    return bob


def vouch(client: Client, name: str) -> str:
    return client.post(f"{URL}vouch/", {"username": name}, follow=True).text


def test_it_works(member_client, contributor, bob):
    assert "You vouch for bob now" in vouch(member_client, " Bob ")
    assert Vouch.objects.get().vouchee == bob
    gone = member_client.post(f"{URL}withdraw/", {"person": bob.pk}, follow=True)
    assert "You do not vouch for bob any more" in gone.text
    assert not Vouch.objects.exists()


def test_before_taking_part_there_is_nothing_to_explain_but_how(member_client, poll):
    assert "Nothing vouches for you yet" in member_client.get(URL).text


def test_it_tells_where_trust_comes_from_but_not_who_vouches(member_client, contributor, bob):
    vouch_create(voucher=bob, vouchee=contributor)
    page = member_client.get(URL).text
    assert "1 person vouches for you" in page
    assert not re.search(r"\bbob\b", page)
    contributor.is_pretrusted = True
    contributor.save()
    assert "That alone is 0.8" in member_client.get(URL).text


def test_private_people_are_as_unknown_as_nobody(member_client, bob):
    bob.ratings.update(is_public=False)
    refusals = {name: vouch(member_client, name) for name in ("bob", "nobody")}
    told = {re.findall(r'notice-error">(.*?)</p>', page)[0].replace(name, "X") for name, page in refusals.items()}
    assert len(told) == 1
    assert REFUSED in told.pop()


@pytest.mark.parametrize("hide", ["poll", "item", "suspended"])
def test_what_is_not_open_to_all_makes_nobody_known(member_client, bob, poll, hide):
    if hide == "poll":
        Poll.objects.update(visibility=Poll.Visibility.UNLISTED)
    elif hide == "item":
        poll.entities.update(is_hidden=True)
    else:
        bob.is_suspended = True
        bob.save()
    assert REFUSED in vouch(member_client, "bob")


def test_a_code_lets_private_people_be_vouched_for(member_client, contributor, bob, monkeypatch):
    bob.ratings.update(is_public=False)
    other = Client()
    other.force_login(bob.user)
    code = other.get(URL).context["code"]
    assert "You vouch for bob now" in vouch(member_client, code)
    Vouch.objects.all().delete()
    assert REFUSED in vouch(member_client, code[:-1])
    monkeypatch.setattr(vouching, "CODE_DAYS", -1)
    assert REFUSED in vouch(member_client, code)


def test_the_quota_and_oneself(member_client, contributor, bob, monkeypatch):
    rating_set_public(contributor=contributor, entity=bob.ratings.get().entity, is_public=True)
    assert "Nobody can vouch for themselves" in vouch(member_client, "ada")
    monkeypatch.setattr(services, "QUOTA", 1)
    vouch_create(voucher=contributor, vouchee=ContributorFactory())
    assert "Withdraw one of your vouches first" in vouch(member_client, "bob")


@pytest.mark.parametrize("name", ["", "\0", "x" * 600, "a:b:c", ":"])
def test_bad_names_are_refused_in_words(member_client, poll, name):
    assert REFUSED in vouch(member_client, name)


@pytest.mark.parametrize("person", ["", "x", "-1", "9" * 30, "999999"])
def test_withdrawing_what_is_not_there_changes_nothing(member_client, contributor, bob, person):
    Vouch.objects.create(voucher=bob, vouchee=contributor)
    assert member_client.post(f"{URL}withdraw/", {"person": person}).status_code == 302
    assert Vouch.objects.count() == 1


def test_it_is_for_accounts(client, member_client, poll):
    for answer in (client.get(URL), client.post(f"{URL}vouch/"), client.post(f"{URL}withdraw/")):
        assert answer.url.startswith("/accounts/login/")
    assert member_client.get(f"{URL}vouch/").status_code == 405


LINK = "/vouch/"


def link_of(person) -> str:
    other = Client()
    other.force_login(person.user)
    return other.get(URL).context["link"]


def test_a_link_lets_whoever_got_it_vouch_for_somebody_who_shows_nothing(member_client, contributor, bob):
    bob.ratings.update(is_public=False)
    link = link_of(bob)
    assert "Do you vouch for bob?" in member_client.get(link).text
    assert not Vouch.objects.exists(), "looking is not vouching"
    code = link.partition("code=")[2]
    answer = member_client.post(LINK, {"code": unquote(code)}, follow=True).text
    assert "You vouch for bob now" in answer
    assert Vouch.objects.get().vouchee == bob
    assert "Do you vouch" not in member_client.get(link).text


def test_a_link_asks_visitors_to_log_in_and_brings_them_back(client, bob):
    answer = client.get(link_of(bob))
    assert answer.url.startswith("/accounts/login/?next=/vouch/%3Fcode")


def test_ones_own_link_says_what_it_is_for(bob):
    client = Client()
    client.force_login(bob.user)
    assert "Send it to people who know you" in client.get(link_of(bob)).text


@pytest.mark.parametrize("code", ["", "x", "a:b:c", "\0", ":" * 3_000])
def test_a_link_that_leads_to_nobody_says_so_and_to_nobody_else(member_client, bob, code):
    for answer in (member_client.get(LINK, {"code": code}), member_client.post(LINK, {"code": code})):
        assert answer.status_code == 404
        assert "Ask the person for a new one" in answer.text


def test_a_link_of_a_closed_account_leads_to_nobody(member_client, bob):
    link = link_of(bob)
    bob.user.is_active = False
    bob.user.save()
    assert member_client.get(link).status_code == 404


def test_trust_is_told_as_a_number_with_words(member_client, contributor, bob):
    pages = (URL, "/polls/poll/me/proof/", "/accounts/")
    for page in pages:
        assert "Your trust is <strong>0.00</strong>, from 0 to 1." in member_client.get(page).text
    cache.clear()
    type(contributor).objects.filter(pk=contributor.pk).update(is_pretrusted=True)
    for page in pages:
        text = member_client.get(page).text
        assert "Your trust is <strong>0.80</strong>" in text
        assert "You count as one real person." in text
