"""Groups of opinion."""

import re

import pytest

from backend.accounts.models import Contributor
from backend.comparisons.models import Rating
from backend.pipeline.groups.selectors import groups_compute
from backend.polls.models import Poll
from tests.factories import ContributorFactory, PollFactory, poll_with, publish

URL, API = "/polls/poll/groups/", "/api/v1/polls/poll/groups/"
SIZES = (8, 6)
# What each of the two groups thinks of the items a to f; all of them like f.
OPINIONS = ((80, 60, -50, -70, -10, 50), (-70, -60, 70, 50, -15, 40))


@pytest.fixture
def divided(db: None) -> Poll:
    """Return a poll of two groups, and of one more contributor who keeps their scores private."""
    poll = poll_with(items=6, criteria=("good", "clear"), slug="poll", title="A divided poll")
    good = poll.criteria.get(name="good").pk
    entities = list(poll.entities.order_by("uid"))
    rows = []
    kinds = [kind for kind, size in enumerate(SIZES) for _ in range(size)]
    for number, kind in enumerate([*kinds, 0]):
        contributor = ContributorFactory()
        is_public = number < len(kinds)
        for place, entity in enumerate(entities):
            Rating.objects.create(contributor=contributor, entity=entity, is_public=is_public)
            score = OPINIONS[kind][place] + (number * 7 + place * 3) % 5 - 2.0
            keys = {"criterion_id": good, "entity_id": entity.pk, "contributor_id": contributor.pk}
            rows.append(keys | {"score": score, "is_public": is_public})
    publish(poll, [{"criterion_id": good, "entity_id": e.pk, "score": 1.0} for e in entities], rows)
    return poll


def test_it_works(client, divided):
    page = client.get(URL)
    assert page.status_code == 200
    assert "14 contributors who show what they think fall into 2 groups." in " ".join(page.text.split())
    assert [size for size, _items in page.context["groups"]] == list(SIZES)
    preferred = [[item.uid for item, _score, _others in items] for _size, items in page.context["groups"]]
    assert [uids[:2] for uids in preferred] == [["a", "b"], ["c", "d"]]
    assert [item.uid for item, _least, _most in page.context["agreed"]] == ["f"]
    assert re.search(r'aria-current="page"[^>]*>Groups<', page.text)


def test_the_api_tells_the_same(client, divided):
    told = client.get(API).json()
    assert (told["state"], told["contributors"]) == ("found", 14)
    assert [group["size"] for group in told["groups"]] == list(SIZES)
    assert told["groups"][0]["prefers"][0]["entity"] == "a"
    assert told["agreed"][0]["entity"] == "f"
    assert 35 < told["agreed"][0]["low"] <= told["agreed"][0]["high"] < 55
    assert client.get(API, {"criterion": "clear"}).json()["state"] == "few"
    assert client.get(API, {"criterion": "nix"}).status_code == 400


def test_scores_made_private_and_suspended_contributors_do_not_count(divided):
    criterion, score_set = divided.criteria.get(name="good"), divided.publication.score_set
    first, second = Contributor.objects.order_by("pk")[:2]
    Contributor.objects.filter(pk=first.pk).update(is_suspended=True)
    Rating.objects.filter(contributor=second).update(is_public=False)
    assert groups_compute(criterion=criterion, score_set=score_set).contributors == 12


def test_every_number_is_of_five_people_at_least(divided):
    """Of one group only four show their score of the item a."""
    a, shown = divided.entities.get(uid="a"), Contributor.objects.order_by("-pk")[1:3]
    Rating.objects.filter(entity=a, contributor__in=[c.pk for c in shown]).update(is_public=False)
    found = groups_compute(criterion=divided.criteria.get(name="good"), score_set=divided.publication.score_set)
    assert len(found.groups) == 2
    assert a.pk not in found.entity_ids


def test_a_hidden_item_is_told_no_longer(client, divided):
    assert "/items/a/" in client.get(URL).text
    divided.entities.filter(uid="a").update(is_hidden=True)
    assert "/items/a/" not in client.get(URL).text
    assert "a" not in {item["entity"] for group in client.get(API).json()["groups"] for item in group["prefers"]}


def test_they_are_computed_once_for_a_published_set(client, divided, django_assert_max_num_queries):
    client.get(URL)
    with django_assert_max_num_queries(6):
        client.get(URL)


def test_where_few_show_what_they_think_it_says_what_to_do(client, poll):
    assert "Too few people show what they think" in client.get(URL).text
    PollFactory(slug="bare")
    assert "not ready" in client.get("/polls/bare/groups/").text
    poll.publication.delete()
    assert "Too few people show what they think" in client.get(URL).text


def test_wrong_addresses_and_methods(client, poll):
    assert client.post(URL).status_code == 405
    assert client.get("/polls/nix/groups/").status_code == 404
    assert client.get(URL, {"criterion": "nix"}).status_code == 400
    Poll.objects.update(visibility=Poll.Visibility.STAFF)
    assert client.get(URL).status_code == client.get(API).status_code == 404
