"""Many items at once into a poll: staged by COPY, then merged by one statement. Loading twice changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from django.db import connection, transaction

from backend.accounts.models import User
from backend.common.bulk import copy_in
from backend.entities.item_files import COLUMNS, Fields, ItemFile, tags_of
from backend.entities.models import Entity
from backend.polls.history import poll_log
from backend.polls.models import Poll

SEPARATOR = "\x1f"
"""Between tags on their way to the database; no tag that was checked holds it."""
MERGE = """
    INSERT INTO entities_entity AS e
        (poll_id, uid, title, text, author, url, tags, is_hidden, created_at, updated_at)
    SELECT %(poll)s, s.uid, s.title, coalesce(s.text, k.text, ''), coalesce(s.author, k.author, ''),
        coalesce(s.url, k.url, ''), coalesce(string_to_array(s.tags, %(separator)s), k.tags, '{}'), false, now(), now()
    FROM staged_item s LEFT JOIN entities_entity k ON k.poll_id = %(poll)s AND k.uid = s.uid
    ORDER BY s.line
    ON CONFLICT (poll_id, uid) DO UPDATE SET
        title = excluded.title, text = excluded.text, author = excluded.author, url = excluded.url,
        tags = excluded.tags, updated_at = now()
    WHERE (e.title, e.text, e.author, e.url, e.tags)
        IS DISTINCT FROM (excluded.title, excluded.text, excluded.author, excluded.url, excluded.tags)
    RETURNING xmax = 0
"""


@dataclass(frozen=True, slots=True)
class ItemTally:
    """How many items were made, and how many were there but looked different."""

    created: int
    changed: int


@dataclass(frozen=True, slots=True)
class ItemPlan:
    """What loading a file would do: how many items are new, and which are there already."""

    created: int
    existing: Sequence[str]


def items_plan(*, poll: Poll, file: ItemFile) -> ItemPlan:
    """Tell what loading a file would do."""
    uids = [item["uid"] for item in file.items]
    existing = list(Entity.objects.filter(poll=poll, uid__in=uids).order_by("pk").values_list("uid", flat=True))
    return ItemPlan(len(uids) - len(existing), existing)


@transaction.atomic
def items_load(*, poll: Poll, user: User, file: ItemFile) -> ItemTally:
    """Make the items of a checked file, or bring them up to date; what it does not give is left as it is."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE staged_item (line int, {' text, '.join(COLUMNS)} text) ON COMMIT DROP")
        copy_in("staged_item", _staged(file.items))
        cursor.execute(MERGE, {"poll": poll.pk, "separator": SEPARATOR})
        is_new = [row[0] for row in cursor.fetchall()]
        cursor.execute("DROP TABLE staged_item")
    tally = ItemTally(sum(is_new), len(is_new) - sum(is_new))
    if is_new:
        poll_log(poll=poll, user=user, changes={"items": (None, f"{tally.created} new, {tally.changed} changed")})
    return tally


def _staged(items: Sequence[Fields]) -> pl.DataFrame:
    """Return the items as columns; what was not given is null."""
    columns = {name: [item.get(name) for item in items] for name in COLUMNS}
    columns["tags"] = [None if cell is None else SEPARATOR.join(tags_of(cell)) for cell in columns["tags"]]
    frame = pl.DataFrame(columns, schema=dict.fromkeys(COLUMNS, pl.String))
    return frame.with_row_index("line")
