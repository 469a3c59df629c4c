"""A synthetic poll straight into the tables, in seconds: rows known to be right skip the checks of keys."""

from collections.abc import Mapping

import numpy as np
import polars as pl
from django.db import connection, transaction

from backend.common.bulk import copy_in, copy_out
from backend.polls.models import Criterion, Poll
from benchmarks.polls import SEED, recipe_of
from solidago.dataset import Dataset
from solidago.generative import generate

NOW = pl.lit("now").alias("created_at"), pl.lit("now").alias("updated_at")
TABLES = (
    "accounts_contributor",
    "entities_entity",
    "comparisons_comparison",
    "comparisons_judgment",
    "comparisons_rating",
    "trust_vouch",
)


def fill(judgments: int) -> Poll:
    """Store the synthetic poll of that size (see `benchmarks.polls`), as if all was said in random order."""
    dataset = generate(recipe_of(judgments), SEED).dataset
    poll = Poll.objects.create(slug=f"poll-{judgments}", title=f"{judgments:,} judgments", question="Which?")
    criteria = {name: Criterion.objects.create(poll=poll, name=name, title=name).pk for name in dataset.criteria}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        _store(poll.pk, dataset, criteria)
        for table in TABLES:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 1)) FROM {table}")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as autovacuum would have done within minutes
    return poll


def _store(poll: int, dataset: Dataset, criteria: Mapping[str, int]) -> None:
    users = _next_key("accounts_contributor") + np.arange(len(dataset.users))
    entities = _next_key("entities_entity") + np.arange(len(dataset.entities))
    copy_in("accounts_contributor", _contributors(poll, dataset, users))
    copy_in("entities_entity", _entities(poll, dataset, entities))
    copy_in("trust_vouch", _vouches(dataset, users))
    [(name, criterion)] = criteria.items()  # one is enough to be slow
    said = dataset.judgments[name]
    order = np.random.default_rng(SEED).permutation(len(said))
    rows = pl.DataFrame({
        "id": _next_key("comparisons_comparison") + np.arange(len(said)),
        "contributor_id": users[said.user[order]],
        "left_id": entities[said.left[order]],
        "right_id": entities[said.right[order]],
        "value": 10.0 * said.value[order],
    }).with_columns(*NOW)  # fmt: skip
    copy_in("comparisons_comparison", rows.drop("value").with_columns(poll_id=pl.lit(poll)))
    judged = rows.select("value", "created_at", "updated_at", comparison_id="id")
    copy_in("comparisons_judgment", judged.with_columns(criterion_id=pl.lit(criterion), maximum=pl.lit(10.0)))
    rated = rows.select("contributor_id", "created_at", "updated_at", entity_id=pl.concat_list("left_id", "right_id"))
    copy_in("comparisons_rating", rated.explode("entity_id").unique().with_columns(is_public=pl.lit(True)))


def _next_key(table: str) -> int:
    found: int = copy_out(f"SELECT coalesce(max(id), 0) FROM {table}", [], {"last": pl.Int64})["last"][0]
    return found + 1


def _contributors(poll: int, dataset: Dataset, keys: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame({
        "id": keys,
        "name": dataset.users.tolist(),
        "given_trust": pl.Series(dataset.trust).fill_nan(None),
        "is_pretrusted": dataset.pretrusted,
    }).with_columns(
        *NOW,
        origin=pl.lit(f"bench:{poll}"),
        is_simulated=pl.lit(True),
        is_suspended=pl.lit(False),
    )  # fmt: skip


def _entities(poll: int, dataset: Dataset, keys: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame({"id": keys, "uid": dataset.entities.tolist()}).with_columns(
        *NOW,
        poll_id=pl.lit(poll),
        title=pl.format("The item {}", pl.col("uid")),
        text=pl.lit("words " * 40),
        author=pl.lit(""),
        url=pl.lit(""),
        tags=pl.lit("{}"),
        is_hidden=pl.lit(False),
    )


def _vouches(dataset: Dataset, users: np.ndarray) -> pl.DataFrame:
    given = dataset.vouches
    ends = {"voucher_id": users[given.voucher], "vouchee_id": users[given.vouchee]}
    return pl.DataFrame({**ends, "value": given.weight}).with_columns(*NOW)
