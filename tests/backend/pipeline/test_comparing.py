"""How the scores of two runs differ, and why."""

import pytest
from django.core.cache import cache

from backend.entities.services import entity_set_hidden
from backend.pipeline.comparing import why
from backend.pipeline.comparing.selectors import (
    CELLS,
    Pair,
    Show,
    Summary,
    grid_of,
    moves,
    pair_of,
    ranks_of,
    runs_with_scores,
    summary_of,
)
from backend.pipeline.comparing.why import Reason, State, why_execute, why_moved
from backend.pipeline.models import Run, Snapshot
from backend.polls.models import Poll
from backend.scores.errors import NoEarlierRun, RunWithoutScores
from backend.trust.models import Vouch
from solidago.groups import SMALLEST
from tests.backend.pipeline.helpers import computed
from tests.factories import ContributorFactory, judged_poll, poll_with, publish, say

pytestmark = pytest.mark.django_db(transaction=True)


def published(poll: Poll, **scores: float) -> Run:
    """Publish hand-made scores of items by their uids."""
    good = poll.criteria.get()
    rows = [
        {"criterion_id": good.pk, "entity_id": poll.entities.get(uid=uid).pk, "score": score}
        for uid, score in scores.items()
    ]
    return Run.objects.create(poll=poll, trigger="page", status="succeeded", score_set=publish(poll, collective=rows))


def pair(poll: Poll, new: Run, old: Run | None = None) -> Pair:
    return pair_of(poll=poll, run_id=new.pk, since=old.pk if old else None)


def reasons(poll: Poll, new: Run, old: Run | None = None, *, is_whole: bool = True) -> why.Why:
    both = pair(poll, new, old)
    moved = {entity.pk: entity.move for entity in moves(pair=both)}
    return why_moved(pair=both, moved=moved, is_whole=is_whole)


def test_items_come_by_how_far_they_moved():
    poll = poll_with(items=6)
    old, new = published(poll, a=10, b=20, c=30, d=5), published(poll, a=10, b=-40, c=35, e=7, f=9)
    found = list(moves(pair=pair(poll, new)))
    assert [(entity.uid, entity.old_score, entity.new_score, entity.move) for entity in found] == [
        ("b", 20, -40, -60),
        ("c", 30, 35, 5),
        ("a", 10, 10, 0),
    ]
    assert [entity.uid for entity in moves(pair=pair(poll, new), show=Show.ENTERED)] == ["f", "e"]
    assert [entity.uid for entity in moves(pair=pair(poll, new), show=Show.LEFT)] == ["d"]
    assert [entity.uid for entity in moves(pair=pair(poll, new), text="c")] == ["c"]
    assert summary_of(pair=pair(poll, new)) == Summary(both=3, moved=2, median=5, largest=60, entered=2, left=1)
    assert [entity.move for entity in moves(pair=pair(poll, old, new))][:1] == [60]


def test_ranks_are_among_what_is_shown():
    poll = poll_with(items=4)
    published(poll)
    run = published(poll, a=10, b=20, c=30, d=20)
    b, c, d = (poll.entities.get(uid=uid) for uid in "bcd")
    assert ranks_of(run=run, criterion=poll.criteria.get(), entities=[b.pk, d.pk]) == {b.pk: 2, d.pk: 3}
    entity_set_hidden(entity=c, is_hidden=True)
    assert ranks_of(run=run, criterion=poll.criteria.get(), entities=[b.pk, d.pk]) == {b.pk: 1, d.pk: 2}


def test_hidden_items_are_in_no_answer():
    poll = poll_with(items=2)
    published(poll, a=10)
    run = published(poll, a=90, b=9)
    for uid in "ab":
        entity_set_hidden(entity=poll.entities.get(uid=uid), is_hidden=True)
    assert not [*moves(pair=pair(poll, run)), *moves(pair=pair(poll, run), show=Show.ENTERED)]
    assert summary_of(pair=pair(poll, run)) == Summary(0, 0, 0.0, 0.0, 0, 0)
    assert grid_of(pair=pair(poll, run)) == []


