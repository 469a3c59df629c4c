"""Many rows at once into a poll: staged by COPY, then merged by a handful of statements. Loading twice changes nothing.

Rows that are there already are brought up to date; rows that the source lacks are left alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import LiteralString

import polars as pl
from django.db import connection, transaction
from django.db.models import Model
from psycopg import sql

from backend.accounts.models import Contributor
from backend.common.bulk import copy_in
from backend.comparisons.models import Comparison, Judgment, Rating
from backend.entities.models import Entity
from backend.polls.models import Poll
from backend.polls.services import news_add
from backend.trust.models import Vouch

Say = Callable[[str], None]
Parameters = dict[str, int | str | bool]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What people said, by their names and the entities' uids.

    Attributes
    ----------
    judgments : user, left, right, criterion, value, maximum
    users : user, trust (null: to be computed), pretrusted
    vouches : voucher, vouchee, weight
    private : user, entity; everything else that was judged becomes public
    """

    judgments: pl.DataFrame
    users: pl.DataFrame
    vouches: pl.DataFrame
    private: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows of one kind were new, and how many were brought up to date."""

    kind: str
    created: int
    updated: int


STAGES = {
    "staged_user": '("user" text, trust float8, pretrusted boolean)',
    "staged_judgment": '("user" text, "left" text, "right" text, criterion text, value float8, maximum float8)',
    "staged_vouch": "(voucher text, vouchee text, weight float8)",
    "staged_private": '("user" text, entity text)',
}
CRITERIA = """
    INSERT INTO polls_criterion
        (poll_id, name, title, question, description, position, is_optional, created_at, updated_at)
    SELECT %(poll)s, criterion, initcap(left(replace(criterion, '_', ' '), 200)), '', '',
        rank - 1 + (SELECT count(*) FROM polls_criterion WHERE poll_id = %(poll)s), rank > 1, now(), now()
    FROM (SELECT criterion, row_number() OVER (ORDER BY count(*) DESC, criterion) AS rank
          FROM staged_judgment GROUP BY criterion) AS found
    ON CONFLICT (poll_id, name) DO NOTHING RETURNING true
"""
ENTITIES = """
    INSERT INTO entities_entity
        (poll_id, uid, title, text, author, url, tags, is_hidden, created_at, updated_at)
    SELECT %(poll)s, uid, left(uid, 300), '', '',
        CASE WHEN uid ~ '^[A-Za-z0-9_-]{11}$' THEN 'https://www.youtube.com/watch?v=' || uid ELSE '' END,
        '{}', false, now(), now()
    FROM (SELECT "left" AS uid FROM staged_judgment UNION SELECT "right" FROM staged_judgment) AS found
    ORDER BY uid
    ON CONFLICT (poll_id, uid) DO NOTHING RETURNING true
"""
CONTRIBUTORS = """
    INSERT INTO accounts_contributor AS c
        (origin, name, given_trust, is_pretrusted, is_simulated, is_suspended, created_at, updated_at)
    SELECT %(origin)s, "user", trust, pretrusted, %(simulated)s, false, now(), now() FROM staged_user
    ON CONFLICT (origin, name) DO UPDATE
        SET given_trust = excluded.given_trust, is_pretrusted = excluded.is_pretrusted, updated_at = now()
        WHERE (c.given_trust, c.is_pretrusted) IS DISTINCT FROM (excluded.given_trust, excluded.is_pretrusted)
    RETURNING xmax = 0
"""
KEYED = """
    CREATE TEMPORARY TABLE staged_keyed ON COMMIT DROP AS
    SELECT c.id AS contributor_id, l.id AS left_id, r.id AS right_id, k.id AS criterion_id, s.value, s.maximum
    FROM staged_judgment s
    JOIN accounts_contributor c ON c.origin = %(origin)s AND c.name = s."user"
    JOIN entities_entity l ON l.poll_id = %(poll)s AND l.uid = s."left"
    JOIN entities_entity r ON r.poll_id = %(poll)s AND r.uid = s."right"
    JOIN polls_criterion k ON k.poll_id = %(poll)s AND k.name = s.criterion
"""
COMPARISONS = """
    INSERT INTO comparisons_comparison (poll_id, contributor_id, left_id, right_id, created_at, updated_at)
    SELECT DISTINCT ON (contributor_id, least(left_id, right_id), greatest(left_id, right_id))
        %(poll)s, contributor_id, left_id, right_id, now(), now()
    FROM staged_keyed
    ORDER BY contributor_id, least(left_id, right_id), greatest(left_id, right_id), left_id
    ON CONFLICT DO NOTHING RETURNING true
