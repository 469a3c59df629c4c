"""Turning a poll back to earlier scores, and forward again."""

from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command

from backend.accounts.models import Contributor
from backend.comparisons.models import Comparison
from backend.comparisons.services import rating_set_public
from backend.participation.services import contributor_delete
from backend.pipeline.models import InfluenceBound, Run
from backend.pipeline.reaper import runs_start_for_news
from backend.pipeline.rollback.selectors import shown_of
from backend.pipeline.rollback.services import scores_go_forward, scores_turn_back
from backend.pipeline.services import run_create, run_execute
from backend.polls.history import poll_history
from backend.polls.models import News
from backend.polls.services import news_add
from backend.scores.errors import (
    NoReasonGiven,
    RunWithoutScores,
    ScoresChangedMeanwhile,
    ScoresForgotten,
    ScoresHeld,
    ScoresNotHeld,
    ScoresNotKept,
    ScoresShownAlready,
)
from backend.scores.holding import holds_clean
from backend.scores.models import CollectiveScore, Hold, IndividualScore, Turn
from backend.scores.selectors import score_set_published, shown_token
from tests.backend.pipeline.helpers import computed
from tests.backend.pipeline.turning_back import WHY, back, scores, two_runs, wait_for_news
from tests.factories import ContributorFactory, UserFactory, judged_poll, poll_with, publish, say

# Each publishes several score sets: together they would take a tenth of the time that all tests may take.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_it_works():
    poll, first, second = two_runs()
    newer, grace = scores(poll), UserFactory(username="grace")
    hold = scores_turn_back(poll=poll, run_id=first.pk, reason=f"  {WHY} ", user=grace)
    assert (hold.reason, hold.held_by) == (WHY, grace)
    assert score_set_published(poll=poll) == first.score_set
    assert scores(poll) != newer
    shown = shown_of(poll=poll)
    assert (shown.run, shown.is_newest, list(shown.choices)) == (first, False, [second])
    assert scores_go_forward(poll=poll, user=grace) == second.score_set
    assert scores(poll) == newer
    assert not Hold.objects.exists()
    assert [(turn.action, turn.reason, turn.from_set, turn.to_set, turn.turned_by) for turn in Turn.objects.all()] == [
        ("forward", "", first.score_set_id, second.score_set_id, grace),
        ("back", WHY, second.score_set_id, first.score_set_id, grace),
    ]
    assert [entry.username for entry in poll_history(poll=poll, most=5)] == ["grace", "grace"]


def test_held_scores_stay_whatever_news_come_until_somebody_goes_forward():
    poll, first, _ = two_runs()
    back(poll, first)
    say(ContributorFactory(), poll, "a", "b", good=1)
    wait_for_news(poll)
    assert runs_start_for_news() == []
    assert shown_of(poll=poll).waiting == 1
    with pytest.raises(ScoresHeld):
        run_create(poll=poll, trigger=Run.Trigger.COMMAND)
    scores_go_forward(poll=poll, user=None)
    (run,) = runs_start_for_news()
    assert run_execute(run_id=run.pk).score_set == score_set_published(poll=poll)
    assert shown_of(poll=poll).is_newest


def test_another_poll_is_computed_as_ever():
    poll, first, _ = two_runs()
    back(poll, first)
    other = judged_poll()
    wait_for_news(other)
    assert [run.poll for run in runs_start_for_news()] == [other]


def test_one_may_go_back_further_and_part_of_the_way_forward():
    poll, first, second = two_runs()
    say(ContributorFactory(), poll, "a", "b", good=5)
    third = computed(poll)
    for run in (first, second):
        back(poll, run)
        assert score_set_published(poll=poll) == run.score_set
    assert Hold.objects.count() == 1
    assert scores_go_forward(poll=poll, user=None) == third.score_set


def test_what_cannot_be_shown_is_refused_and_nothing_is_changed():
    poll, first, second = two_runs()
    other = computed(judged_poll())
    queued = Run.objects.create(poll=poll, trigger=Run.Trigger.PAGE, status=Run.Status.FAILED)
    for run, error in (
        (second, ScoresShownAlready),
        (other, RunWithoutScores),
        (queued, RunWithoutScores),
    ):
        with pytest.raises(error):
            back(poll, run)
    with pytest.raises(ScoresChangedMeanwhile):
        back(poll, first, seen=first.score_set_id)
    with pytest.raises(ScoresNotHeld):
        scores_go_forward(poll=poll, user=None)
    with pytest.raises(RunWithoutScores):
        back(poll_with(), first)
    assert score_set_published(poll=poll) == second.score_set
    assert not Hold.objects.exists()
    assert not Turn.objects.exists()


@pytest.mark.parametrize("reason", ["", " \n ", "x" * 301, "a\0b"])
def test_a_reason_is_needed(reason):
    poll, first, _ = two_runs()
    with pytest.raises(NoReasonGiven):
        scores_turn_back(poll=poll, run_id=first.pk, reason=reason, user=None)


def test_scores_without_what_single_contributors_think_are_not_shown_again():
    poll, first, _ = two_runs()
    for value in range(1, 3):
        say(ContributorFactory(), poll, "a", "b", good=value)
        computed(poll)
    # Of each day the last set is kept as history: the first one is from another day.
    with pytest.raises(RunWithoutScores):
        back(poll, first)
    old = publish(poll)
    Run.objects.create(poll=poll, trigger=Run.Trigger.PAGE, status=Run.Status.SUCCEEDED, score_set=old)
    for _ in range(3):
        publish(poll)
    with pytest.raises(ScoresNotKept, match="newest 3"):
        back(poll, old.run)


