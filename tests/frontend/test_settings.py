"""The settings pages of a poll, for its owner and the staff."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from backend.entities.models import Entity
from backend.pipeline.models import Calibration, Snapshot
from backend.polls.models import News, Poll
from tests.factories import PollFactory
from tests.frontend.conftest import account

URL = "/polls/poll/settings/"
PAGES = (URL, f"{URL}criteria/", f"{URL}items/", f"{URL}scores/", f"{URL}scores/check/")
ACTIONS = (f"{URL}items/store/", f"{URL}scores/use/")
CANDIDATES = [
    {"sigma": sigma, "root_law": "uniform", "error": error, "standard_error": 0.01, "behind": error - 0.2,
     "behind_error": 0.01}
    for sigma, error in ((2.0, 0.2), (7.0, 0.5))
]  # fmt: skip


@pytest.fixture
def owner_client(poll) -> Client:
    client = Client()
    owner = account(username="olga")
    client.force_login(owner)
    Poll.objects.filter(pk=poll.pk).update(owner=owner, run_config={"sigma": 7.0})
    News.objects.all().delete()
    return client


def poll_now() -> Poll:
    return Poll.objects.get(slug="poll")


def about(**fields):
    words = {"title": "A fine poll", "question": "Which is finer?", "visibility": "public", "is_open": "on"}
    return words | {"version": poll_now().version} | fields


def scores(**fields):
    return {"preset": "tournesol", "method": "mehestan", "version": poll_now().version} | fields


def criteria(*rows, version=None):
    """Write a form as the browser sends it; the last row is the new criterion."""
    data = {"version": version or poll_now().version}
    data |= {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": len(rows) - 1}
    for number, row in enumerate(rows):
        data |= {f"form-{number}-{field}": value for field, value in row.items()}
    return data


GOOD = {"name": "good", "title": "Good", "question": "", "position": 0}
CLEAR = {"name": "clear", "title": "Clear", "question": "", "position": 1}
NOTHING = {"name": "", "title": "", "question": "", "position": 2, "is_optional": "on"}


@pytest.mark.parametrize("url", PAGES)
def test_it_works(owner_client, staff_client, url):
    for client in (owner_client, staff_client):
        assert client.get(url).status_code == 200


@pytest.mark.parametrize("url", PAGES + ACTIONS)
def test_others_are_refused(client, member_client, poll, url):
    before = Poll.objects.values().get()
    for visitor in (client, member_client):
        assert visitor.get(url).status_code in (403, 405)
        assert visitor.post(url, about(title="Mine")).status_code == 403
    assert Poll.objects.values().get() == before


@pytest.mark.parametrize("url", PAGES)
def test_wrong_method(owner_client, url):
    assert owner_client.put(url).status_code == 405


@pytest.mark.parametrize("url", ACTIONS)
def test_actions_are_not_pages(owner_client, url):
    assert owner_client.get(url).status_code == 405


def test_only_who_may_sees_the_way_there(member_client, owner_client):
    assert URL not in member_client.get("/polls/poll/").text
    assert URL in owner_client.get("/polls/poll/").text


# ---------------------------------------------------------------- about
def test_words_are_saved_and_the_change_is_told(owner_client):
    page = owner_client.post(URL, about(title="Finer", visibility="unlisted"), follow=True)
    assert (poll_now().title, poll_now().visibility) == ("Finer", "unlisted")
    assert "Saved." in page.text
    assert "<del>A fine poll</del>" in page.text
    assert "olga" in page.text


def test_a_poll_is_closed_by_leaving_the_box_empty(owner_client):
    fields = about()
    del fields["is_open"]
    owner_client.post(URL, fields)
    assert not poll_now().is_open


@pytest.mark.parametrize(
    ("field", "value"), [("title", ""), ("title", "x" * 201), ("question", "a\0b"), ("visibility", "nobody")]
)
def test_bad_words_are_refused_beside_their_field(owner_client, field, value):
    page = owner_client.post(URL, about(**{field: value}))
    assert page.status_code == 422
    assert f'id="id_{field}_error"' in page.text
    assert poll_now().title == "A fine poll"


def test_of_two_tabs_the_second_is_told_and_may_then_replace_the_first(owner_client):
    first, second = about(title="First"), about(title="Second")
    owner_client.post(URL, first)
    page = owner_client.post(URL, second)
    assert page.status_code == 409
    assert "Somebody changed this poll" in page.text
    assert 'value="Second"' in page.text
    assert poll_now().title == "First"
    assert poll_now().version in page.text
    owner_client.post(URL, about(title="Second"))
    assert poll_now().title == "Second"


@pytest.mark.parametrize("version", ["", "x", "\0", "2026-01-01"])
def test_a_form_without_the_version_that_was_read_saves_nothing(owner_client, version):
    assert owner_client.post(URL, about(title="New", version=version)).status_code == 409
    assert poll_now().title == "A fine poll"


# ---------------------------------------------------------------- criteria
def test_criteria_are_changed_ordered_and_added(owner_client):
    rows = (GOOD | {"position": 5}, CLEAR | {"is_optional": "on"}, NOTHING | {"title": "Well made", "position": 9})
    assert owner_client.post(f"{URL}criteria/", criteria(*rows)).status_code == 302
    found = [(c.name, c.title, c.is_optional) for c in poll_now().criteria.all()]
    assert found == [("clear", "Clear", True), ("good", "Good", False), ("well-made", "Well made", True)]


def test_a_criterion_that_nobody_judged_can_be_deleted(owner_client):
    owner_client.post(f"{URL}criteria/", criteria(GOOD, CLEAR | {"is_deleted": "on"}, NOTHING))
    assert [c.name for c in poll_now().criteria.all()] == ["good"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((GOOD | {"title": ""}, CLEAR, NOTHING), "required"),
        ((GOOD | {"position": -1}, CLEAR, NOTHING), "greater than or equal to 0"),
        ((GOOD, CLEAR, NOTHING | {"title": "Good"}), "of this name already"),
        ((GOOD, CLEAR, NOTHING | {"title": "★"}), "Latin alphabet"),
    ],
)
def test_bad_criteria_change_nothing(owner_client, rows, words):
    page = owner_client.post(f"{URL}criteria/", criteria(*rows))
    assert page.status_code == 422
    assert words in page.text
    assert [c.title for c in poll_now().criteria.all()] == ["Good", "Clear"]


@pytest.mark.parametrize(
    "data", [{}, {"form-TOTAL_FORMS": "x"}, {"form-TOTAL_FORMS": "99999", "form-INITIAL_FORMS": 0}]
)
def test_a_broken_form_of_criteria_is_refused(owner_client, data):
    assert owner_client.post(f"{URL}criteria/", data | {"version": "x"}).status_code == 422


# ---------------------------------------------------------------- scores
def test_constants_are_saved_and_the_next_run_uses_them(owner_client):
    owner_client.post(f"{URL}scores/", scores(sigma="2.5", n_scalers="50"))
    assert {"preset": "tournesol", "sigma": 2.5, "n_scalers": 50}.items() <= poll_now().run_config.items()
    assert News.objects.filter(poll=poll_now()).count() == 1
    assert 'value="2.5"' in owner_client.get(f"{URL}scores/").text


def test_an_emptied_constant_is_the_presets_again(owner_client):
    owner_client.post(f"{URL}scores/", scores(sigma=""))
    assert "sigma" not in poll_now().run_config


def test_nothing_different_starts_nothing(owner_client):
    owner_client.post(f"{URL}scores/", scores(sigma="2"))
    News.objects.all().delete()
    page = owner_client.post(f"{URL}scores/", scores(sigma="2"), follow=True)
    assert "Nothing was different" in page.text
    assert not News.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sigma", "0"),
        ("sigma", "1e400"),
        ("sigma", "nan"),
        ("sigma", "x"),
        ("n_scalers", "1.5"),
        ("seed", str(2**63)),
        ("root_law", "normal"),
        ("preset", "nonsense"),
    ],
)
def test_a_bad_constant_is_refused_beside_its_field(owner_client, field, value):
    page = owner_client.post(f"{URL}scores/", scores(**{field: value}))
    assert page.status_code == 422
    assert "errorlist" in page.text
    assert poll_now().run_config == {"sigma": 7.0}
    assert not News.objects.exists()


@pytest.mark.parametrize("config", [[], {"preset": "gone"}, {"preset": 5}, {"preset": []}, {"sigma": "x"}, {"gone": 1}])
def test_a_stored_configuration_that_no_run_takes_can_be_mended(owner_client, config):
    Poll.objects.update(run_config=config)
    assert owner_client.get(f"{URL}scores/").status_code == 200
    assert owner_client.post(f"{URL}scores/", scores(sigma="3")).status_code == 302
    assert poll_now().run_config["sigma"] == 3.0


# ---------------------------------------------------------------- items
def hand_in(client, text="", file=None):
    upload = {"file": SimpleUploadedFile("items.csv", file)} if file is not None else {}
    return client.post(f"{URL}items/", {"text": text} | upload)


def test_items_are_shown_first_and_stored_when_told(owner_client):
    page = hand_in(owner_client, file=b"uid,title\nx,The x\na,Another a\n")
    assert "2 items were read" in page.text
    assert "New: 1. There already, to be brought up to date: 1." in page.text
    assert not Entity.objects.filter(uid="x").exists()
    stored = owner_client.post(f"{URL}items/store/", {"token": page.context["token"]}, follow=True)
    assert "1 new items, 1 brought up to date" in stored.text
    assert Entity.objects.get(uid="x").title == "The x"
    again = owner_client.post(f"{URL}items/store/", {"token": page.context["token"]}, follow=True)
    assert "not kept any more" in again.text


def test_one_bad_line_stores_none_and_is_named(owner_client):
    page = hand_in(owner_client, file=b"uid,title\nx,The x\ny,\n")
    assert page.status_code == 422
    assert "Line 3: title" in page.text
    assert "token" not in page.context
    assert hand_in(owner_client).status_code == 422


def test_what_one_handed_in_another_cannot_store(owner_client, staff_client):
    token = hand_in(owner_client, "A new item").context["token"]
    PollFactory(slug="other")
    for url in (f"{URL}items/store/", "/polls/other/settings/items/store/"):
        assert "not kept any more" in staff_client.post(url, {"token": token}, follow=True).text
    assert Entity.objects.count() == 4


@pytest.mark.parametrize("token", ["", "x", "\0", "x" * 10_000])
def test_an_unknown_token_stores_nothing(owner_client, token):
    assert "not kept any more" in owner_client.post(f"{URL}items/store/", {"token": token}, follow=True).text


# ---------------------------------------------------------------- calibration
def finished(poll, **fields):
    defaults = {"status": "succeeded", "candidates": CANDIDATES, "indifferent": 0.4, "sampled": 60, "judgments": 60}
    return Calibration.objects.create(poll=poll, **(defaults | fields))


def test_a_check_without_a_run_says_what_to_do(owner_client):
    assert "Start a run" in owner_client.post(f"{URL}scores/check/", follow=True).text
    assert not Calibration.objects.exists()


def test_a_check_is_started_once_and_followed(owner_client, poll):
    Snapshot.objects.create(poll=poll, digest="0" * 64, content=b"")
    page = owner_client.post(f"{URL}scores/check/", follow=True)
    assert 'hx-trigger="every 1s"' in page.text
    assert "under way already" in owner_client.post(f"{URL}scores/check/", follow=True).text
    part = owner_client.get(f"{URL}scores/check/", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    Calibration.objects.update(status="failed", error="The disk is full.")
    part = owner_client.get(f"{URL}scores/check/", headers={"HX-Request": "true"})
    assert "The disk is full." in part.text
    assert "hx-trigger" not in part.text


def test_its_table_says_what_is_best_and_using_it_configures_the_poll(owner_client, poll):
    found = finished(poll)
    page = owner_client.get(f"{URL}scores/")
    assert "A sigma of 2.0 with the root law uniform predicts better" in page.text
    assert "50 % less error" in page.text
    data = {"calibration": found.pk, "version": poll_now().version}
    assert "New scores follow" in owner_client.post(f"{URL}scores/use/", data, follow=True).text
    assert poll_now().run_config == {"sigma": 2.0, "root_law": "uniform"}
    assert News.objects.exists()
    assert "there is nothing to change" in owner_client.get(f"{URL}scores/").text


def test_what_is_as_good_within_the_noise_need_not_be_changed(owner_client, poll):
    close = [CANDIDATES[0], CANDIDATES[1] | {"error": 0.205, "behind": 0.005}]
    finished(poll, candidates=close)
    assert "no need to change" in owner_client.get(f"{URL}scores/").text


@pytest.mark.parametrize("calibration", ["", "x", "999", "9" * 40])
def test_an_unknown_check_cannot_be_used(owner_client, poll, calibration):
    data = {"calibration": calibration, "version": poll_now().version}
    assert owner_client.post(f"{URL}scores/use/", data).status_code == 404
    assert poll_now().run_config == {"sigma": 7.0}


def test_a_check_is_not_used_over_what_somebody_has_just_changed(owner_client, poll):
    data = {"calibration": finished(poll).pk, "version": "old"}
    assert "Somebody changed this poll" in owner_client.post(f"{URL}scores/use/", data, follow=True).text
    assert poll_now().run_config == {"sigma": 7.0}


# ---------------------------------------------------------------- new polls
NEW = {
    "title": "A new one",
    "slug": "",
    "question": "Which?",
    "criteria": "Good\n\nWell made",
    "visibility": "public",
    "preset": "tournesol",
}


def test_staff_makes_a_poll_and_goes_on_with_its_items(staff_client):
    page = staff_client.post("/polls/new/", NEW)
    assert page["Location"] == "/polls/a-new-one/settings/items/"
    poll = Poll.objects.get()
    assert (poll.owner.username, poll.run_config) == ("grace", {"preset": "tournesol"})
    assert [c.name for c in poll.criteria.all()] == ["good", "well-made"]
    assert staff_client.get("/polls/a-new-one/").status_code == 200
    assert "/polls/new/" in staff_client.get("/").text


def test_nobody_else_makes_polls(client, member_client, poll):
    for visitor in (client, member_client):
        assert visitor.get("/polls/new/").status_code == 403
        assert visitor.post("/polls/new/", NEW).status_code == 403
        assert "/polls/new/" not in visitor.get("/").text
    assert Poll.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("slug", "poll"),
        ("slug", "new"),
        ("slug", "not a slug"),
        ("criteria", ""),
        ("criteria", "Good\ngood"),
        ("criteria", "★"),
        ("criteria", "\n".join(f"c{number}" for number in range(21))),
        ("criteria", "x" * 201),
        ("preset", "nonsense"),
        ("title", "★"),
    ],
)
def test_a_bad_new_poll_is_refused_beside_the_field(staff_client, poll, field, value):
    page = staff_client.post("/polls/new/", NEW | {field: value})
    assert page.status_code == 422
    assert "errorlist" in page.text
    assert Poll.objects.count() == 1
