"""Exact unlearning: the run after a deletion equals, bit for bit, the run of a poll that never had what was deleted.

Facts live in tables, as in a database; deleting is dropping rows, in whatever order they then come. Indices differ
between a poll that still knows a name and one that never did: everything is compared by name.
"""

import dataclasses
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solidago.config import Config
from solidago.dataset import Dataset
from solidago.pipeline import run
from tests.solidago.constants import tournesol
from tests.solidago.strategies import CRITERION, random_poll

SECOND = "fun"
# With few pairs at most, the pairs that two contributors share have to be drawn.
CONFIGS = {
    "all pairs": tournesol(min_activity=1.0, n_scalers=4),
    "drawn pairs": tournesol(min_activity=1.0, n_scalers=4, max_pairs=5),
    "licchavi": Config(method="licchavi"),
}


@dataclasses.dataclass(frozen=True)
class Facts:
    """All that a poll stores: one tuple a row."""

    judged: tuple  # user, left, right, criterion, value
    users: tuple  # user, trust, pretrusted
    vouches: tuple  # voucher, vouchee
    private: tuple  # user, entity

    def without_users(self, gone):
        return Facts(
            tuple(row for row in self.judged if row[0] not in gone),
            tuple(row for row in self.users if row[0] not in gone),
            tuple(row for row in self.vouches if not gone & set(row)),
            tuple(row for row in self.private if row[0] not in gone),
        )

    def without_entities(self, gone):
        return dataclasses.replace(
            self,
            judged=tuple(row for row in self.judged if not gone & {row[1], row[2]}),
            private=tuple(row for row in self.private if row[1] not in gone),
        )

    def without_judgments(self, gone):
        return dataclasses.replace(self, judged=tuple(row for row in self.judged if row not in gone))

    def dataset(self, shuffle=None):
        tables = [list(table) for table in (self.judged, self.users, self.vouches, self.private)]
        if shuffle is not None:
            for table in tables:
                shuffle.shuffle(table)
            tables[0] = [(u, b, a, c, -r) if shuffle.random() < 0.5 else (u, a, b, c, r) for u, a, b, c, r in tables[0]]
        judged, users, vouches, private = tables
        return Dataset.from_columns(
            columns(judged, "user", "left", "right", "criterion", "value"),
            users=columns(users, "user", "trust", "pretrusted"),
            vouches=columns(vouches, "voucher", "vouchee"),
            private=columns(private, "user", "entity"),
        )


def columns(rows, *names):
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}


def drawn_facts(seed):
    """A poll on two criteria whose trust is computed from vouches, except for some who were given theirs."""
    rng = random.Random(seed)
    poll = random_poll(seed, users=9, entities=11, per_user=22)
    judged = [(u, a, b, CRITERION, r) for u, rows in poll.judged.items() for a, b, r in rows]
    judged += [(u, a, b, SECOND, -r) for u, a, b, _, r in judged if rng.random() < 0.6]
    names = list(poll.judged)
    users = [(u, poll.trust[u] if rng.random() < 0.3 else None, rng.random() < 0.6) for u in names]
    vouches = sorted({(rng.choice(names), rng.choice(names)) for _ in range(12)})
    return Facts(tuple(judged), tuple(users), tuple((u, v) for u, v in vouches if u != v), tuple(sorted(poll.private)))


def contents(dataset, result):
    """Every number of a result by the names of what it is about, as bytes."""
    told = {("trust", user): value.tobytes() for user, value in zip(dataset.users, result.trust, strict=True)}
    for criterion, outcome in result.criteria.items():
        if not len(outcome.individual):
            continue  # a poll that never had these judgments does not know the criterion
        told[criterion] = (outcome.deviation, outcome.shift, outcome.certificate)
        for part in ("individual", "collective", "scalings"):
            table = getattr(outcome, part)
            named = {
                name: names[getattr(table, name)]
                for name, names in (("user", dataset.users), ("entity", dataset.entities))
                if hasattr(table, name)
            }
            rows = list(zip(*named.values(), strict=True))
            for spec in dataclasses.fields(table):
                if spec.name not in named:
                    for row, value in zip(rows, getattr(table, spec.name), strict=True):
                        told[criterion, part, spec.name, *row] = value.tobytes()
    return told


