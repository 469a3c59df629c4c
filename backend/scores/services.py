"""Writes: the publication of score sets. Nothing else writes scores."""

import logging
from collections.abc import Callable, Mapping

import polars as pl
from django.db import OperationalError, connection, transaction
from django.db.models import Max
from django.db.models.functions import TruncDate
from psycopg import sql

from backend.accounts.models import Contributor
from backend.common.bulk import Schema, copy_in, copy_in_numbers, copy_out
from backend.polls.models import Poll
from backend.scores.errors import ScoresHeld
from backend.scores.models import CollectiveScore, ContributorScaling, Hold, IndividualScore, Publication, ScoreSet
from backend.scores.tables import ScoreTables

logger = logging.getLogger(__name__)

PARTITIONED = IndividualScore._meta.db_table
KEPT = 3
"""Score sets of a poll whose individual scores are kept."""
DROP_ATTEMPTS = 3
KEY: Schema = {"id": pl.Int64}


def nothing(_: ScoreSet) -> None:
    """Store nothing else."""


@transaction.atomic
def score_set_publish(
    *,
    poll: Poll,
    tables: ScoreTables,
    snapshot_digest: str,
    config: Mapping[str, object],
    code_version: str,
    judgments: int,
    contributors: int,
    entities: int,
    and_store: Callable[[ScoreSet], None] = nothing,
) -> ScoreSet:
    """Store a new score set and make it the one that the poll shows, both or neither.

    Readers see the old set until the caller's transaction commits. Where somebody holds the poll's scores by then,
    nothing is stored. Rows of contributors, entities and criteria that were deleted since the snapshot are left out;
    one deleted at this very moment makes the commit fail on a foreign key, so that nothing of it can come back.

    All rows are sent before anything is locked that others wait for, so that a process that freezes while it sends
    them is in nobody's way: also those of ``and_store``, which belong to the score set.

    Raises
    ------
    ScoresHeld
    """
    score_set = ScoreSet.objects.create(
        poll=poll,
        snapshot_digest=snapshot_digest,
        result_digest=tables.digest(),
        config=dict(config),
        code_version=code_version,
        judgments=judgments,
        contributors=contributors,
        entities=entities,
    )
    _scores_load(score_set, tables)
    and_store(score_set)
    _show(score_set)
    return score_set


def _scores_load(score_set: ScoreSet, tables: ScoreTables) -> None:
    remaining = tables.only(_existing_keys(score_set.poll))
    of_set = pl.lit(score_set.pk, pl.Int64).alias("score_set_id")
    copy_in(CollectiveScore._meta.db_table, remaining.collective.with_columns(of_set))
    copy_in(ContributorScaling._meta.db_table, remaining.scalings.with_columns(of_set))
    _individual_scores_load(score_set, remaining.individual.with_columns(of_set))


def _show(score_set: ScoreSet) -> None:
    # The partitioned table last: publishers of all polls wait for each other there.
    publication_unheld(poll=score_set.poll)
    _execute("ALTER TABLE {parent} ATTACH PARTITION {partition} FOR VALUES IN ({set})", score_set)
    Publication.objects.update_or_create(poll=score_set.poll, defaults={"score_set": score_set})


def publication_unheld(*, poll: Poll) -> None:
    """Lock what the poll shows, so that whoever holds it does so before, and is seen here, or waits for this to end.

    Raises
    ------
    ScoresHeld
    """
    publication_locked(poll=poll)
    if Hold.objects.filter(poll=poll).exists():
        raise ScoresHeld


def publication_locked(*, poll: Poll) -> Publication | None:
    """Lock which scores a poll shows until the caller's transaction ends."""
    # No join: a row that changed while this waited for it would no longer match the score set it was joined with.
    return Publication.objects.select_for_update().filter(poll=poll).first()


def _partition(score_set_id: int) -> str:
    return f"{PARTITIONED}_{score_set_id}"


