"""The page of an item."""

import re
from datetime import UTC, datetime

import pytest

from backend.scores.models import CollectiveScore, ScoreSet
from tests.factories import EntityFactory, PollFactory, publish
from tests.frontend.conftest import collective_rows

URL = "/polls/poll/items/a/"


def test_it_works(client, poll):
    page = client.get(URL)
    assert page.status_code == 200
    assert re.search(r'class="score">\s*62\s*<', page.text)
    assert "between 48 and 73, 14 contributors" in page.text
    assert "Nobody has judged this yet" in page.text
    assert 'href="/polls/poll/compare/?left=a"' in page.text


def test_the_distribution_is_drawn_and_in_a_table(client, poll):
    page = client.get(URL).text
    assert "<title>2 between 50 and 60</title>" in page
    assert re.search(r"50 to 60\s*</td>\s*<td class=\"number\">2</td>", page)


def test_private_scores_never_show(client, poll):
    page = client.get(URL)
    assert page.context["public_scores"] == 2
    assert "−100 to −90" not in page.text


def test_how_the_score_moved_is_drawn_and_in_a_table(client, poll):
    assert "This is the first day with a score" in client.get(URL).text
    ScoreSet.objects.update(created_at=datetime(2020, 3, 1, tzinfo=UTC))
    rows = collective_rows(poll)
    rows[0] |= {"score": 40.0}
    publish(poll, collective=rows)
    page = client.get(URL).text
    assert "it was 62 on the first day and is 40 now" in page
    assert 'class="history-line"' in page
    assert "<title>March 1, 2020: 62</title>" in page
    assert re.search(
        r"<td>March 1, 2020</td>\s*<td class=\"number\">62</td>\s*<td class=\"number\">48 to 73</td>", page
    )


def test_another_criterion_can_be_asked_why(client, poll):
    page = client.get(URL, {"criterion": "clear"})
    assert page.context["chosen"].criterion.name == "clear"
    assert "Nobody has judged this item here" in page.text


def test_an_item_of_a_poll_without_criteria(client, poll):
    bare = EntityFactory(poll=PollFactory(slug="bare"))
    assert "not ready" in client.get(f"/polls/bare/items/{bare.uid}/").text


def test_a_score_of_few_voting_rights_is_called_unsteady(client, poll):
    for right, is_unsteady in ((5.0, True), (50.0, False)):
        CollectiveScore.objects.update(voting_right=right)
        assert ("stays near 0 until more people judge" in client.get(URL).text) is is_unsteady


def test_an_item_known_by_its_uid_leads_to_its_source(client, poll):
    poll.entities.filter(uid="a").update(title="a", url="https://www.youtube.com/watch?v=a")
    for page in (client.get(URL).text, client.get("/polls/poll/").text):
        assert "Open on youtube.com" in page
        assert 'class="uid"' in page


def test_before_the_first_run(client, poll):
    poll.publication.delete()
    assert client.get(URL).status_code == 200


@pytest.mark.parametrize("uid", ["a/b", "ä ö", "100%", "x?y#z", "..", "<b>"])
def test_any_uid_has_a_page(client, poll, uid):
    EntityFactory(poll=poll, uid=uid, title=f"Title {uid}")
    ranking = client.get("/polls/poll/", {"q": "title"})
    address = re.search(r'href="(/polls/poll/items/[^"]+/)">', ranking.text)
    assert address
    assert client.get(address[1]).context["item"].uid == uid


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/polls/poll/items/nix/", 404),
        ("/polls/nix/items/a/", 404),
        ("/polls/poll/items/%00/", 404),
        (f"/polls/poll/items/{'x' * 100_000}/", 404),
        (f"{URL}?criterion=nix", 400),
    ],
)
def test_bad_input_is_answered_in_words(client, poll, url, status):
    page = client.get(url)
    assert page.status_code == status
    assert "<h1" in page.text
    assert ('<a class="button" href="/polls/poll/">' in page.text) == url.startswith("/polls/poll/"), "the way back"


def test_a_hidden_item_is_not_found(client, poll):
    poll.entities.filter(uid="a").update(is_hidden=True)
    assert client.get(URL).status_code == 404


def test_wrong_method(client, poll):
    assert client.post(URL).status_code == 405


def test_what_contributors_wrote_is_escaped(client, poll):
    poll.entities.filter(uid="a").update(title="<script>x</script>", text="<img onerror=x>", tags=['"><b>'])
    page = client.get(URL).text
    assert "<script>x" not in page
    assert "<img onerror" not in page
    assert "<b>" not in page


def test_the_number_of_queries_is_constant(client, poll, django_assert_num_queries):
    with django_assert_num_queries(13):
        client.get(URL)