"""
JUDGMENTS = """
    INSERT INTO comparisons_judgment AS j (comparison_id, criterion_id, value, maximum, created_at, updated_at)
    SELECT c.id, s.criterion_id, CASE WHEN c.left_id = s.left_id THEN s.value ELSE 0 - s.value END, s.maximum,
        now(), now()
    FROM staged_keyed s
    JOIN comparisons_comparison c ON c.poll_id = %(poll)s AND c.contributor_id = s.contributor_id
        AND least(c.left_id, c.right_id) = least(s.left_id, s.right_id)
        AND greatest(c.left_id, c.right_id) = greatest(s.left_id, s.right_id)
    ON CONFLICT (comparison_id, criterion_id) DO UPDATE
        SET value = excluded.value, maximum = excluded.maximum, updated_at = now()
        WHERE (j.value, j.maximum) IS DISTINCT FROM (excluded.value, excluded.maximum)
    RETURNING xmax = 0
"""
RATINGS = """
    INSERT INTO comparisons_rating AS r (contributor_id, entity_id, is_public, created_at, updated_at)
    SELECT rated.contributor_id, rated.entity_id, p."user" IS NULL, now(), now()
    FROM (SELECT contributor_id, left_id AS entity_id FROM staged_keyed
          UNION SELECT contributor_id, right_id FROM staged_keyed) AS rated
    JOIN accounts_contributor c ON c.id = rated.contributor_id
    JOIN entities_entity e ON e.id = rated.entity_id
    LEFT JOIN staged_private p ON p."user" = c.name AND p.entity = e.uid
    ON CONFLICT (contributor_id, entity_id) DO UPDATE SET is_public = excluded.is_public, updated_at = now()
        WHERE r.is_public IS DISTINCT FROM excluded.is_public
    RETURNING xmax = 0
"""
VOUCHES = """
    INSERT INTO trust_vouch AS v (voucher_id, vouchee_id, value, created_at, updated_at)
    SELECT a.id, b.id, s.weight, now(), now()
    FROM staged_vouch s
    JOIN accounts_contributor a ON a.origin = %(origin)s AND a.name = s.voucher
    JOIN accounts_contributor b ON b.origin = %(origin)s AND b.name = s.vouchee
    ON CONFLICT (voucher_id, vouchee_id) DO UPDATE SET value = excluded.value, updated_at = now()
        WHERE v.value IS DISTINCT FROM excluded.value
    RETURNING xmax = 0
"""


@transaction.atomic
def rows_load(*, poll: Poll, origin: str, rows: Rows, is_simulated: bool, say: Say) -> list[Tally]:
    """Bring a poll up to date with rows, all of them or none; return what changed, kind by kind.

    ``origin`` keeps the contributors of one source apart from accounts and from other sources. Criteria and entities
    that are missing are made.
    """
    # Locked, so that two loads into a poll come one after the other.
    # The key is left free: a judgment that arrives meanwhile needs no more of the poll, and must not wait.
    Poll.objects.select_for_update(no_key=True).get(pk=poll.pk)
    parameters: Parameters = {"poll": poll.pk, "origin": origin, "simulated": is_simulated}
    _stage(rows)
    tallies = [
        _merged(kind, statement, parameters, say)
        for kind, statement in (("criteria", CRITERIA), ("items", ENTITIES), ("contributors", CONTRIBUTORS))
    ]
    # Before the comparisons: the checks of their foreign keys are planned by what is known of these two.
    _analyse(Entity, Contributor)
    with connection.cursor() as cursor:
        cursor.execute(KEYED, parameters)
        cursor.execute("ANALYZE staged_keyed")
    tallies += [
        _merged(kind, statement, parameters, say)
        for kind, statement in (
            ("comparisons", COMPARISONS),
            ("judgments", JUDGMENTS),
            ("ratings", RATINGS),
            ("vouches", VOUCHES),
        )
    ]
    _unstage()
    _analyse(Comparison, Judgment, Rating, Vouch)
    if any(tally.created or tally.updated for tally in tallies):
        news_add(poll_ids=[poll.pk])
    return tallies


def _stage(rows: Rows) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        # Of tables that have just been filled the planner knows nothing: it would expect a handful of rows and
        # walk through a million in loops within loops, for hours.
        cursor.execute("SET LOCAL enable_nestloop = off")
    tables = (rows.users, rows.judgments, rows.vouches, rows.private)
    for (name, columns), frame in zip(STAGES.items(), tables, strict=True):
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMPORARY TABLE {name} {columns} ON COMMIT DROP")
        copy_in(name, frame)
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {name}")


def _unstage() -> None:
    """Drop the staged rows now rather than at the commit: the same transaction may load again."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE staged_keyed, {', '.join(STAGES)}")


def _analyse(*models: type[Model]) -> None:
    """Tell the planner at once what the tables hold now: the server itself gets round to it after a minute or so."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in models)}")


def _merged(kind: str, statement: LiteralString, parameters: Parameters, say: Say) -> Tally:
    counted = sql.SQL(
        "WITH merged (is_new) AS ({})"
        " SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM merged"
    ).format(sql.SQL(statement))
    with connection.cursor() as cursor:
        cursor.execute(counted.as_string(cursor.connection), parameters)
        created, updated = cursor.fetchone()
    say(f"{kind}: {created:,} new, {updated:,} changed")
    return Tally(kind, created, updated)