def _existing_keys(poll: Poll) -> dict[str, pl.Series]:
    contributors = copy_out("SELECT id FROM accounts_contributor", [], KEY)
    entities = copy_out("SELECT id FROM entities_entity WHERE poll_id = %s", [poll.pk], KEY)
    criteria = copy_out("SELECT id FROM polls_criterion WHERE poll_id = %s", [poll.pk], KEY)
    return {"contributor_id": contributors["id"], "entity_id": entities["id"], "criterion_id": criteria["id"]}


def _individual_scores_load(score_set: ScoreSet, rows: pl.DataFrame) -> None:
    """Load a table of its own. The CHECK spares its ATTACH a scan; the index is built once, on all rows."""
    _execute("CREATE TABLE {partition} (LIKE {parent}, CHECK (score_set_id = {set}))", score_set)
    copy_in_numbers(_partition(score_set.pk), rows, freeze=True)
    key = "ALTER TABLE {partition} ADD PRIMARY KEY (score_set_id, criterion_id, entity_id, contributor_id)"
    _execute(key, score_set)
    _execute("CREATE INDEX ON {partition} (contributor_id, score_set_id)", score_set)


def _execute(statement: str, score_set: ScoreSet) -> None:
    names = {
        "parent": sql.Identifier(PARTITIONED),
        "partition": sql.Identifier(_partition(score_set.pk)),
        "set": sql.Literal(score_set.pk),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(**names).as_string(cursor.connection))


def score_sets_kept_whole(*, poll: Poll) -> list[ScoreSet]:
    """Return the newest `KEPT` score sets and the published one, which may be older after a roll-back."""
    newest = ScoreSet.objects.filter(poll=poll).order_by("-pk")[:KEPT]
    shown = ScoreSet.objects.filter(publications__poll=poll)
    return list({*newest, *shown})


def score_sets_prune(*, poll: Poll) -> None:
    """Drop what is no longer kept of a poll's older score sets; call it outside of transactions.

    Whole sets: the newest `KEPT` and the published one. Collective scores alone, as history: the last set of each
    day. A table that somebody is reading is left for the next time.
    """
    sets = ScoreSet.objects.filter(poll=poll)
    # In this order: what is published meanwhile is in neither list. What is in the first alone is never shown again.
    known = {*sets.values_list("pk", flat=True)}
    others = known - {score_set.pk for score_set in score_sets_kept_whole(poll=poll)}
    daily = sets.annotate(day=TruncDate("created_at")).order_by().values("day").annotate(last=Max("pk"))
    _partitions_drop(others)
    ContributorScaling.objects.filter(score_set__in=others).delete()
    sets.filter(pk__in=others.difference(daily.values_list("last", flat=True))).delete()


def _partitions_drop(score_set_ids: set[int]) -> None:
    """Drop the individual scores of these sets, and of sets that are gone (with their poll)."""
    # In this order: a partition comes in the same transaction as its set.
    present = _partitions()
    existing = {*ScoreSet.objects.filter(pk__in=present).values_list("pk", flat=True)}
    for pk in sorted(pk for pk in present if pk in score_set_ids or pk not in existing):
        if not any(_partition_dropped(pk) for _ in range(DROP_ATTEMPTS)):
            # A reader of one table holds the parent of all: the others would make the run wait as long, each.
            logger.info("Individual scores are being read; those of old sets will be dropped after a later run")
            return


def _partitions() -> list[int]:
    """Return the keys of the score sets that have individual scores."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = %s::regclass",
            [PARTITIONED],
        )
        return [int(name.rpartition("_")[2]) for (name,) in cursor.fetchall()]


def _partition_dropped(score_set_id: int) -> bool:
    """Drop a partition unless readers hold it: a DROP that waits for them would make all later readers wait."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
            # If it exists: another process may be at it too.
            drop = sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(_partition(score_set_id)))
            cursor.execute(drop.as_string(cursor.connection))
    except OperationalError:
        return False
    return True


def individual_scores_delete(*, contributor: Contributor) -> None:
    """Delete all scores of a contributor, in every score set."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM scores_individualscore WHERE contributor_id = %s", [contributor.pk])
