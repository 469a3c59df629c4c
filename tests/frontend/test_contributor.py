"""The page of a contributor who shows opinions."""

import re

import pytest

from backend.comparisons.models import Rating
from backend.polls.models import Poll
from backend.scores.models import IndividualScore
from tests.factories import ContributorFactory, poll_with, publish

URL = "/polls/poll/contributors/bob/"


@pytest.fixture
def bob(poll):
    """Bob shows a and b, was asked about c and keeps it private."""
    bob = ContributorFactory(name="bob")
    good = poll.criteria.get(name="good")
    rows = []
    for uid, score in (("a", 21.0), ("b", 43.0), ("c", 87.0)):
        item = poll.entities.get(uid=uid)
        Rating.objects.create(contributor=bob, entity=item, is_public=uid != "c")
        keys = {"criterion_id": good.pk, "entity_id": item.pk, "contributor_id": bob.pk}
        rows.append(keys | {"score": score, "is_public": uid != "c"})
    publish(poll, individual=rows)
    return bob


def told(page) -> list[str]:
    return [row.entity.uid for row in page.context["rows"]]


def test_it_works(client, bob):
    page = client.get(URL)
    assert page.status_code == 200
    assert told(page) == ["b", "a"]
    assert "2 items" in page.text
    assert not re.search(r"\b87\b", page.text)


def test_what_became_private_or_hidden_is_gone_at_once(client, bob, poll):
    bob.ratings.filter(entity__uid="b").update(is_public=False)
    assert told(client.get(URL)) == ["a"]
    poll.entities.filter(uid="a").update(is_hidden=True)
    assert client.get(URL).status_code == 404


def test_what_became_public_comes_with_the_next_scores(client, bob):
    bob.ratings.update(is_public=True)
    assert told(client.get(URL)) == ["b", "a"]


def test_somebody_with_nothing_public_is_as_unknown_as_nobody(client, bob):
    IndividualScore.objects.update(is_public=False)
    pages = {name: client.get(f"/polls/poll/contributors/{name}/") for name in ("bob", "eve")}
    assert {page.status_code for page in pages.values()} == {404}
    texts = {re.sub(rf"{name}|csrf[^>]*>", "X", page.text) for name, page in pages.items()}
    assert len(texts) == 1


def test_suspended_people_are_gone(client, bob):
    bob.is_suspended = True
    bob.save()
    assert client.get(URL).status_code == 404


def test_one_name_in_two_origins_leads_to_whoever_shows_something(client, bob):
    ContributorFactory(name="bob", origin="elsewhere")
    type(bob).objects.filter(pk=bob.pk).update(origin="z")
    ContributorFactory(name="bob")
    assert told(client.get(URL)) == ["b", "a"]


def test_another_criterion_and_bad_input(client, bob):
    assert "Nothing on this criterion" in client.get(URL, {"criterion": "clear"}).text
    assert client.get(URL, {"criterion": "nix"}).status_code == 400
    assert client.get(URL, {"page": "x"}).status_code == 400
    assert client.get(URL, {"page": "9"}).status_code == 404
    assert client.get(f"/polls/poll/contributors/{'x' * 600}/").status_code == 404
    assert client.post(URL).status_code == 405


def test_other_polls_and_polls_for_staff_show_nothing(client, bob):
    poll_with(slug="other")
    assert client.get("/polls/other/contributors/bob/").status_code == 404
    Poll.objects.update(visibility=Poll.Visibility.STAFF)
    assert client.get(URL).status_code == 404
