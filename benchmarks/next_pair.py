"""How fast the next pair is chosen, and how many comparisons it saves, on a database of its own that is dropped after.

``python manage.py with_services -- python -m benchmarks.next_pair [speed] [savings]``
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
from backend.comparisons.models import Comparison, Judgment  # noqa: E402
from backend.entities.models import Entity  # noqa: E402
from backend.participation.own_record import own_record  # noqa: E402
from backend.participation.pairs.next_pair import Reason, next_pair  # noqa: E402
from backend.polls.models import Criterion, Poll  # noqa: E402
from backend.scores.models import Publication, ScoreSet  # noqa: E402
from solidago.active.belief import Belief  # noqa: E402
from solidago.active.choice import best_pairs  # noqa: E402
from solidago.config import Config  # noqa: E402
from solidago.dataset import Floats  # noqa: E402
from solidago.preference.comparisons import Comparisons  # noqa: E402
from solidago.preference.gbt import fit_one  # noqa: E402
from solidago.root_laws import RootLaw  # noqa: E402

ENTITIES, OWN, OWN_ENTITIES, OTHERS, CALLS = 100_000, 5_000, 1_000, 300_000, 80
ITEMS, SPREAD, LONGEST, SEEDS = 40, 2.0, 4 * 40, 12
"""Of the simulation: the setting of the published figures (maths, "Which pair next")."""
LAWS, SIGMAS = ("uniform", "bernoulli"), (2.0, 7.0)
Said = tuple[list[int], list[int], list[float]]
Ask = Callable[[Said], tuple[int, int]]


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


# ---------------------------------------------------------------- savings
def savings() -> None:
    """Let simulated people answer random pairs, the most telling ones, and those that the platform asks."""
    print(f"{ITEMS} items, scores of spread {SPREAD:g}, {SEEDS} people; error: RMSE once on the best scale")
    print("law        prior  random pairs at 80 120 160  the platform's  comparisons for the same error")
    for law in LAWS:
        for sigma in SIGMAS:
            config = Config(root_law=law, sigma=sigma)
            random, telling, shipped = (
                np.mean([_errors(config, seed, kind) for seed in range(SEEDS)], axis=0) for kind in _KINDS
            )
            cells = [" ".join(f"{errors[n - 1]:.2f}" for n in (80, 120, 160)) for errors in (random, shipped)]
            needed = [f"{_needed(errors, random)} %" for errors in (telling, shipped)]
            print(
                f"{law:10} {sigma:5g}  {cells[0]:26}  {cells[1]:14}  telling {needed[0]}, platform {needed[1]}",
                flush=True,
            )


def _needed(errors: Floats, random: Floats) -> int:
    """Return how many comparisons reach the error of random ones, in % of these: the mean over their last quarter."""
    late = range(LONGEST * 3 // 4, LONGEST)
    return round(100 * statistics.mean((int(np.argmax(errors <= random[n])) + 1) / (n + 1) for n in late))


def _errors(config: Config, seed: int, kind: Callable[[Config, int], Ask]) -> Floats:
    """Return the error after each answer of one simulated person."""
    rng, law = np.random.default_rng([7, seed]), RootLaw.named(config.root_law)
    truth = rng.normal(0.0, SPREAD, ITEMS)
    truth -= truth.mean()
    ask, said = kind(config, seed), ([], [], [])
    errors = []
    for _ in range(LONGEST):
        a, b = ask(said)
        for column, entry in zip(said, (a, b, float(law.sample(truth[b] - truth[a], rng))), strict=True):
            column.append(entry)
        found = fit_one(*said, ITEMS, config).score
        slope = found @ truth / max(found @ found, 1e-9)
        errors.append(np.sqrt(np.mean((slope * found - truth) ** 2)))
    return np.array(errors)


def _random(config: Config, seed: int) -> Ask:
    pairs = np.random.default_rng(seed).permutation(np.column_stack(np.triu_indices(ITEMS, 1)))
    return lambda said: (int(pairs[len(said[0])][0]), int(pairs[len(said[0])][1]))


def _telling(config: Config, seed: int) -> Ask:
    left, right = np.random.default_rng(seed).permutation(np.column_stack(np.triu_indices(ITEMS, 1))).T

    def ask(said: Said) -> tuple[int, int]:
        known = {frozenset(pair) for pair in zip(*said[:2], strict=True)}
        open_ = [frozenset(pair) not in known for pair in zip(left.tolist(), right.tolist(), strict=True)]
        comparisons = Comparisons.of(np.array(said[0], int), np.array(said[1], int), said[2], ITEMS)
        [best] = best_pairs(Belief.of(comparisons, np.arange(ITEMS), config), left[open_], right[open_], 1)
        return int(left[open_][best]), int(right[open_][best])

    return ask


def _platform(config: Config, seed: int) -> Ask:
    """Ask the real selector, and store the answers where it reads them."""
    slug = f"{config.root_law}-{config.sigma:g}-{seed}"
    run_config = {"root_law": config.root_law, "sigma": config.sigma}
    poll = Poll.objects.create(slug=slug, title=slug, question="Which?", run_config=run_config)
    criterion = Criterion.objects.create(poll=poll, name="good", title="Good")
    person = Contributor.objects.create(name=slug)
    items = Entity.objects.bulk_create([Entity(poll=poll, uid=str(n), title=str(n)) for n in range(ITEMS)])
    place = {item.pk: number for number, item in enumerate(items)}

    def ask(said: Said) -> tuple[int, int]:
        if said[0]:
            left, right, value = (column[-1] for column in said)
            pair = Comparison.objects.create(
                poll=poll, contributor=person, left=items[int(left)], right=items[int(right)]
            )
            Judgment.objects.create(comparison=pair, criterion=criterion, value=10.0 * value)
        found = next_pair(contributor=person, poll=poll)
        if found is None:
            raise RuntimeError("no pair is left")
        return place[found.left.pk], place[found.right.pk]

    return ask


_KINDS = (_random, _telling, _platform)
PARTS = {"speed": speed, "savings": savings}


def main() -> None:
    """Run the parts that are asked for, by default both."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.next_pair", description=speed.__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="speed or savings; default: both")
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
