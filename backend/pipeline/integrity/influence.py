"""Every run tells how far others could move its scores, and tries to."""

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from backend.common.bulk import Schema, copy_in, copy_out
from backend.pipeline.models import InfluenceBound
from backend.pipeline.snapshot import Facts
from backend.polls.models import Poll
from backend.polls.selectors import criterion_list
from backend.scores.models import ScoreSet
from backend.scores.services import score_sets_kept_whole
from solidago.attacks import Attempts, influence_audit
from solidago.attacks.sample import ACCOUNTS
from solidago.config import Config
from solidago.influence import SCENARIOS, SHARE, Influence, bounds_of_new_entity
from solidago.pipeline import Result

logger = logging.getLogger(__name__)

Found = Mapping[str, tuple[Influence, Attempts | None]]
"""By criterion: the bounds, and the attempts to beat them."""

BOUNDS: Schema = {
    "criterion_id": pl.Int64,
    "entity_id": pl.Int64,
    **{f"{scenario}_{end}": pl.Float64 for scenario in SCENARIOS for end in ("low", "high")},
}
KEYS: Schema = {"criterion_id": pl.Int64, "entity_id": pl.Int64}
_SEED_DIGITS = 12


def influence_find(*, facts: Facts, config: Config, result: Result) -> Found:
    """Bound the influence on all scores. The snapshot's digest decides which ones are attacked.

    These bounds are of robust medians. A common model has one bound for all its scores together, which the report
    tells beside the strategic gain.
    """
    if config.method == "licchavi":
        return {}
    found = influence_audit(facts.dataset, config, result, seed=int(facts.digest[:_SEED_DIGITS], 16))
    beaten = [name for name, (_, attempts) in found.items() if attempts and attempts.beaten]
    if beaten:
        logger.error("An attack went beyond its bound, on: %s", ", ".join(beaten))
    return found


def influence_told(*, config: Config, found: Found) -> dict[str, object]:
    """Return what the run's report holds of it."""
    new = bounds_of_new_entity(config)
    return {
        "share": SHARE,
        "accounts": ACCOUNTS,
        "new": {scenario: high for scenario, (_, high) in zip(SCENARIOS, new, strict=False)},
        "criteria": {
            name: {"entities": len(bounds.entity), "bounds": _summary(bounds), "attempts": _attempts(attempts)}
            for name, (bounds, attempts) in found.items()
        },
    }


def _summary(bounds: Influence) -> dict[str, dict[str, float]]:
    """Return the usual and the largest way that a score could be moved, in points."""
    if not len(bounds.entity):
        return {}
    columns = zip(SCENARIOS, bounds.moves().T, strict=True)
    return {name: {"median": float(np.median(moves)), "largest": float(moves.max())} for name, moves in columns}


def _attempts(attempts: Attempts | None) -> dict[str, object] | None:
    return attempts.to_mapping() if attempts else None


def influence_store(*, poll: Poll, score_set: ScoreSet, facts: Facts, found: Found) -> None:
    """Keep the bounds of a score set's scores; call it in the transaction that publishes them."""
    entities = facts.dataset.entities.astype(np.int64)
    frames = [
        _frame(criterion.pk, found[criterion.name][0], entities)
        for criterion in criterion_list(poll=poll)
        if criterion.name in found
    ]
    stored = copy_out(
        "SELECT criterion_id, entity_id FROM scores_collectivescore WHERE score_set_id = %s", [score_set.pk], KEYS
    )
    rows = pl.concat([pl.DataFrame(schema=BOUNDS), *frames]).join(stored, on=list(KEYS), how="semi")
    copy_in(InfluenceBound._meta.db_table, rows.with_columns(score_set_id=pl.lit(score_set.pk)))


def _frame(criterion_id: int, bounds: Influence, entities: Any) -> pl.DataFrame:
    columns: dict[str, Any] = {"entity_id": entities[bounds.entity]}
    for column, scenario in enumerate(SCENARIOS):
        columns |= {f"{scenario}_low": bounds.low[:, column], f"{scenario}_high": bounds.high[:, column]}
    frame = pl.DataFrame(columns).with_columns(criterion_id=pl.lit(criterion_id))
    return frame.select(pl.col(name).cast(kind) for name, kind in BOUNDS.items())


def influence_prune(*, poll: Poll) -> None:
    """Drop the bounds of score sets that are no longer kept whole."""
    kept = score_sets_kept_whole(poll=poll)
    InfluenceBound.objects.filter(score_set__poll=poll).exclude(score_set__in=kept).delete()
