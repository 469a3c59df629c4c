"""Pictures beside links on other sites."""

import re
from io import BytesIO

import pytest
from django.core.cache import cache
from PIL import Image
from redis.exceptions import ConnectionError as RedisConnectionError

from backend.polls.models import Poll
from frontend.pictures import PAPER, Picture, picture_png
from tests.factories import EntityFactory, PollFactory, publish
from tests.frontend.conftest import collective_rows

URL = "/polls/poll/image.png"
ITEM = {"item": "a"}


def opened(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("RGB")


def ink(picture: Picture) -> int:
    """Return how many pixels right of the flower are not paper."""
    words = opened(picture_png(picture)).crop((560, 0, 1200, 610)).convert("L")
    dark = sum(PAPER) // 3 - 60
    return sum(words.histogram()[:dark])


def test_it_works(client, poll):
    for query in ({}, ITEM, {"item": "d"}):
        page = client.get(URL, query)
        assert page["Content-Type"] == "image/png"
        assert opened(page.content).size == (1200, 630)
        assert len(page.content) < 100_000


def test_it_is_drawn_once_and_caches_may_keep_it(client, poll, monkeypatch):
    first = client.get(URL, ITEM)
    assert "public" in first["Cache-Control"]
    assert not first.cookies
    monkeypatch.setattr("frontend.pages.poll.images.picture_png", lambda _picture: pytest.fail("drawn again"))
    assert client.get(URL, ITEM).content == first.content
    again = client.get(URL, ITEM, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_another_score_or_title_is_another_picture(client, poll):
    tags = [client.get(URL, ITEM)["ETag"]]
    rows = collective_rows(poll)
    rows[0] |= {"score": 12.0}
    publish(poll, collective=rows)
    tags.append(client.get(URL, ITEM)["ETag"])
    poll.entities.filter(uid="a").update(title="Another title")
    tags.append(client.get(URL, ITEM)["ETag"])
    assert len(set(tags)) == 3


def test_without_a_cache_it_is_drawn_all_the_same(client, poll, monkeypatch):
    def refuse(*_args: object) -> None:
        raise RedisConnectionError

    monkeypatch.setattr(cache, "get", refuse)
    assert client.get(URL, ITEM).status_code == 200


@pytest.mark.parametrize(
    "title",
    [
        "x" * 300,
        "word " * 60,
        "🌻🌻🌻",
        "日本語の題",
        "a\u202eb\0c\nd",
        "",
        " ",
        "Ünïcödé Ελλάδα Ёж",
        "مرحبا",
        "👩‍👩‍👧",
    ],
)
def test_any_title_can_be_drawn(title):
    assert opened(picture_png(Picture(title=title, above=title, below=title, score="62"))).size == (1200, 630)


def test_characters_that_the_font_lacks_are_left_out():
    words = {title: ink(Picture(title=title, above="", below="")) for title in ("Été", "🌻 Été 日本", "🌻", "")}
    assert words["Été"] == words["🌻 Été 日本"] > 0
    assert words["🌻"] == words[""] == 0


def test_it_shows_only_what_every_visitor_may_see(staff_client, poll):
    poll.entities.filter(uid="a").update(is_hidden=True)
    assert staff_client.get(URL, ITEM).status_code == 404
    Poll.objects.update(visibility=Poll.Visibility.STAFF)
    assert staff_client.get(URL).status_code == 404


def test_pages_name_their_pictures(client, poll):
    EntityFactory(poll=poll, uid="x?y&z", title='A "title"')
    page = client.get("/polls/poll/items/x%3Fy&z/").text
    assert 'property="og:title" content="A &quot;title&quot;"' in page
    address = re.search(r'property="og:image"\s+content="http://testserver([^"]+)"', page)
    assert address
    assert client.get(address[1].replace("&amp;", "&")).status_code == 200
    assert "http://testserver/polls/poll/image.png" in client.get("/polls/poll/").text


def test_wrong_addresses_and_methods(client, poll):
    PollFactory(slug="bare")
    EntityFactory(poll=Poll.objects.get(slug="bare"), uid="lone")
    assert client.get("/polls/bare/image.png", {"item": "lone"}).status_code == 200
    assert client.post(URL).status_code == 405
    for url in ("/polls/nix/image.png", f"{URL}?item=nix", f"{URL}?item=%00", "/polls/%00/image.png"):
        assert client.get(url).status_code == 404
