"""How much a contributor is trusted, computed from the vouches of this moment as runs do."""

import logging
from enum import StrEnum
from typing import Any

import polars as pl
from django.core.cache import cache
from django.db import connection
from redis.exceptions import RedisError

from backend.accounts.models import Contributor
from backend.accounts.selectors import contributors_pretrusted
from backend.common.bulk import Schema
from solidago import trust
from solidago.dataset import Dataset

logger = logging.getLogger(__name__)

KEPT = 60
"""Seconds for which a level is remembered: whoever looks again does not follow all vouches again."""
# The vouches of everybody from whom a chain of vouches leads to one contributor: nothing that others say bears on them.
# All vouches of these people, for whoever vouches for many passes on less to each.
VOUCHES = """
    WITH RECURSIVE above (id) AS (
        SELECT id FROM accounts_contributor WHERE id = %s
        UNION
        SELECT v.voucher_id
        FROM above
        JOIN trust_vouch v ON v.vouchee_id = above.id
        JOIN accounts_contributor u ON u.id = v.voucher_id AND NOT u.is_suspended
    )
    SELECT v.voucher_id, v.vouchee_id, v.value
    FROM above
    JOIN trust_vouch v ON v.voucher_id = above.id
    JOIN accounts_contributor u ON u.id = v.vouchee_id AND NOT u.is_suspended
"""
USER_COLUMNS: Schema = {"user": pl.Int64, "trust": pl.Float64, "pretrusted": pl.Boolean}
NO_JUDGMENTS: dict[str, list[Any]] = {"user": [], "left": [], "right": [], "criterion": [], "value": []}
VOUCH_COLUMNS: Schema = {"voucher": pl.Int64, "vouchee": pl.Int64, "weight": pl.Float64}


class Degree(StrEnum):
    """What a level of trust means, for people."""

    NONE = "none"
    SOME = "some"
    MUCH = "much"
    FULL = "full"
    """As much as one real person with an address at a trusted domain, at least."""

    @classmethod
    def of(cls, level: float) -> "Degree":
        """Return the word for a level."""
        if level >= trust.PRETRUST:
            return cls.FULL
        return cls.MUCH if level >= trust.PRETRUST / 2 else cls.SOME if level > 0 else cls.NONE


def trust_level(*, contributor: Contributor) -> float:
    """Return a contributor's trust, from 0 to 1, as the next run will find it; remembered for a minute."""
    key = f"trust-level:{contributor.pk}"
    try:
        level: float | None = cache.get_or_set(key, lambda: _computed(contributor), KEPT)
    except RedisError:
        logger.exception("Trust is computed anew: Redis does not answer")
        level = None
    return _computed(contributor) if level is None else level


def _computed(contributor: Contributor) -> float:
    if contributor.is_suspended:
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute(VOUCHES, [contributor.pk])
        vouches = pl.DataFrame(cursor.fetchall(), schema=VOUCH_COLUMNS, orient="row")
    users = _people({contributor.pk, *vouches["voucher"], *vouches["vouchee"]})
    # Somebody may have been deleted since their vouches were read.
    for side in ("voucher", "vouchee"):
        vouches = vouches.join(users, left_on=side, right_on="user", how="semi")
    dataset = Dataset.from_columns(NO_JUDGMENTS, users=_ids(users), vouches=_ids(vouches))
    found = dict(zip(dataset.users, trust.compute(dataset), strict=True))
    return float(found.get(str(contributor.pk), 0.0))


def _people(keys: set[int]) -> pl.DataFrame:
    given = dict(Contributor.objects.filter(pk__in=keys).values_list("pk", "given_trust"))
    pretrusted = {*contributors_pretrusted().filter(pk__in=keys).values_list("pk", flat=True)}
    rows = [(pk, level, pk in pretrusted) for pk, level in given.items()]
    return pl.DataFrame(rows, schema=USER_COLUMNS, orient="row")


def _ids(keys: pl.DataFrame) -> pl.DataFrame:
    return keys.with_columns(pl.col(pl.Int64).cast(pl.String))
