"""The integrity page of a poll, and how solid an item's score is."""

import dataclasses

import pytest

from backend.pipeline.models import InfluenceBound, Run
from backend.pipeline.services import run_create, run_execute
from backend.polls.models import Poll
from frontend.pages.constants import topics_of
from solidago.config import Config
from tests.factories import judged_poll, poll_with

URL = "/polls/judged/integrity/"
TOURNESOL = {"preset": "tournesol"}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def judged(db: None) -> Poll:
    """Return a poll whose scores a real run has published."""
    poll = judged_poll(contributors=5, slug="judged", title="Judged", criteria=("good", "clear"), run_config=TOURNESOL)
    run_execute(run_id=run_create(poll=poll, trigger=Run.Trigger.COMMAND).pk)
    return poll


def test_it_works(client, judged):
    page = client.get(URL)
    assert page.status_code == 200
    score_set = judged.publication.score_set
    for fact in (score_set.snapshot_digest, score_set.result_digest, score_set.code_version):
        assert fact in page.text
    assert "As Tournesol does" in page.text
    assert "Any number of accounts without trust" in page.text
    assert "http://testserver/polls/judged/dataset.zip" in page.text
    assert "python -m solidago verify judged.zip" in page.text


def test_the_limits_are_those_that_the_run_found(client, judged):
    reaches = client.get(URL).context["influence"][0].reaches
    bounds = Run.objects.get().report["influence"]["criteria"]["good"]["bounds"]
    assert [reach.largest for reach in reaches] == [bounds[reach.scenario.name]["largest"] for reach in reaches]
    assert all(0 < reach.moved <= reach.allowed + 1e-6 for reach in reaches[:2])


def test_the_audit_is_told_over_all_criteria(client, judged):
    page = client.get(URL)
    audited = Run.objects.get().report["audit"]["criteria"].values()
    own = page.context["answers"][0]
    assert (own.moves, own.violated) == (sum(found["own"]["moves"] for found in audited), 0)
    assert "Can a judgment backfire?" in page.text


def test_the_main_criterion_comes_first(client, judged):
    assert [found.criterion for found in client.get(URL).context["influence"]] == ["Good", "Clear"]


def test_before_the_first_run_it_says_what_to_do(client, db):
    poll_with(slug="new")
    page = client.get("/polls/new/integrity/")
    assert page.status_code == 200
    assert "Nothing has been computed yet" in page.text
    assert "/polls/new/compare/" in page.text


def test_a_failed_audit_is_told_to_everybody_and_the_older_scores_stay(client, judged):
    shown = judged.publication.score_set.result_digest
    Run.objects.create(
        poll=judged, trigger=Run.Trigger.NEWS, status=Run.Status.FAILED, report={"audit": {"passed": False}},
        finished_at=judged.created_at,
    )  # fmt: skip
    page = client.get(URL).text
    assert "failed its audit" in page
    assert shown in page


def test_a_run_that_failed_otherwise_is_no_failed_audit(client, judged):
    Run.objects.create(poll=judged, trigger=Run.Trigger.NEWS, status=Run.Status.FAILED, error="The disk is full.")
    page = client.get(URL).text
    assert "failed its audit" not in page
    assert "The disk is full" not in page


def test_scores_published_without_a_report_have_a_page(client, judged):
    Run.objects.update(report={})
    page = client.get(URL)
    assert page.status_code == 200
    assert "The next computation with judgments will tell" in page.text
    Run.objects.all().delete()
    assert client.get(URL).status_code == 200


def test_an_attack_that_beat_its_limit_is_not_hidden(client, judged):
    run = Run.objects.get()
    run.report["influence"]["criteria"]["good"]["attempts"]["beaten"] = 2
    run.save()
    assert "This must never happen" in client.get(URL).text


def test_a_poll_by_licchavi_tells_what_lying_is_worth(client, judged):
    run = run_execute(run_id=run_create(poll=judged, trigger=Run.Trigger.COMMAND, config={"method": "licchavi"}).pk)
    gain = run.report["strategic gain"]["good"]
    page = client.get(URL).text
    assert f"at most {gain['times closer to their wish, at most']:.2f} times closer" in page
    assert f"move by at most {gain['one contributor moves all scores together by at most']:.2f}" in " ".join(
        page.split()
    )
    assert "How solid" not in client.get("/polls/judged/items/d/").text


def test_every_constant_of_a_run_has_a_sentence():
    config = Config().to_mapping()
    constants = [constant for topic in topics_of(config) for constant in topic.constants]
    assert {constant.name for constant in constants} == {spec.name for spec in dataclasses.fields(Config)}
    assert [constant.name for constant in constants if not all(constant.words)] == []


def test_a_constant_that_the_page_does_not_know_is_shown_too():
    topics = topics_of({"sigma": 7.0, "colour": "red"})
    assert [(constant.name, constant.value) for constant in topics[-1].constants] == [("colour", "red")]


def test_only_who_may_see_the_poll_sees_it(client, staff_client, judged):
    Poll.objects.update(visibility=Poll.Visibility.STAFF)
    assert client.get(URL).status_code == 404
    assert staff_client.get(URL).status_code == 200


def test_the_way_there_is_on_every_page_of_the_poll(client, judged):
    assert URL in client.get("/polls/judged/").text
    assert URL in client.get("/polls/judged/items/a/").text


def test_it_takes_a_handful_of_queries(client, judged, django_assert_num_queries):
    with django_assert_num_queries(4):
        client.get(URL)


def test_wrong_method(client, judged):
    assert client.post(URL).status_code == 405


def test_an_item_tells_how_far_others_could_take_its_score(client, judged):
    page = client.get("/polls/judged/items/d/")
    assert "How solid is this score?" in page.text
    crowd = page.context["solidity"][1]
    bound = InfluenceBound.objects.get(entity__uid="d", criterion__name="good")
    assert (crowd.low, crowd.high) == (bound.crowd_low, bound.crowd_high)
    assert f"{crowd.high:.1f}" in page.text
    assert 50 < page.context["closest_attack"] <= 100


def test_an_item_of_an_older_score_set_says_nothing_of_it(client, judged):
    InfluenceBound.objects.all().delete()
    assert "How solid" not in client.get("/polls/judged/items/d/").text


def test_a_jury_is_not_told_of_accounts_without_trust_because_it_has_none(client, judged):
    score_set = judged.publication.score_set
    score_set.config["least_trust"] = 1.0
    score_set.save()
    page = client.get(URL).text
    assert "Any number of accounts" not in page
    assert "everybody who takes part is trusted" in page
    names = [ends.scenario.name for ends in client.get("/polls/judged/items/d/").context["solidity"]]
    assert names == ["newcomers", "coalition"]