def test_scores_that_count_somebody_who_left_never_come_back():
    poll = judged_poll()
    ada = ContributorFactory(given_trust=1.0)
    say(ada, poll, "a", "d", good=-10)
    first = computed(poll)
    contributor_delete(contributor=ada)
    second = computed(poll)
    with pytest.raises(ScoresForgotten):
        back(poll, first)
    assert score_set_published(poll=poll) == second.score_set
    assert first not in shown_of(poll=poll).choices


def test_a_hold_ends_when_somebody_in_the_held_scores_leaves():
    poll, first, _ = two_runs()
    back(poll, first)
    contributor_delete(contributor=Contributor.objects.earliest("pk"))
    assert not Hold.objects.exists()
    assert Turn.objects.first().action == "lifted"
    wait_for_news(poll)
    (run,) = runs_start_for_news()
    assert run_execute(run_id=run.pk).score_set == score_set_published(poll=poll)


def test_a_hold_stays_when_somebody_leaves_who_came_later_and_the_newest_scores_are_made_anew():
    poll, first, second = two_runs()
    back(poll, first)
    contributor_delete(contributor=Contributor.objects.latest("pk"))
    assert Hold.objects.exists()
    assert scores_go_forward(poll=poll, user=None) == first.score_set
    assert score_set_published(poll=poll) != second.score_set
    wait_for_news(poll)
    assert len(runs_start_for_news()) == 1


def test_individual_scores_of_whoever_left_are_in_no_set():
    poll, first, _ = two_runs()
    last = Contributor.objects.latest("pk")
    contributor_delete(contributor=last)
    back(poll, first)
    scores_go_forward(poll=poll, user=None)
    assert not IndividualScore.objects.filter(contributor_id=last.pk).exists()


def test_what_was_deleted_or_made_private_since_does_not_come_back():
    poll = judged_poll(items=5)
    ada, bob = ContributorFactory(given_trust=1.0), ContributorFactory(given_trust=1.0)
    for person in (ada, bob):
        say(person, poll, "a", "b", good=3)
    say(ada, poll, "a", "e", good=9)
    for person, uid in ((ada, "a"), (ada, "b"), (ada, "e"), (bob, "a"), (bob, "b")):
        rating_set_public(contributor=person, entity=poll.entities.get(uid=uid), is_public=True)
    first = computed(poll)
    assert IndividualScore.objects.filter(score_set=first.score_set, is_public=True).count() == 5
    Comparison.objects.filter(contributor=ada, right__uid="e").delete()
    rating_set_public(contributor=bob, entity=poll.entities.get(uid="a"), is_public=False)
    computed(poll)
    back(poll, first)
    shown = IndividualScore.objects.filter(score_set=first.score_set)
    assert not shown.filter(entity__uid="e").exists()
    assert not CollectiveScore.objects.filter(score_set=first.score_set, entity__uid="e").exists()
    assert not InfluenceBound.objects.filter(score_set=first.score_set, entity__uid="e").exists()
    assert not shown.filter(contributor=bob, entity__uid="a", is_public=True).exists()
    assert shown.filter(contributor=ada, entity__uid="a", is_public=True).exists()
    assert scores(poll)["e"] is None


def test_what_is_deleted_while_scores_are_held_goes_with_the_next_beat_and_caches_follow():
    poll = judged_poll(items=5)
    ada = ContributorFactory()
    say(ada, poll, "a", "e", good=9)
    first = computed(poll)
    computed(poll, sigma=3)
    tokens = [shown_token(poll=poll)]
    back(poll, first)
    tokens.append(shown_token(poll=poll))
    holds_clean()
    assert shown_token(poll=poll) == tokens[-1]
    Comparison.objects.filter(contributor=ada).delete()
    news_add(poll_ids=[poll.pk])
    holds_clean()
    tokens.append(shown_token(poll=poll))
    assert not IndividualScore.objects.filter(score_set=first.score_set, contributor=ada).exists()
    assert scores(poll)["e"] is None
    scores_go_forward(poll=poll, user=None)
    tokens.append(shown_token(poll=poll))
    assert len({*tokens}) == 4
    assert scores(poll)["e"] is None


def test_held_scores_of_a_busy_poll_are_not_looked_through_at_every_beat():
    poll, first, _ = two_runs()
    back(poll, first)
    for _ in range(2):
        news_add(poll_ids=[poll.pk])
        holds_clean()
    assert Hold.objects.get().news_seen == News.objects.count() - 1
    cache.clear()
    holds_clean()
    assert Hold.objects.get().news_seen == News.objects.count()


# ------------------------------------------------------------------ the command
def told(*arguments: str) -> str:
    out = StringIO()
    call_command("show_scores", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_tells_turns_back_and_goes_forward():
    poll, first, second = two_runs()
    UserFactory(username="grace")
    assert f"Shown: run {second.pk}, the newest scores." in told(poll.slug)
    assert f"instead: {first.pk}." in told(poll.slug)
    held = told(poll.slug, "--run", str(first.pk), "--reason", WHY, "--by", "grace")
    assert f"Shown: run {first.pk}, earlier scores.\nHeld since" in held
    assert Hold.objects.get().held_by.username == "grace"
    call_command("recompute", stdout=StringIO())
    assert score_set_published(poll=poll) == first.score_set
    assert "the newest scores" in told(poll.slug, "--forward")
    for wrong in (["none"], [poll.slug, "--run", str(first.pk)], [poll.slug, "--forward"], [poll.slug, "--by", "x"]):
        with pytest.raises(CommandError):
            told(*wrong)
    assert "No scores yet." in told(poll_with().slug)
