"""How far a dry run would move the published scores."""

import polars as pl

from backend.common.bulk import Schema, copy_out
from backend.entities.models import Entity
from backend.polls.models import Poll
from backend.polls.selectors import criterion_list
from backend.scores.selectors import score_set_published

MOST_TOLD = 20
"""Items of each criterion that are told by themselves: those that move most."""
PUBLISHED: Schema = {"criterion_id": pl.Int64, "entity_id": pl.Int64, "before": pl.Float64}
KEYS = ["criterion_id", "entity_id"]


def effect_of(*, poll: Poll, collective: pl.DataFrame) -> dict[str, object]:
    """Compare computed collective scores with the published ones, in points.

    Returns
    -------
    dict
        Whether anything was published, and by criterion: how many items have a score both times (``compared``), how
        many of them move at all (``moved``), would come or go, the ``median`` and ``largest`` move, and ``most``: the
        uids of the items that move most, with their scores before and after.
    """
    shown = score_set_published(poll=poll)
    before = copy_out(
        "SELECT criterion_id, entity_id, score FROM scores_collectivescore WHERE score_set_id = %s",
        [shown.pk if shown else None],
        PUBLISHED,
    )
    both = before.join(collective.select(*KEYS, after="score"), on=KEYS, how="full", coalesce=True)
    moves = both.with_columns(move=(pl.col("after") - pl.col("before")).abs())
    criteria = {c.name: _told(moves.filter(criterion_id=c.pk), poll) for c in criterion_list(poll=poll)}
    return {"published": shown is not None, "criteria": criteria}


def _told(scores: pl.DataFrame, poll: Poll) -> dict[str, object]:
    compared = scores.drop_nulls()
    most = compared.filter(pl.col("move") > 0.0).sort(["move", "entity_id"], descending=[True, False]).head(MOST_TOLD)
    uids = dict(Entity.objects.filter(poll=poll, pk__in=most["entity_id"].to_list()).values_list("pk", "uid"))
    return {
        "compared": len(compared),
        "moved": int((compared["move"] > 0.0).sum()),
        "come": scores["before"].null_count(),
        "go": scores["after"].null_count(),
        "median": _number(compared["move"].median()),
        "largest": _number(compared["move"].max()),
        "most": [
            [uids[entity], before, after]
            for entity, before, after in most.select("entity_id", "before", "after").iter_rows()
            if entity in uids
        ],
    }


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, float) else None
