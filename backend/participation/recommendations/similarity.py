"""Which items of a poll are alike: a graph for each criterion, kept in the cache, made again after each publication.

It is made from what is public alone: collective scores, tags, authors, and the scores that their contributors show. So
no recommendation can tell anything about a score that its contributor keeps private.
"""

import logging
from dataclasses import dataclass

import numpy as np
import polars as pl
from celery import current_app
from django.core.cache import cache
from kombu.exceptions import OperationalError
from numpy.typing import NDArray
from redis.exceptions import RedisError
from scipy import sparse

from backend.common.bulk import Schema, copy_out
from backend.polls.models import Criterion, Poll
from backend.scores.models import ScoreSet
from backend.scores.selectors import shown_token
from solidago.preference.similarity import Opinions, SimilarityGraph, similarity_graph

logger = logging.getLogger(__name__)

KEPT = 24 * 3600
"""Seconds that a graph is kept without having been replaced."""
BUILDING = 300
"""Seconds after which a graph that was asked for and did not come is asked for again."""
SMALL = 10_000
"""Judgments of a poll whose graph is made at once, in a fraction of a second; larger ones by a worker."""
FORMAT = 2
"""Of what is kept in the cache."""
NEARLY_ALL = 1 - 1e-9

OPINIONS = """
    SELECT s.contributor_id, s.entity_id, s.score, s.voting_right, k.score
    FROM scores_individualscore s
    JOIN comparisons_rating r ON r.contributor_id = s.contributor_id AND r.entity_id = s.entity_id AND r.is_public
    JOIN accounts_contributor c ON c.id = s.contributor_id AND NOT c.is_suspended
    JOIN entities_entity e ON e.id = s.entity_id AND NOT e.is_hidden
    JOIN scores_collectivescore k
      ON k.score_set_id = s.score_set_id AND k.criterion_id = s.criterion_id AND k.entity_id = s.entity_id
    WHERE s.score_set_id = %s AND s.criterion_id = %s AND s.is_public
"""
OPINION_COLUMNS: Schema = {
    "user": pl.Int64,
    "entity": pl.Int64,
    "score": pl.Float64,
    "right": pl.Float64,
    "collective": pl.Float64,
}
ENTITIES = "SELECT id, nullif(author, '') FROM entities_entity WHERE poll_id = %s AND NOT is_hidden ORDER BY id"
ENTITY_COLUMNS: Schema = {"entity": pl.Int64, "author": pl.String}
TAGS = """
    SELECT DISTINCT id, tag FROM entities_entity, unnest(tags) AS tag
    WHERE poll_id = %s AND NOT is_hidden AND tag <> ''
"""
TAG_COLUMNS: Schema = {"entity": pl.Int64, "label": pl.String}


@dataclass(frozen=True, slots=True, eq=False)
class PollGraph:
    """The items of a poll, by key and ascending, and which of them are alike."""

    entities: NDArray[np.int64]
    graph: SimilarityGraph


def poll_graph(*, poll: Poll, criterion: Criterion, score_set: ScoreSet) -> PollGraph | None:
    """Return the newest graph there is: a larger poll's may be that of an earlier score set while a worker makes it.

    None where there is none yet, or where the cache is down.
    """
    try:
        kept = cache.get(_key(poll, criterion))
        if kept is not None and kept["shown"] == shown_token(poll=poll):
            return _unpacked(kept)
        if score_set.judgments <= SMALL:
            return poll_graph_build(poll=poll, criterion=criterion, score_set=score_set)
        if cache.add(_key(poll, criterion, "building"), 1, timeout=BUILDING):
            current_app.send_task("participation.poll_graph_build", [score_set.pk, criterion.pk])
    except (RedisError, OperationalError):
        logger.exception("No similar items: Redis does not answer")
        return None
    return _unpacked(kept) if kept is not None else None


def poll_graph_build(*, poll: Poll, criterion: Criterion, score_set: ScoreSet) -> PollGraph:
    """Make the graph of a score set and keep it."""
    token = shown_token(poll=poll)
    rows = copy_out(ENTITIES, [poll.pk], ENTITY_COLUMNS)
    entities = rows["entity"].to_numpy()
    authors, tags = rows.rename({"author": "label"}), copy_out(TAGS, [poll.pk], TAG_COLUMNS)
    labels = [_labels(entities, authors), _labels(entities, tags)]
    made = PollGraph(entities, similarity_graph(_opinions(score_set, criterion, entities), labels))
    cache.set(_key(poll, criterion), _packed(made, token), timeout=KEPT)
    cache.delete(_key(poll, criterion, "building"))
    return made


def unsquashed(score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn published scores into scaled ones (maths, "Squash"); the ends of the scale become large numbers."""
    part = np.clip(score / 100, -NEARLY_ALL, NEARLY_ALL)
    scaled: NDArray[np.float64] = part / np.sqrt(1 - part**2)
    return scaled


def _opinions(score_set: ScoreSet, criterion: Criterion, entities: NDArray[np.int64]) -> Opinions:
    rows = copy_out(OPINIONS, [score_set.pk, criterion.pk], OPINION_COLUMNS)
    rows = rows.filter(pl.col("entity").is_in(pl.Series(entities).implode()))  # one may have been hidden just now
    _, user = np.unique(rows["user"].to_numpy(), return_inverse=True)
    difference = unsquashed(rows["score"].to_numpy()) - unsquashed(rows["collective"].to_numpy())
    entity = np.searchsorted(entities, rows["entity"].to_numpy())
    return Opinions.of(user, entity, difference, rows["right"].to_numpy(), len(entities))


def _labels(entities: NDArray[np.int64], rows: pl.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give numbers to the labels that items bear, but for items hidden just now."""
    rows = rows.drop_nulls().filter(pl.col("entity").is_in(pl.Series(entities).implode()))
    number = rows["label"].rank("dense").to_numpy().astype(np.int64) - 1
    return np.searchsorted(entities, rows["entity"].to_numpy()), number


def _key(poll: Poll, criterion: Criterion, *parts: str) -> str:
    return ":".join(("similarity", str(FORMAT), str(poll.pk), str(criterion.pk), *parts))


def _packed(made: PollGraph, token: str) -> dict[str, object]:
    """Return what is kept: 8 bytes a number of the matrix."""
    matrix = made.graph.laplacian
    return {
        "shown": token,
        "entities": made.entities,
        "nodes": made.graph.n_nodes,
        "data": matrix.data.astype(np.float32),
        "indices": matrix.indices.astype(np.int32),
        "starts": matrix.indptr.astype(np.int32),
    }


def _unpacked(kept: dict[str, NDArray[np.float64]]) -> PollGraph:
    shape = (int(kept["nodes"]), int(kept["nodes"]))
    matrix = sparse.csr_array((kept["data"].astype(np.float64), kept["indices"], kept["starts"]), shape=shape)
    entities = kept["entities"].astype(np.int64)
    return PollGraph(entities, SimilarityGraph(matrix, len(entities)))