def outcome(dataset, config, threads):
    return contents(dataset, run(dataset, config, threads=threads))


deletions = st.tuples(st.sampled_from(["accounts", "entities", "judgments"]), st.integers(1, 4))


def after(facts, kind, count, rng):
    """The facts without a few accounts, entities or judgments, with all that hangs on them."""
    if kind == "accounts":
        return facts.without_users(set(rng.sample([row[0] for row in facts.users], min(count, len(facts.users)))))
    if kind == "entities":
        known = sorted({name for row in facts.judged for name in row[1:3]})
        return facts.without_entities(set(rng.sample(known, min(count, len(known)))))
    return facts.without_judgments(set(rng.sample(facts.judged, min(5 * count, len(facts.judged)))))


def deleted(dataset, remaining):
    """The dataset with rows taken out of its arrays; accounts and entities keep their numbers."""
    users, entities = dataset.users, dataset.entities
    known = {(u, frozenset((a, b)), c) for u, a, b, c, _ in remaining.judged}
    judgments = {}
    for criterion, rows in dataset.judgments.items():
        named = zip(users[rows.user], entities[rows.left], entities[rows.right], strict=True)
        judgments[criterion] = kept(rows, [(u, frozenset((a, b)), criterion) in known for u, a, b in named])
    vouches, private = dataset.vouches, dataset.private
    vouched = zip(users[vouches.voucher], users[vouches.vouchee], strict=True)
    hidden = zip(users[private.user], entities[private.entity], strict=True)
    return dataclasses.replace(
        dataset,
        judgments=judgments,
        vouches=kept(vouches, [row in remaining.vouches for row in vouched]),
        private=kept(private, [row in remaining.private for row in hidden]),
    )


def kept(table, rows):
    mask = np.array(rows, bool)
    return type(table)(*(getattr(table, spec.name)[mask] for spec in dataclasses.fields(table)))


drawn = {
    "seed": st.integers(0, 10**6),
    "deletions": st.lists(deletions, min_size=1, max_size=3),
    "threads": st.tuples(st.integers(1, 4), st.integers(1, 4)),
}


@pytest.mark.parametrize("config", [CONFIGS["all pairs"], CONFIGS["drawn pairs"]], ids=["all pairs", "drawn pairs"])
@given(**drawn)
@settings(max_examples=40, deadline=None)
def test_a_run_after_deletions_equals_the_run_that_never_saw_what_was_deleted(config, seed, deletions, threads):
    assert_unlearned(config, seed, deletions, threads)


@given(**drawn)
@settings(max_examples=10, deadline=None)
def test_so_does_a_run_by_licchavi(seed, deletions, threads):
    assert_unlearned(CONFIGS["licchavi"], seed, deletions, threads)


def assert_unlearned(config, seed, deletions, threads):
    rng, facts = random.Random(seed), drawn_facts(seed)
    remaining = facts
    for kind, count in deletions:
        remaining = after(remaining, kind, count, rng)
    unlearned = outcome(deleted(facts.dataset(), remaining), config, threads[0])
    for user in {row[0] for row in facts.users} - {row[0] for row in remaining.users}:
        del unlearned["trust", user]
    assert unlearned == outcome(remaining.dataset(shuffle=rng), config, threads[1])


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_what_was_deleted_had_mattered(config):
    """Else the equalities above would say nothing."""
    facts = drawn_facts(1)
    user = facts.users[0][0]
    remaining = facts.without_users({user})
    before, afterwards = (outcome(each.dataset(), config, 1) for each in (facts, remaining))
    others = [key for key in afterwards if user not in key]
    changed = [key for key in others if before.get(key) != afterwards[key]]
    assert len(changed) > len(others) / 2


def test_few_pairs_are_really_drawn():
    """The two configurations differ in what they compute."""
    dataset = drawn_facts(1).dataset()
    assert outcome(dataset, CONFIGS["all pairs"], 1) != outcome(dataset, CONFIGS["drawn pairs"], 1)
