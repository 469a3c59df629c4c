"""The widget for other sites."""

import html
import re

import pytest

from backend.polls.models import Poll
from tests.factories import PollFactory

URL = "/polls/poll/widget/"


def titles(page) -> list[str]:
    return re.findall(r'/items/([^/"]+)/"', page.text)


def test_it_works(client, poll):
    page = client.get(URL)
    assert page.status_code == 200
    assert titles(page) == ["a", "b", "c"]
    assert re.search(r'class="score">62<', page.text)
    assert 'target="_blank"' in page.text


def test_other_sites_may_show_it_in_a_frame_and_no_other_page(client, poll):
    page = client.get(URL)
    assert "frame-ancestors *" in page["Content-Security-Policy"]
    assert "X-Frame-Options" not in page
    for url in ("/polls/poll/", "/polls/poll/items/a/", "/accounts/login/"):
        other = client.get(url)
        assert "frame-ancestors 'none'" in other["Content-Security-Policy"]
        assert other["X-Frame-Options"] == "DENY"


def test_it_sets_no_cookie_runs_nothing_and_sends_nothing(client, poll):
    page = client.get(URL)
    assert not page.cookies
    assert "<script" not in page.text
    assert "<form" not in page.text


def test_it_is_the_same_for_everybody(client, staff_client, poll):
    assert staff_client.get(URL).content == client.get(URL).content
    Poll.objects.update(visibility=Poll.Visibility.STAFF)
    assert staff_client.get(URL).status_code == 404


def test_number_size_theme_criterion_and_item_are_in_the_address(client, poll):
    page = client.get(URL, {"items": "2", "size": "large", "theme": "dark"})
    assert titles(page) == ["a", "b"]
    assert 'data-theme="dark"' in page.text
    assert 'class="interval"' in page.text
    assert titles(client.get(URL, {"item": "d"})) == ["d"]
    assert titles(client.get(URL, {"criterion": "clear"})) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"items": "0"}, 400),
        ({"items": "21"}, 400),
        ({"items": "x" * 9999}, 400),
        ({"size": "huge"}, 400),
        ({"theme": "\0"}, 400),
        ({"criterion": "nix"}, 400),
        ({"item": "nix"}, 404),
    ],
)
def test_bad_input_is_answered_in_words(client, poll, query, status):
    page = client.get(URL, query)
    assert page.status_code == status
    assert page["Content-Type"].startswith("text/plain")


def test_hidden_items_wrong_polls_and_methods(client, poll):
    poll.entities.filter(uid="a").update(is_hidden=True)
    assert titles(client.get(URL)) == ["b", "c"]
    assert client.get(URL, {"item": "a"}).status_code == 404
    assert client.post(URL).status_code == 405
    PollFactory(slug="bare")
    for slug in ("bare", "nix"):
        assert client.get(f"/polls/{slug}/widget/").status_code == 404


def test_caches_may_ask_whether_it_changed(client, poll):
    first = client.get(URL)
    assert "public" in first["Cache-Control"]
    assert client.get(URL, headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_the_ranking_offers_it(client, poll):
    found = re.search(r"<code>(.*?)</code>", client.get("/polls/poll/", {"criterion": "clear"}).text, re.DOTALL)
    assert found
    address = re.search(r'src="http://testserver([^"]+)"', html.unescape(found[1]))
    assert address
    assert client.get(html.unescape(address[1])).context["criterion"].name == "clear"


def test_the_number_of_queries_is_constant(client, poll, django_assert_num_queries):
    with django_assert_num_queries(6):
        client.get(URL)
