"""How long it takes to publish the scores of a large poll, beside a bare COPY of the same rows; what readers notice.

``python -m benchmarks.publication [--repeats N]``
"""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

import numpy as np
import polars as pl

from benchmarks import platform
from benchmarks.timing import milliseconds, surroundings, told

platform.begin("benchmarks.publication")

from django.db import connection  # noqa: E402

from backend.accounts.models import Contributor  # noqa: E402
from backend.common.bulk import Schema, copy_in  # noqa: E402
from backend.entities.models import Entity  # noqa: E402
from backend.polls.models import Poll  # noqa: E402
from backend.scores.services import score_set_publish, score_sets_prune  # noqa: E402
from backend.scores.tables import COLLECTIVE, INDIVIDUAL, SCALINGS, ScoreTables  # noqa: E402
from benchmarks.filling import fill  # noqa: E402
from benchmarks.readers import Readers, reading  # noqa: E402

CONTRIBUTORS, ENTITIES, EACH = 15_000, 40_000, 30
"""Each item is scored by so many contributors: 1.2 million individual scores."""
STRIDE = 499
"""Has no factor in common with CONTRIBUTORS, so that no pair comes twice."""
JUDGMENTS, SLOWEST, QUIET = 10_000, 20.0, 10.0
Spans = dict[str, list[tuple[float, float]]]


def main() -> None:
    """Publish again and again with somebody reading, and print medians."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.publication", description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    repeats: int = parser.parse_args().repeats
    with platform.own_database() as folder:
        poll = fill(JUDGMENTS)
        tables = _tables(poll)
        _publish(poll, tables)  # something to read
        _bare_tables(tables)
        spans: Spans = {
            "nothing": [],
            "publication": [],
            "pruning": [],
            "bare COPY, logged": [],
            "bare COPY, unlogged": [],
        }
        with reading(folder, poll) as readers:
            with _noted(spans, "nothing"):
                time.sleep(QUIET)
            for _ in range(repeats):
                _round(poll, tables, spans)
        _tell(tables, spans, readers)


def _round(poll: Poll, tables: ScoreTables, spans: Spans) -> None:
    work: dict[str, Callable[[], object]] = {
        "publication": lambda: _publish(poll, tables),
        "pruning": lambda: score_sets_prune(poll=poll),
        "bare COPY, logged": lambda: _copy(tables, "logged"),
        "bare COPY, unlogged": lambda: _copy(tables, "unlogged"),
    }
    for name, step in work.items():
        with _noted(spans, name):
            step()


@contextmanager
def _noted(spans: Spans, name: str) -> Iterator[None]:
    begun = time.time()
    yield
    spans[name].append((begun, time.time()))


def _tell(tables: ScoreTables, spans: Spans, readers: Readers) -> None:
    taken = {name: [ended - begun for begun, ended in found] for name, found in spans.items()}
    print(f"{len(tables.individual):,} individual and {len(tables.collective):,} collective scores, {surroundings()}")
    print(f"publication: {told(taken['publication'])}; wanted: {SLOWEST:.0f} s")
    for name in ("bare COPY, logged", "bare COPY, unlogged"):
        ratio = median(taken["publication"]) / median(taken[name])
        print(f"{name}: {told(taken[name])}; publication / that: {ratio:.1f}")
    print(f"pruning what is older: {told(taken['pruning'])}")
    print("Somebody who reads all the while, during")
    for name, found in spans.items():
        reads = [readers.between(*span) for span in found]
        waited = max(most for _, most in reads)
        print(f"  {name}: {milliseconds([took for each, _ in reads for took in each])}; waited for a lock: {waited}")


# ---------------------------------------------------------------- what is published
def _publish(poll: Poll, tables: ScoreTables) -> None:
    score_set_publish(
        poll=poll, tables=tables, snapshot_digest="0" * 64, config={}, code_version="bench",
        judgments=JUDGMENTS, contributors=CONTRIBUTORS, entities=ENTITIES,
    )  # fmt: skip


def _tables(poll: Poll) -> ScoreTables:
    """Return random scores of a poll that is widened to hold so many."""
    users, entities = _widened(poll)
    rng, criterion = np.random.default_rng(1), poll.criteria.get().pk
    pairs = np.arange(EACH * ENTITIES)
    item, user = pairs // EACH, (pairs // EACH * 7 + pairs % EACH * STRIDE) % CONTRIBUTORS
    order = np.lexsort((item, user))  # as a run has them
    keys = {"criterion_id": criterion, "contributor_id": users[user[order]], "entity_id": entities[item[order]]}
    return ScoreTables(
        collective=_random(rng, COLLECTIVE, {"criterion_id": criterion, "entity_id": entities}),
        individual=_random(rng, INDIVIDUAL, keys),
        scalings=_random(rng, SCALINGS, {"criterion_id": criterion, "contributor_id": users}),
    )


def _widened(poll: Poll) -> tuple[np.ndarray, np.ndarray]:
    people, items = Contributor.objects.count(), poll.entities.count()
    Contributor.objects.bulk_create(
        [Contributor(name=f"more-{n}", origin="bench") for n in range(CONTRIBUTORS - people)], batch_size=5_000
    )
    Entity.objects.bulk_create(
        [Entity(poll=poll, uid=f"more-{n}", title=f"More {n}") for n in range(ENTITIES - items)], batch_size=5_000
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    keys = Contributor.objects.order_by("pk"), Entity.objects.filter(poll=poll).order_by("pk")
    users, entities = (np.array(found.values_list("pk", flat=True)) for found in keys)
    return users, entities


def _random(rng: np.random.Generator, schema: Schema, keys: dict[str, object]) -> pl.DataFrame:
    size = max(len(column) for column in keys.values() if isinstance(column, np.ndarray))
    columns = {name: keys.get(name, rng.uniform(0.0, 50.0, size)) for name in schema}
    frame = pl.DataFrame(columns)
    flags = [name for name, kind in schema.items() if kind == pl.Boolean]
    return frame.with_columns(pl.col(flags) > 1.0).select(pl.col(name).cast(kind) for name, kind in schema.items())


# ---------------------------------------------------------------- the same bytes, bare
def _bare_tables(tables: ScoreTables) -> None:
    kinds = {pl.Int64: "bigint", pl.Float64: "float8", pl.Boolean: "boolean"}
    with connection.cursor() as cursor:
        for kind, words in (("logged", "TABLE"), ("unlogged", "UNLOGGED TABLE")):
            for name, frame in _frames(tables).items():
                columns = ", ".join(f'"{column}" {kinds[type(of)]}' for column, of in frame.schema.items())
                cursor.execute(f"CREATE {words} bench_{kind}_{name} ({columns})")


def _copy(tables: ScoreTables, kind: str) -> None:
    for name, frame in _frames(tables).items():
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE bench_{kind}_{name}")
        copy_in(f"bench_{kind}_{name}", frame)


def _frames(tables: ScoreTables) -> dict[str, pl.DataFrame]:
    return {"collective": tables.collective, "individual": tables.individual, "scalings": tables.scalings}


if __name__ == "__main__":
    main()
