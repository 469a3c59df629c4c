"""Atom feeds."""

from xml.etree import ElementTree

import pytest

from backend.polls.models import Poll
from tests.factories import EntityFactory, PollFactory, publish
from tests.frontend.conftest import collective_rows

BEST, NEW = "/polls/poll/best.atom", "/polls/poll/new.atom"
ATOM = "{http://www.w3.org/2005/Atom}"


def entries(response) -> list[ElementTree.Element]:
    return ElementTree.fromstring(response.content).findall(f"{ATOM}entry")


def titles(response) -> list[str | None]:
    return [entry.findtext(f"{ATOM}title") for entry in entries(response)]


def test_it_works(client, poll):
    best, new = client.get(BEST), client.get(NEW)
    assert best.status_code == new.status_code == 200
    assert best["Content-Type"].startswith("application/atom+xml")
    assert titles(best) == ["A: 62", "B: 30", "C: −12"]
    assert titles(new) == ["D", "C", "B", "A"]
    assert entries(best)[0].find(f"{ATOM}link").get("href") == "http://testserver/polls/poll/items/a/"


def test_an_item_stays_the_same_entry_when_its_score_moves(client, poll):
    before = [entry.findtext(f"{ATOM}id") for entry in entries(client.get(BEST))]
    rows = collective_rows(poll)
    rows[0] |= {"score": 61.0}
    publish(poll, collective=rows)
    after = client.get(BEST)
    assert [entry.findtext(f"{ATOM}id") for entry in entries(after)] == before
    assert titles(after)[0] == "A: 61"


@pytest.mark.parametrize("url", [BEST, NEW])
def test_only_what_every_visitor_may_see_is_told(client, staff_client, poll, url):
    poll.entities.filter(uid="a").update(is_hidden=True)
    assert not [title for title in titles(staff_client.get(url)) if title.startswith("A")]
    Poll.objects.update(visibility=Poll.Visibility.STAFF)
    for anybody in (client, staff_client):
        assert anybody.get(url).status_code == 404


def test_caches_may_keep_it_and_ask_whether_it_changed(client, poll):
    first = client.get(BEST)
    assert "public" in first["Cache-Control"]
    assert "max-age=300" in first["Cache-Control"]
    assert not first.cookies
    again = client.get(BEST, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    poll.entities.filter(uid="a").update(is_hidden=True)
    assert client.get(BEST, headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("title", ["\x01\x0b\x1f", "a\ufffe\uffffb", "<b>&amp;", "]]>", "🌻", "x" * 300])
def test_any_title_gives_xml(client, poll, title):
    EntityFactory(poll=poll, uid="odd", title=title, text=title, author=title[:200], tags=[title[:50]])
    assert len(titles(client.get(NEW))) == 5


@pytest.mark.parametrize("url", [BEST, NEW])
def test_wrong_addresses_and_methods(client, poll, url):
    assert client.post(url).status_code == 405
    assert client.get(url.replace("poll/", "nix/")).status_code == 404
    assert client.get(url.replace("poll/", "%00/")).status_code == 404
    assert client.head(url).status_code == 200


def test_a_poll_without_scores_or_criteria_has_empty_feeds(client, poll):
    PollFactory(slug="bare")
    assert titles(client.get("/polls/bare/best.atom")) == titles(client.get("/polls/bare/new.atom")) == []
    poll.publication.delete()
    assert titles(client.get(BEST)) == []


@pytest.mark.parametrize(("url", "queries"), [(BEST, 4), (NEW, 2)])
def test_the_number_of_queries_is_constant(client, poll, django_assert_num_queries, url, queries):
    with django_assert_num_queries(queries):
        client.get(url)


def test_a_feed_holds_no_more_than_a_reader_wants(client, poll):
    for number in range(60):
        EntityFactory(poll=poll, uid=f"owl{number}", text="word " * 1000)
    page = client.get(NEW)
    assert len(entries(page)) == 50
    assert len(page.content) < 60_000


def test_the_ranking_leads_to_its_feeds(client, poll):
    page = client.get("/polls/poll/").text
    assert page.count(f'href="{BEST}"') == page.count(f'href="{NEW}"') == 2
