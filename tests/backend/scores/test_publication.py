"""Publishing score sets, keeping and dropping old ones."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from threading import Event

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from backend.polls.models import Poll
from backend.scores.models import CollectiveScore, ContributorScaling, IndividualScore, Publication, ScoreSet
from backend.scores.selectors import ranking, score_set_published
from backend.scores.services import KEPT, individual_scores_delete, score_sets_prune
from tests.factories import ContributorFactory, poll_with, publish


def rows(poll: Poll, contributor, score: float) -> dict[str, list[dict]]:
    keys = {"criterion_id": poll.criteria.get().pk, "entity_id": poll.entities.first().pk}
    return {
        "collective": [keys | {"score": score}],
        "individual": [keys | {"contributor_id": contributor.pk, "score": score}],
        "scalings": [{"criterion_id": keys["criterion_id"], "contributor_id": contributor.pk}],
    }


def partitions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits JOIN pg_class ON oid = inhparent"
            " WHERE relname = 'scores_individualscore'"
        )
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.django_db
def test_it_works():
    poll, ada = poll_with(), ContributorFactory()
    score_set = publish(poll, **rows(poll, ada, 12.5))
    assert score_set_published(poll=poll) == score_set
    assert CollectiveScore.objects.get(score_set=score_set).score == 12.5
    assert IndividualScore.objects.get(score_set=score_set).contributor == ada
    assert ContributorScaling.objects.get(score_set=score_set).contributor == ada


@pytest.mark.django_db
def test_an_empty_score_set_can_be_published():
    poll = poll_with()
    assert score_set_published(poll=poll) is None
    publish(poll)
    assert ranking(poll=poll, criterion=poll.criteria.get())[0].score is None


@pytest.mark.django_db
def test_what_was_deleted_since_the_snapshot_is_left_out():
    poll, ada, bob = poll_with(), ContributorFactory(), ContributorFactory()
    of_ada, of_bob = rows(poll, ada, 1), rows(poll, bob, 2)
    bob.delete()
    publish(poll, individual=of_ada["individual"] + of_bob["individual"], scalings=of_bob["scalings"])
    assert [score.contributor_id for score in IndividualScore.objects.all()] == [ada.pk]
    assert not ContributorScaling.objects.exists()


@pytest.mark.django_db
def test_the_digest_follows_the_scores_alone():
    poll, ada = poll_with(), ContributorFactory()
    digests = [publish(poll, **rows(poll, ada, score)).result_digest for score in (1, 1, 2)]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.django_db(transaction=True)
def test_a_reader_sees_the_old_scores_until_the_commit_and_never_a_mixture():
    poll, ada = poll_with(), ContributorFactory()
    publish(poll, **rows(poll, ada, 1))
    written, looked = Event(), Event()

    def publish_slowly() -> None:
        with transaction.atomic():
            publish(poll, **rows(poll, ada, 2))
            written.set()
            assert looked.wait(60)
        connection.close()

    def seen() -> tuple[float, float]:
        shown = score_set_published(poll=poll)
        individual = IndividualScore.objects.get(score_set=shown).score
        return ranking(poll=poll, criterion=poll.criteria.get())[0].score, individual

    with ThreadPoolExecutor(1) as pool:
        publishing = pool.submit(publish_slowly)
        assert written.wait(60)
        assert seen() == (1, 1)
        looked.set()
        publishing.result()
    assert seen() == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_a_publication_that_fails_at_its_end_leaves_nothing():
    poll, ada = poll_with(), ContributorFactory()
    kept = publish(poll, **rows(poll, ada, 1))
    before = set(partitions())

    @transaction.atomic
    def publish_and_fail() -> None:
        publish(poll, **rows(poll, ada, 2))
        raise RuntimeError("too late")

    with pytest.raises(RuntimeError, match="too late"):
        publish_and_fail()
    assert score_set_published(poll=poll) == ScoreSet.objects.get() == kept
    assert set(partitions()) == before


@pytest.mark.django_db(transaction=True)
def test_individual_scores_are_kept_for_the_last_sets_and_collective_ones_for_the_last_set_of_each_day():
    poll, ada = poll_with(), ContributorFactory()
    sets = []
    for day, hour in [(1, 8), (1, 9), (2, 8), (2, 9), (3, 8), (3, 9), (3, 10)]:
        with time_machine.travel(datetime(2026, 1, day, hour, tzinfo=UTC), tick=False):
            sets.append(publish(poll, **rows(poll, ada, day + hour / 100)))
    score_sets_prune(poll=poll)
    assert [*ScoreSet.objects.order_by("pk")] == [sets[1], sets[3], *sets[-KEPT:]]
    kept = {f"scores_individualscore_{score_set.pk}" for score_set in sets[-KEPT:]}
    assert kept == set(partitions())
    assert CollectiveScore.objects.count() == 2 + KEPT
    assert ContributorScaling.objects.count() == KEPT


@pytest.mark.django_db(transaction=True)
def test_a_table_that_is_being_read_is_dropped_another_time():
    poll, ada = poll_with(), ContributorFactory()
    sets = [publish(poll, **rows(poll, ada, score)) for score in range(KEPT + 1)]
    oldest = f"scores_individualscore_{sets[0].pk}"
    reading, read = Event(), Event()

    def read_slowly() -> None:
        with transaction.atomic():
            list(IndividualScore.objects.filter(score_set=sets[0]))
            reading.set()
            assert read.wait(60)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(read_slowly)
        assert reading.wait(60)
        score_sets_prune(poll=poll)
        assert oldest in partitions()
        read.set()
        reader.result()
    score_sets_prune(poll=poll)
    assert oldest not in partitions()


@pytest.mark.django_db(transaction=True)
def test_what_is_published_while_old_sets_are_dropped_stays_whole():
    poll, other, ada = poll_with(), poll_with(), ContributorFactory()
    for score in range(KEPT + 1):
        publish(poll, **rows(poll, ada, score))

    def publish_both() -> list[ScoreSet]:
        try:
            return [publish(one, **rows(one, ada, 50)) for one in (poll, other)]
        finally:
            connection.close()

    def meanwhile(moment: int) -> list[ScoreSet]:
        """Prune, and let another process publish before the statement of this number."""
        statements, published = count(), []

        def watch(execute, *call):
            if next(statements) == moment:
                published.extend(pool.submit(publish_both).result(60))
            return execute(*call)

        with ThreadPoolExecutor(1) as pool, connection.execute_wrapper(watch):
            score_sets_prune(poll=poll)
        return published

    moments = 0
    while published := meanwhile(moments):
        moments += 1
        for score_set in published:
            assert f"scores_individualscore_{score_set.pk}" in partitions()
            assert score_set.scalings.count() == 1
    assert moments > 6


@pytest.mark.django_db(transaction=True)
def test_the_scores_of_a_deleted_poll_are_dropped_with_the_next_run_of_any_poll():
    gone, ada = poll_with(), ContributorFactory()
    table = f"scores_individualscore_{publish(gone, **rows(gone, ada, 1)).pk}"
    gone.delete()
    assert table in partitions()
    score_sets_prune(poll=poll_with())
    assert table not in partitions()


@pytest.mark.django_db
def test_all_scores_of_a_contributor_can_be_deleted():
    poll, ada, bob = poll_with(), ContributorFactory(), ContributorFactory()
    for _ in range(2):
        publish(poll, individual=rows(poll, ada, 1)["individual"] + rows(poll, bob, 2)["individual"])
    individual_scores_delete(contributor=ada)
    assert {score.contributor_id for score in IndividualScore.objects.all()} == {bob.pk}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("constraint", "make"),
    [
        ("one_collective_score", lambda poll, ada: publish(poll, rows(poll, ada, 1)["collective"] * 2)),
        ("one_scaling", lambda poll, ada: publish(poll, scalings=rows(poll, ada, 1)["scalings"] * 2)),
        ("scores_individualscore", lambda poll, ada: publish(poll, individual=rows(poll, ada, 1)["individual"] * 2)),
        (
            "multiplier_not_negative",
            lambda poll, ada: publish(poll, scalings=[rows(poll, ada, 1)["scalings"][0] | {"multiplier": -1.0}]),
        ),
    ],
)
def test_the_database_refuses(constraint, make):
    poll, ada = poll_with(), ContributorFactory()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make(poll, ada)
    assert not Publication.objects.exists()
