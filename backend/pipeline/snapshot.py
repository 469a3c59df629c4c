"""One consistent read of everything that a run of a poll depends on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import polars as pl
from django.db import connection, transaction
from django.db.models.functions import Now

from backend.accounts.selectors import contributors_pretrusted
from backend.common.bulk import Schema, copy_out, copy_out_numbers
from backend.pipeline.models import Run, Snapshot
from backend.pipeline.rollback.forgetting import holds_release_forgotten
from backend.pipeline.sessions import transaction_of
from backend.polls.models import News, Poll
from backend.scores.services import score_sets_kept_whole
from solidago.dataset import Dataset
from solidago.io import snapshot as snapshot_io

# Few are suspended or hidden: to leave these out is cheaper than to join everybody and everything in.
JUDGMENTS = """
    SELECT c.contributor_id, c.left_id, c.right_id, j.criterion_id, j.value, j.maximum
    FROM comparisons_comparison c
    JOIN comparisons_judgment j ON j.comparison_id = c.id
    WHERE c.poll_id = %s
        AND NOT EXISTS (SELECT FROM accounts_contributor u WHERE u.id = c.contributor_id AND u.is_suspended)
        AND NOT EXISTS (SELECT FROM entities_entity l WHERE l.id = c.left_id AND l.is_hidden)
        AND NOT EXISTS (SELECT FROM entities_entity r WHERE r.id = c.right_id AND r.is_hidden)
"""
CRITERIA = "SELECT id, name FROM polls_criterion WHERE poll_id = %s"
PUBLIC = """
    SELECT r.contributor_id, r.entity_id
    FROM comparisons_rating r JOIN entities_entity e ON e.id = r.entity_id
    WHERE e.poll_id = %s AND r.is_public
"""
VOUCHES = """
    SELECT v.voucher_id, v.vouchee_id, v.value
    FROM trust_vouch v
    JOIN accounts_contributor a ON a.id = v.voucher_id AND NOT a.is_suspended
    JOIN accounts_contributor b ON b.id = v.vouchee_id AND NOT b.is_suspended
"""
CONTRIBUTORS = "SELECT id, given_trust FROM accounts_contributor WHERE NOT is_suspended"
JUDGMENT_COLUMNS: Schema = {
    "user": pl.Int64,
    "left": pl.Int64,
    "right": pl.Int64,
    "criterion_id": pl.Int64,
    "value": pl.Float64,
    "maximum": pl.Float64,
}
CRITERION_COLUMNS: Schema = {"criterion_id": pl.Int64, "criterion": pl.String}
PUBLIC_COLUMNS: Schema = {"user": pl.Int64, "entity": pl.Int64}
VOUCH_COLUMNS: Schema = {"voucher": pl.Int64, "vouchee": pl.Int64, "weight": pl.Float64}
KEY_COLUMN: Schema = {"user": pl.Int64}
CONTRIBUTOR_COLUMNS: Schema = {"user": pl.Int64, "trust": pl.Float64}


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """A dataset as it was read, its SHA-256, and the keys of the news that it takes account of."""

    dataset: Dataset
    digest: str
    news_ids: list[int]


def facts_read(*, poll: Poll) -> Facts:
    """Read a poll's judgments and its contributors' trust, without suspended contributors and hidden entities."""
    with consistent_read():
        judgments = copy_out_numbers(JUDGMENTS, [poll.pk], JUDGMENT_COLUMNS)
        criteria = copy_out(CRITERIA, [poll.pk], CRITERION_COLUMNS)
        public = copy_out_numbers(PUBLIC, [poll.pk], PUBLIC_COLUMNS)
        vouches = copy_out(VOUCHES, [], VOUCH_COLUMNS)
        contributors = copy_out(CONTRIBUTORS, [], CONTRIBUTOR_COLUMNS)
        pretrusted = copy_out(*contributors_pretrusted().values_list("pk").query.sql_with_params(), KEY_COLUMN)["user"]
        news_ids = list(News.objects.filter(poll=poll).values_list("pk", flat=True))
    users = _concerned(contributors, judgments, vouches).with_columns(
        pretrusted=pl.col("user").is_in(pretrusted.implode())
    )
    private = _private(judgments, public)
    named = judgments.join(criteria, on="criterion_id").drop("criterion_id")
    dataset = Dataset.from_columns(_ids(named), users=_ids(users), vouches=_ids(vouches), private=_ids(private))
    return Facts(dataset, dataset.digest(), news_ids)


@contextmanager
def consistent_read() -> Iterator[None]:
    """Show every statement the same state of the database; must be the outermost transaction."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            # Room for the joins of a million judgments, which would otherwise go through temporary files.
            cursor.execute("SET LOCAL work_mem = '128MB'")
            # These are reads of a whole poll. Of a poll that has just grown the planner believes it has a handful of
            # rows, and would walk through a million in loops within loops, for hours.
            cursor.execute("SET LOCAL enable_nestloop = off")
        yield


