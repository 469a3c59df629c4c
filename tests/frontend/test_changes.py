"""What a run changed, and turning a poll back and forward, for those who manage it."""

import pytest

from backend.accounts.models import User
from backend.comparisons.services import rating_set_public
from backend.entities.services import entity_set_hidden
from backend.pipeline.comparing import why
from backend.pipeline.models import Snapshot
from backend.polls.models import Poll
from backend.scores.models import Hold
from backend.scores.selectors import score_set_published
from tests.backend.pipeline.helpers import computed
from tests.factories import ContributorFactory, EntityFactory, judged_poll, say

# Each publishes several score sets: together they would take a tenth of the time that all tests may take.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
RUNS = "/polls/poll/runs/"
FORWARD = f"{RUNS}forward/"
WHY = "Somebody pushed <an item>."


@pytest.fixture
def runs(transactional_db, member):
    """Return the runs of a poll that ada owns, before and after somebody spoke up against everybody."""
    poll = judged_poll(slug="poll", owner=member, items=5)
    first = computed(poll)
    say(ContributorFactory(given_trust=1.0), poll, "a", "d", good=-10)
    say(ContributorFactory(given_trust=1.0), poll, "a", "e", good=-10)
    return first, computed(poll)


def held(client, run):
    return client.post(f"{RUNS}{run.pk}/show/", {"reason": WHY}, follow=True)


def test_it_works(member_client, runs):
    page = member_client.get(f"{RUNS}{runs[1].pk}/changes/")
    assert page.status_code == 200
    assert "<h1>What run" in page.text
    assert page.text.count('<article class="card move">') == 4
    assert "New, changed and deleted judgments" not in page.text
    assert "Not told apart" in page.text
    assert "of fewer than 5 contributors" in page.text
    assert "items left their ten points" in page.text


def test_the_staff_see_no_more_and_superusers_each_part_with_its_people(staff_client, runs):
    url = f"{RUNS}{runs[1].pk}/changes/"
    assert "New, changed and deleted judgments" not in staff_client.get(url).text
    User.objects.update(is_superuser=True)
    page = staff_client.get(url)
    assert "New, changed and deleted judgments" in page.text
    assert "Not told apart" not in page.text


def test_newcomers_and_leavers_have_lists_of_their_own(member_client, runs):
    first, second = runs
    page = member_client.get(f"{RUNS}{second.pk}/changes/?show=entered")
    assert page.text.count('<article class="card move">') == 1
    page = member_client.get(f"{RUNS}{first.pk}/changes/?since={second.pk}&show=left&q=e")
    assert page.text.count('<article class="card move">') == 1


def test_the_address_holds_the_state_and_hidden_items_are_not_told(member_client, runs):
    poll, url = runs[0].poll, f"{RUNS}{runs[1].pk}/changes/"
    entity_set_hidden(entity=poll.entities.get(uid="d"), is_hidden=True)
    assert "/items/d/" not in member_client.get(url).text
    assert "No such item is among these" in member_client.get(f"{url}?q=zebra").text
    assert f'<option value="{runs[0].pk}" selected>' in member_client.get(f"{url}?since={runs[0].pk}").text


def test_pages_of_items(member_client, runs):
    poll = runs[0].poll
    newcomer = ContributorFactory()
    for number in range(21):
        EntityFactory(poll=poll, uid=f"more{number}")
        say(newcomer, poll, "a", f"more{number}", good=3)
    url = f"{RUNS}{computed(poll).pk}/changes/"
    first, second = member_client.get(f"{url}?show=entered"), member_client.get(f"{url}?show=entered&page=2")
    assert "show=entered&amp;page=2" in first.text
    assert second.text.count('<article class="card move">') == 1


def test_without_an_earlier_run_there_is_a_next_step(member_client, runs):
    page = member_client.get(f"{RUNS}{runs[0].pk}/changes/")
    assert page.status_code == 200
    assert "Nothing to compare with" in page.text


def test_what_is_no_longer_kept_is_said(member_client, runs):
    Snapshot.objects.filter(digest=runs[0].snapshot_digest).delete()
    page = member_client.get(f"{RUNS}{runs[1].pk}/changes/")
    assert "the judgments behind one of the two runs are no longer kept" in page.text
    refused = member_client.get(f"{RUNS}{runs[0].pk}/show/")
    assert (refused.status_code, "has deleted their account since" in refused.text) == (409, True)


def test_a_large_poll_asks_again_until_a_worker_has_found_the_reasons(member_client, runs, monkeypatch):
    monkeypatch.setattr(why, "SMALL", 0)
    url = f"{RUNS}{runs[1].pk}/changes/"
    page = member_client.get(url)
    assert 'hx-trigger="every 2s"' in page.text
    assert "Look again" in page.text
    good = runs[0].poll.criteria.get()
    why.why_execute(old_id=runs[0].score_set_id, new_id=runs[1].score_set_id, criterion_id=good.pk)
    fragment = member_client.get(url, headers={"hx-request": "true"}).text
    assert "<h1>" not in fragment
    assert "hx-trigger" not in fragment


BAD = {"since=x": 404, "since=0": 404, "since=" + "9" * 40: 404, "criterion=x": 400, "page=x": 400}
BAD |= {"page=9": 404, "q=" + "x" * 201: 400, "q=%00": 400, "show=x": 200}


