"""What of a poll is public now, in SQL. Privacy is decided here, by the database, and nowhere else in an export.

Public is a rating that its contributor shows, of an item that is not hidden, by a contributor who is not suspended; and
a judgment between two items whose ratings by its contributor are both public. What was deleted is not there to join.
"""

import polars as pl

from backend.common.bulk import Schema

JUDGMENTS = """
    SELECT c.contributor_id, least(c.left_id, c.right_id), greatest(c.left_id, c.right_id), j.criterion_id,
        date_trunc('week', c.created_at AT TIME ZONE 'UTC')::date
    FROM comparisons_comparison c
    JOIN comparisons_judgment j ON j.comparison_id = c.id
    JOIN accounts_contributor u ON u.id = c.contributor_id AND NOT u.is_suspended
    JOIN entities_entity l ON l.id = c.left_id AND NOT l.is_hidden
    JOIN entities_entity r ON r.id = c.right_id AND NOT r.is_hidden
    JOIN comparisons_rating rl ON rl.contributor_id = c.contributor_id AND rl.entity_id = c.left_id AND rl.is_public
    JOIN comparisons_rating rr ON rr.contributor_id = c.contributor_id AND rr.entity_id = c.right_id AND rr.is_public
    WHERE c.poll_id = %s
"""
JUDGMENT_COLUMNS: Schema = {
    "user_id": pl.Int64,
    "low_id": pl.Int64,
    "high_id": pl.Int64,
    "criterion_id": pl.Int64,
    "week_date": pl.String,
}
_INDIVIDUAL = """
    FROM scores_individualscore s
    JOIN comparisons_rating r
        ON r.contributor_id = s.contributor_id AND r.entity_id = s.entity_id AND r.is_public
    JOIN accounts_contributor u ON u.id = s.contributor_id AND NOT u.is_suspended
    JOIN entities_entity e ON e.id = s.entity_id AND NOT e.is_hidden
"""
_PUBLISHED = "WHERE s.score_set_id = %s AND s.is_public"
RATERS = f"SELECT DISTINCT s.contributor_id {_INDIVIDUAL} {_PUBLISHED}"
KEY_COLUMN: Schema = {"id": pl.Int64}
# Names come as parameters: as they are shown, which the database does not know.
INDIVIDUAL = f"""
    SELECT n.name, i.name, k.name, s.score, s."left" + s."right", s."left", s."right", s.voting_right
    {_INDIVIDUAL}
    JOIN polls_criterion k ON k.id = s.criterion_id
    JOIN unnest(%s::bigint[], %s::text[]) AS n (id, name) ON n.id = s.contributor_id
    JOIN unnest(%s::bigint[], %s::text[]) AS i (id, name) ON i.id = s.entity_id
    {_PUBLISHED}
    ORDER BY s.contributor_id, s.entity_id, k.name
"""
COLLECTIVE = """
    SELECT i.name, k.name, s.score, s."left" + s."right", s."left", s."right", s.polarisation, s.contributors
    FROM scores_collectivescore s
    JOIN polls_criterion k ON k.id = s.criterion_id
    JOIN entities_entity e ON e.id = s.entity_id AND NOT e.is_hidden
    JOIN unnest(%s::bigint[], %s::text[]) AS i (id, name) ON i.id = s.entity_id
    WHERE s.score_set_id = %s
    ORDER BY s.entity_id, k.name
"""
CONTRIBUTORS = "SELECT id, origin, name FROM accounts_contributor WHERE id = ANY(%s) ORDER BY id"
CONTRIBUTOR_COLUMNS: Schema = {"id": pl.Int64, "origin": pl.String, "name": pl.String}
ENTITIES = "SELECT id, uid, title FROM entities_entity WHERE poll_id = %s AND NOT is_hidden ORDER BY id"
ENTITY_COLUMNS: Schema = {"id": pl.Int64, "uid": pl.String, "title": pl.String}
# A vouch between accounts has no mark that makes it public, so it is not; those of imports were published before.
VOUCHES = """
    SELECT a.id, b.id, v.value
    FROM trust_vouch v
    JOIN accounts_contributor a ON a.id = v.voucher_id AND (a.origin <> '' OR a.is_simulated)
    JOIN accounts_contributor b ON b.id = v.vouchee_id AND (b.origin <> '' OR b.is_simulated)
    WHERE v.voucher_id = ANY(%s) AND v.vouchee_id = ANY(%s)
    ORDER BY a.id, b.id
"""
VOUCH_COLUMNS: Schema = {"voucher": pl.Int64, "vouchee": pl.Int64, "value": pl.Float64}
# Everything that can change an export between two score sets. News are written with whatever can move a score, thus
# also when something turns private; the rest covers names, titles and what the poll says of itself.
STATE = """
    SELECT
        (SELECT (count(*), max(id))::text FROM polls_news WHERE poll_id = %(poll)s),
        (SELECT (count(*), max(updated_at))::text FROM entities_entity WHERE poll_id = %(poll)s),
        (SELECT (count(*), max(updated_at))::text FROM accounts_contributor),
        (SELECT (count(*), max(updated_at))::text FROM polls_criterion WHERE poll_id = %(poll)s),
        (SELECT updated_at::text FROM polls_poll WHERE id = %(poll)s)
"""