def _concerned(contributors: pl.DataFrame, judgments: pl.DataFrame, vouches: pl.DataFrame) -> pl.DataFrame:
    """Return those who judge here or take part in vouching: all that can bear on this poll's trust."""
    concerned = pl.concat([judgments["user"], vouches["voucher"].rename("user"), vouches["vouchee"].rename("user")])
    return contributors.join(concerned.unique().to_frame(), on="user", how="semi")


def _ids(keys: pl.DataFrame) -> pl.DataFrame:
    """Return keys as texts: as such they are the stable ids of a run."""
    return keys.with_columns(pl.col(pl.Int64).cast(pl.String))


def _private(judgments: pl.DataFrame, public: pl.DataFrame) -> pl.DataFrame:
    """Return what was judged but not made public: private is the default."""
    sides = [judgments.select("user", entity=side) for side in ("left", "right")]
    # Most is public as a rule: to leave that out first leaves few to find doubles among.
    return pl.concat(side.join(public, on=["user", "entity"], how="anti") for side in sides).unique()


def snapshot_store(*, poll: Poll, facts: Facts, lease: UUID) -> None:
    """Keep the dataset for whoever holds a run; not if somebody in it has been deleted since it was read."""
    if _used_now(poll, facts):
        return
    content = snapshot_io.dumps(facts.dataset)
    with transaction_of(lease):
        if _all_remain(facts.dataset):
            stored = Snapshot(poll=poll, digest=facts.digest, content=content, users=_users(facts.dataset))
            Snapshot.objects.bulk_create([stored], ignore_conflicts=True)
            _used_now(poll, facts)


def _used_now(poll: Poll, facts: Facts) -> bool:
    """Say that a snapshot, if it is there, is wanted from this moment on, which `snapshots_prune` heeds."""
    return bool(Snapshot.objects.filter(poll=poll, digest=facts.digest).update(created_at=Now()))


def _all_remain(dataset: Dataset) -> bool:
    """Tell whether all contributors are still there, and keep them until the transaction ends.

    So a deletion either comes first, and is seen here, or waits, and then finds the snapshot and deletes it.
    """
    users = _users(dataset)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM accounts_contributor WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", [users])
        return len(cursor.fetchall()) == len(users)


def _users(dataset: Dataset) -> list[int]:
    return [int(user) for user in dataset.users]


def snapshots_prune(*, poll: Poll) -> None:
    """Delete a poll's snapshots but those of score sets that are kept whole, of an active run, and of the last one.

    Where the last run failed, somebody may want to see why.
    """
    # In this order: a run that ends meanwhile is active here or has published there, and one that begins meanwhile
    # stores its snapshot, or finds it and says so, after this moment.
    moment = Poll.objects.filter(pk=poll.pk).values_list(Now(), flat=True).first()
    if moment is None:  # the poll is gone, and its snapshots with it
        return
    digests = Run.objects.filter(poll=poll).order_by("-pk").values_list("snapshot_digest", flat=True)
    whole = (score_set.snapshot_digest for score_set in score_sets_kept_whole(poll=poll))
    kept = [*digests.filter(status__in=Run.ACTIVE), *digests[:1], *whole]
    Snapshot.objects.filter(poll=poll, created_at__lt=moment).exclude(digest__in=kept).delete()


def snapshots_forget(*, contributor_id: int) -> None:
    """Delete every snapshot that holds something of a contributor, and end the holds of scores made from them."""
    _users_complete()
    Snapshot.objects.filter(users__contains=[contributor_id]).delete()
    holds_release_forgotten()


def _users_complete() -> None:
    """Note who is in the snapshots that an earlier release stored, which did not tell."""
    for stored in Snapshot.objects.filter(users=None).iterator(chunk_size=1):
        users = _users(snapshot_io.loads(bytes(stored.content)))
        Snapshot.objects.filter(pk=stored.pk).update(users=users)