def test_bad_addresses_are_told_in_words(member_client, runs):
    for query, status in BAD.items():
        page = member_client.get(f"{RUNS}{runs[1].pk}/changes/?{query}")
        assert (query, page.status_code) == (query, status)
        assert "<h1>" in page.text


def test_going_back_is_confirmed_with_what_it_changes(member_client, runs):
    first, second = runs
    page = member_client.get(f"{RUNS}{first.pk}/show/")
    assert "What would move" in page.text
    assert "No run starts by itself meanwhile" in page.text
    assert score_set_published(poll=first.poll) == second.score_set
    after = held(member_client, first)
    assert "goes on doing so" in after.text
    assert "By ada, since" in after.text
    assert score_set_published(poll=first.poll) == first.score_set


def test_everybody_sees_that_scores_are_held_and_why_but_not_by_whom(client, member_client, runs):
    first, _ = runs
    assert "Scores as of" not in client.get("/polls/poll/").text
    held(member_client, first)
    for url in ("/polls/poll/", "/polls/poll/integrity/"):
        page = client.get(url).text
        assert "Scores as of" in page
        assert "Somebody pushed &lt;an item&gt;." in page
        assert "ada" not in page.partition("Scores as of")[2].partition("</q>")[0]
    member_client.post(FORWARD)
    assert "Scores as of" not in client.get("/polls/poll/").text


def test_the_page_of_runs_tells_what_waits_and_who_turned_what(member_client, runs):
    held(member_client, runs[0])
    say(ContributorFactory(), runs[0].poll, "a", "b", good=1)
    page = member_client.get(RUNS).text
    assert "1 change waits; no run starts." in page
    assert "Start a run" not in page
    assert "1 change waits" in member_client.get(FORWARD).text
    after = member_client.post(FORWARD, follow=True).text
    assert "runs replace them again" in after
    assert "Went forward to the newest scores" in after
    assert "Turned back and held" in after


def test_what_was_read_before_somebody_else_acted_changes_nothing(member_client, runs):
    first, second = runs
    page = member_client.post(f"{RUNS}{first.pk}/show/", {"reason": WHY, "seen": first.score_set_id})
    assert (page.status_code, "Look again, then decide" in page.text) == (409, True)
    assert score_set_published(poll=first.poll) == second.score_set


def test_a_form_that_says_no_reason_comes_back_with_what_to_do(member_client, runs):
    for form in ({}, {"reason": " "}, {"reason": "x" * 301}, {"reason": "x", "seen": "y"}):
        page = member_client.post(f"{RUNS}{runs[0].pk}/show/", form)
        assert page.status_code == 422
        assert "errorlist" in page.text
    assert not Hold.objects.exists()


def test_nothing_held_is_told_with_a_next_step(member_client, runs):
    assert "Nothing is held" in member_client.get(FORWARD).text
    assert "are not held" in member_client.post(FORWARD, follow=True).text
    assert "shows these scores already" in member_client.get(f"{RUNS}{runs[1].pk}/show/").text


def test_others_are_refused(client, member_client, runs):
    Poll.objects.update(owner=None)
    for path in ("{}/changes/", "{}/show/", "forward/"):
        url = RUNS + path.format(runs[1].pk)
        assert {client.get(url).status_code, member_client.get(url).status_code} == {403}
        assert client.put(url).status_code == 405
        assert member_client.post(url, {"reason": WHY}).status_code == (405 if "changes" in path else 403)
    assert not Hold.objects.exists()


def test_what_turned_private_since_is_on_no_page_of_earlier_scores(client, member_client, runs):
    poll = runs[0].poll
    mina = ContributorFactory(name="mina")
    say(mina, poll, "a", "b", good=7)
    for uid in "ab":
        rating_set_public(contributor=mina, entity=poll.entities.get(uid=uid), is_public=True)
    shown = computed(poll)
    addresses = ("/polls/poll/contributors/mina/", "/api/v1/polls/poll/dataset/", "/polls/poll/dataset.zip")
    assert client.get(addresses[0]).status_code == 200
    before = [b"".join(client.get(url).streaming_content) for url in addresses[1:]]
    for uid in "ab":
        rating_set_public(contributor=mina, entity=poll.entities.get(uid=uid), is_public=False)
    computed(poll)
    held(member_client, shown)
    assert client.get(addresses[0]).status_code == 404
    after = [b"".join(client.get(url).streaming_content) for url in addresses[1:]]
    assert all(len(new) < len(old) for old, new in zip(before, after, strict=True))


def test_what_was_hidden_since_is_on_no_page_of_earlier_scores(client, member_client, runs):
    first, _ = runs
    entity_set_hidden(entity=first.poll.entities.get(uid="d"), is_hidden=True)
    computed(first.poll)
    held(member_client, first)
    for url in ("", "best.atom", "new.atom", "widget/", "groups/", "integrity/"):
        assert "/items/d/" not in client.get(f"/polls/poll/{url}").text
    assert client.get("/polls/poll/items/d/").status_code == 404
    assert '"d"' not in client.get("/api/v1/polls/poll/entities/").text
