"""The public dataset as a download: from the page's address and from the API's."""

import io

import pytest
from django.test import Client

from backend.accounts.models import Contributor
from backend.comparisons.models import Comparison, Rating
from backend.comparisons.services import rating_set_public
from backend.pipeline.snapshot import snapshots_forget
from backend.polls.models import Poll
from solidago.io import published
from solidago.verify import Verdict, verify
from tests.backend.pipeline.helpers import computed
from tests.factories import UserFactory, judged_poll, poll_with

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESSES = pytest.mark.parametrize("address", ["/polls/{}/dataset.zip", "/api/v1/polls/{}/dataset/"])


@pytest.fixture
def poll() -> Poll:
    poll = judged_poll(slug="lamps")
    for person, left, right in Comparison.objects.values_list("contributor", "left", "right"):
        for item in (left, right):
            Rating.objects.update_or_create(contributor_id=person, entity_id=item, defaults={"is_public": True})
    computed(poll)
    return poll


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


@ADDRESSES
def test_it_works(poll, client, address):
    answer = client.get(address.format("lamps"), headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert "Content-Encoding" not in answer
    assert answer["Content-Disposition"] == 'attachment; filename="lamps.zip"'
    content = body(answer)
    assert int(answer["Content-Length"]) == len(content)
    assert verify(published.read(io.BytesIO(content)), threads=1).verdict is Verdict.VERIFIED


@ADDRESSES
def test_what_did_not_change_is_not_sent_again(poll, client, address):
    first = client.get(address.format("lamps"))
    first.close()
    again = client.get(address.format("lamps"), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


def change_nothing(poll: Poll) -> None:
    """Leave all as it is."""


def change_score_set(poll: Poll) -> None:
    computed(poll, sigma=5.0)


def change_privacy(poll: Poll) -> None:
    rating_set_public(
        contributor=Contributor.objects.earliest("pk"), entity=poll.entities.earliest("pk"), is_public=False
    )


def change_title(poll: Poll) -> None:
    entity = poll.entities.earliest("pk")
    entity.title = "Renamed"
    entity.save()


def change_name(poll: Poll) -> None:
    contributor = Contributor.objects.earliest("pk")
    contributor.name = "renamed"
    contributor.save()


def change_licence(poll: Poll) -> None:
    poll.licence = "CC0"
    poll.save()


CHANGES = (change_nothing, change_score_set, change_privacy, change_title, change_name, change_licence)


def test_the_tag_changes_exactly_with_the_bytes(poll, client, settings):
    settings.API_LIMITS = settings.API_LIMITS | {"exports": 100}
    last = client.get("/polls/lamps/dataset.zip")
    content = body(last)
    for change in CHANGES:
        change(poll)
        answer = client.get("/polls/lamps/dataset.zip")
        before, content = content, body(answer)
        is_same = change is change_nothing
        assert (content == before) is is_same, change.__name__
        assert (answer["ETag"] == last["ETag"]) is is_same, change.__name__
        last = answer


@ADDRESSES
def test_a_head_tells_the_tag_and_sends_nothing(poll, client, address):
    tag = client.get(address.format("lamps"))["ETag"]
    answer = client.head(address.format("lamps"))
    assert (answer.status_code, answer["ETag"], answer.content) == (200, tag, b"")


@ADDRESSES
def test_it_is_seen_by_whom_the_poll_is_seen(poll, client, address):
    Poll.objects.update(visibility=Poll.Visibility.STAFF)
    assert client.get(address.format("lamps")).status_code == 404
    client.force_login(UserFactory(is_staff=True))
    assert client.get(address.format("lamps")).status_code == 200
    assert client.get(address.format("nobody")).status_code == 404


@ADDRESSES
def test_before_the_first_run_and_after_a_deletion_it_says_when_to_come_back(poll, client, address):
    poll_with(slug="young")
    snapshots_forget(contributor_id=Contributor.objects.earliest("pk").pk)
    for slug in ("young", "lamps"):
        answer = client.get(address.format(slug))
        assert answer.status_code == 404
        assert "after its next computation of scores" in answer.text


@ADDRESSES
def test_nothing_can_be_written_to_it(poll, address):
    client = Client(enforce_csrf_checks=False)
    assert client.post(address.format("lamps")).status_code == 405


def test_downloads_have_a_limit_that_pages_and_the_api_share(poll, client, settings, one_instant):
    settings.API_LIMITS = settings.API_LIMITS | {"exports": 2}
    addresses = ["/polls/lamps/dataset.zip", "/api/v1/polls/lamps/dataset/"] * 2
    answers = [client.get(address) for address in addresses]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert "Wait" in answers[2].text
    assert answers[3].json()["code"] == "throttled"


def test_unknown_parameters_are_refused_by_the_api(poll, client):
    assert client.get("/api/v1/polls/lamps/dataset/?format=csv").status_code == 400


def test_visitors_caches_ask_again_and_users_answers_are_their_own(poll, client):
    visitor = client.get("/api/v1/polls/lamps/dataset/")
    client.force_login(UserFactory())
    user = client.get("/api/v1/polls/lamps/dataset/")
    assert set(visitor["Cache-Control"].split(", ")) == {"public", "no-cache"}
    assert set(user["Cache-Control"].split(", ")) == {"private", "no-cache"}