def test_the_picture_counts_items_by_range():
    poll = poll_with(items=3)
    published(poll, a=-100, b=99, c=100)
    found = grid_of(pair=pair(poll, published(poll, a=0, b=100, c=95)))
    assert [(cell.before, cell.after, cell.count) for cell in found] == [(0, CELLS // 2, 1), (CELLS - 1, CELLS - 1, 2)]


def test_only_runs_whose_scores_are_kept_are_compared():
    poll = poll_with(items=1)
    first = published(poll, a=1)
    failed = Run.objects.create(poll=poll, trigger="page", status="failed")
    with pytest.raises(NoEarlierRun):
        pair(poll, first)
    with pytest.raises(RunWithoutScores):
        pair(poll, failed)
    with pytest.raises(RunWithoutScores):
        pair(poll, first, failed)
    with pytest.raises(RunWithoutScores):
        pair(poll_with(), first)
    second = published(poll, a=2)
    assert pair(poll, second).old == first
    assert list(runs_with_scores(poll=poll)) == [second, first]


def test_reasons_add_up_to_the_move():
    poll = judged_poll()
    computed(poll)
    say(ContributorFactory(given_trust=1.0), poll, "a", "d", good=-10)
    run = computed(poll, sigma=2)
    found = reasons(poll, run)
    assert found.state is State.TOLD
    for entity in moves(pair=pair(poll, run)):
        told = found.reasons[entity.pk]
        assert sum(part.points for part in told.parts) == pytest.approx(entity.move, abs=1e-9)
        assert {"settings", "judgments"} <= {part.name for part in told.parts} or entity.uid in "bc"
    item = poll.entities.get(uid="d")
    assert [(count.kind, count.judgments, count.people) for count in found.reasons[item.pk].counts] == [
        ("new", 1, 1),
        ("changed", 0, 0),
        ("gone", 0, 0),
    ]


def test_a_vouch_alone_is_all_trust():
    poll = judged_poll()
    newcomer = ContributorFactory()
    for left, right in ("ab", "bc", "cd"):
        say(newcomer, poll, left, right, good=-8)
    for _ in range(12):
        say(ContributorFactory(), poll, "a", "d", good=-8)
    computed(poll)
    Vouch.objects.create(voucher=ContributorFactory(given_trust=1.0), vouchee=newcomer, value=1.0)
    run = computed(poll)
    told = reasons(poll, run).reasons.values()
    assert {part.name for each in told for part in each.parts} == {"trust"}


def test_owners_are_not_told_what_one_of_a_few_people_did():
    poll = judged_poll()
    computed(poll)
    say(ContributorFactory(given_trust=1.0), poll, "a", "d", good=-10)
    run = computed(poll, sigma=2)
    whole, told = reasons(poll, run).reasons, reasons(poll, run, is_whole=False).reasons
    item = poll.entities.get(uid="d")
    assert {"judgments", "settings"} <= {part.name for part in whole[item.pk].parts}
    assert (told[item.pk].parts, told[item.pk].few) == (
        [],
        pytest.approx(sum(part.points for part in whole[item.pk].parts)),
    )
    assert [count.people for count in told[item.pk].counts] == [SMALLEST - 1, 0, 0]
    assert [count.judgments for count in told[item.pk].counts] == [SMALLEST - 1, 0, 0]


def part(name: str, people: int | None) -> Reason:
    return Reason(name, 1.0, people)


@pytest.mark.parametrize(
    ("large", "merged"),
    [
        ([], "all"),
        ([("trust", 9)], "all"),
        ([("trust", 9), ("scaling", SMALLEST)], ["judgments", "scaling"]),
        ([("trust", 9), ("scaling", SMALLEST), ("voting rights", 7)], ["judgments", "scaling"]),
    ],
)
def test_what_few_did_is_never_the_rest_of_a_subtraction(large, merged):
    parts = [part("settings", None), part("judgments", SMALLEST - 1), *(part(*each) for each in large)]
    found = [each.name for each in why._merged(parts)]
    assert found == ([each.name for each in parts] if merged == "all" else merged)


def test_many_people_are_told():
    poll = judged_poll()
    computed(poll)
    for _ in range(SMALLEST):
        say(ContributorFactory(given_trust=1.0), poll, "a", "d", good=-10)
    run = computed(poll)
    told = reasons(poll, run, is_whole=False).reasons[poll.entities.get(uid="d").pk]
    assert next((count.judgments, count.people) for count in told.counts) == (SMALLEST, SMALLEST)
    assert ("judgments", SMALLEST) in {(part.name, part.people) for part in told.parts}


def test_what_the_snapshots_do_not_explain_is_the_program():
    poll = judged_poll()
    computed(poll)
    run = computed(poll)
    item = poll.entities.get(uid="d")
    item.collective_scores.filter(score_set=run.score_set).update(score=1.5)
    assert [part.name for part in reasons(poll, run).reasons[item.pk].parts] == ["program"]


def test_without_the_judgments_nothing_is_guessed():
    poll = judged_poll()
    first = computed(poll)
    say(ContributorFactory(), poll, "a", "d", good=-10)
    run = computed(poll)
    Snapshot.objects.filter(digest=first.snapshot_digest).delete()
    assert reasons(poll, run) == why.Why(State.GONE, {})


def test_a_setting_that_no_version_knows_any_more_is_no_error():
    poll = judged_poll()
    computed(poll)
    run = computed(poll)
    run.score_set.config = {"sigma": -1}
    run.score_set.save()
    assert reasons(poll, run).state is State.FAILED


def test_large_polls_are_explained_by_a_worker(monkeypatch):
    poll = judged_poll()
    first, run = computed(poll), computed(poll, sigma=2)
    monkeypatch.setattr(why, "SMALL", 1)
    assert reasons(poll, run).state is State.WAITING
    assert cache.get(why._key(first.score_set, run.score_set, poll.criteria.get(), "asked")) == 1
    ids = {"old_id": first.score_set_id, "new_id": run.score_set_id, "criterion_id": poll.criteria.get().pk}
    why_execute(**ids)
    assert reasons(poll, run).state is State.TOLD
    why_execute(**ids | {"criterion_id": 0})
    why_execute(**ids | {"old_id": 0})


def test_the_number_of_queries_does_not_grow(django_assert_num_queries):
    poll = judged_poll(items=8)
    computed(poll)
    run = computed(poll, sigma=2)
    reasons(poll, run)
    both = pair(poll, run)
    with django_assert_num_queries(5):
        found = list(moves(pair=both))
        summary_of(pair=both)
        ranks_of(run=run, criterion=both.criterion, entities=[entity.pk for entity in found])
        why_moved(pair=both, moved={entity.pk: entity.move for entity in found}, is_whole=True)
