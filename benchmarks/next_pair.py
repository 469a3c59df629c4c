"""How fast the next pair is chosen, and how many comparisons it saves, on a database of its own that is dropped after.

``python manage.py with_services -- python -m benchmarks.next_pair [speed] [people] [polls]``
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402

from backend.accounts.models import Contributor  # noqa: E402
from backend.entities.models import Entity  # noqa: E402
from backend.participation.own_record import own_record  # noqa: E402
from backend.participation.pairs.next_pair import Reason, next_pair  # noqa: E402
from backend.polls.models import Criterion, Poll  # noqa: E402
from backend.scores.models import Publication, ScoreSet  # noqa: E402
from benchmarks.next_pair_people import people  # noqa: E402
from benchmarks.next_pair_polls import polls  # noqa: E402

ENTITIES, OWN, OWN_ENTITIES, OTHERS, CALLS = 100_000, 5_000, 1_000, 300_000, 80


# ---------------------------------------------------------------- speed
def speed() -> None:
    """Time the selector in a large poll, beside the one query that reads the contributor's own judgments."""
    poll, criterion, ada = _large_poll()
    asked: dict[bool, list[float]] = {True: [], False: []}
    for call in range(CALLS):
        begun = time.perf_counter()
        pair = next_pair(contributor=ada, poll=poll, rng=np.random.default_rng(call))
        asked[pair is not None and pair.reason == Reason.RANDOM].append(time.perf_counter() - begun)
    raw = _median_ms([_seconds(lambda: own_record(contributor=ada, poll=poll, criterion=criterion)) for _ in range(20)])
    every = asked[True] + asked[False]
    print(f"{ENTITIES:,} entities, {OWN:,} own comparisons of {OWN_ENTITIES:,} of them, {OTHERS:,} of others")
    print(f"a suggestion: median {_median_ms(every):.0f} ms, 95 % below {np.quantile(every, 0.95) * 1e3:.0f} ms")
    print(f"  drawn blindly {_median_ms(asked[True]):.0f} ms, chosen by information {_median_ms(asked[False]):.0f} ms")
    print(f"reading the own judgments alone: {raw:.1f} ms; ratio {_median_ms(every) / raw:.1f}")


def _large_poll() -> tuple[Poll, Criterion, Contributor]:
    poll = Poll.objects.create(slug="large", title="Large", question="Which?")
    criterion = Criterion.objects.create(poll=poll, name="good", title="Good")
    ada, others = (Contributor.objects.create(name=name) for name in ("ada", "others"))
    score_set = ScoreSet.objects.create(
        poll=poll, snapshot_digest="0", result_digest="0", config={}, code_version="-",
        judgments=OWN, contributors=2, entities=ENTITIES,
    )  # fmt: skip
    Publication.objects.create(poll=poll, score_set=score_set)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(
            "INSERT INTO entities_entity"
            " (poll_id, uid, title, text, author, url, tags, is_hidden, created_at, updated_at)"
            " SELECT %s, 'item-' || n, 'Item ' || n, repeat('words ', 50), '', '', '{}', false, now(), now()"
            " FROM generate_series(1, %s) AS n",
            [poll.pk, ENTITIES],
        )
        cursor.execute(
            'INSERT INTO scores_collectivescore (score_set_id, entity_id, criterion_id, score, "left", "right",'
            " polarisation, contributors, voting_right) SELECT %s, id, %s, 0, 10, 10, 1, 1 + id %% 50, 1"
            " FROM entities_entity WHERE poll_id = %s",
            [score_set.pk, criterion.pk, poll.pk],
        )
        _judge_at_random(cursor, poll, criterion, ada, OWN, OWN_ENTITIES)
        _judge_at_random(cursor, poll, criterion, others, OTHERS, ENTITIES)
        cursor.execute("ANALYZE")
    return poll, criterion, ada


def _judge_at_random(
    cursor: object, poll: Poll, criterion: Criterion, contributor: Contributor, count: int, among: int
) -> None:
    first = Entity.objects.filter(poll=poll).order_by("pk").values_list("pk", flat=True)[0]
    cursor.execute(  # type: ignore[attr-defined]
        "INSERT INTO comparisons_comparison (poll_id, contributor_id, left_id, right_id, created_at, updated_at)"
        " SELECT %s, %s, %s + a, %s + (a + b) %% %s, now(), now() FROM (SELECT floor(random() * %s)::bigint AS a,"
        " 1 + floor(random() * (%s - 1))::bigint AS b FROM generate_series(1, %s)) AS pairs ON CONFLICT DO NOTHING",
        [poll.pk, contributor.pk, first, first, among, among, among, count],
    )
    cursor.execute(  # type: ignore[attr-defined]
        "INSERT INTO comparisons_judgment (comparison_id, criterion_id, value, maximum, created_at, updated_at)"
        " SELECT id, %s, round(random() * 20) - 10, 10, now(), now()"
        " FROM comparisons_comparison WHERE contributor_id = %s",
        [criterion.pk, contributor.pk],
    )


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _median_ms(seconds: list[float]) -> float:
    return 1e3 * statistics.median(seconds)


PARTS = {"speed": speed, "people": people, "polls": polls}


def main() -> None:
    """Run the parts that are asked for, by default all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.next_pair", description=speed.__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="speed, people or polls; default: all")
    parts = parser.parse_args().parts or list(PARTS)
    if unknown := {*parts} - {*PARTS}:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        for part in parts:
            PARTS[part]()
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
