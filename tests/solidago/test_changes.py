"""Why scores moved: parts that add up to the move."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidago import pipeline
from solidago.changes import KINDS, PARTS, Changes, changes_explain
from solidago.config import Config
from solidago.dataset import Dataset
from tests.solidago.strategies import few

GOOD = "good"
CONFIG = Config()


@dataclass(frozen=True)
class Facts:
    """What people said, by (user, left, right); whom they vouch for; what they keep private."""

    judged: dict = field(default_factory=dict)
    pretrusted: frozenset = frozenset()
    vouches: dict = field(default_factory=dict)
    private: frozenset = frozenset()

    def dataset(self) -> Dataset:
        rows = [(*pair, value) for pair, value in self.judged.items()]
        people = sorted({row[0] for row in rows} | {person for pair in self.vouches for person in pair})
        judged = {(user, entity) for user, left, right, _ in rows for entity in (left, right)}
        private = sorted(self.private & judged)
        return Dataset.from_columns(
            columns(rows, "user", "left", "right", "value") | {"criterion": [GOOD] * len(rows)},
            users={"user": people, "pretrusted": [person in self.pretrusted for person in people]},
            vouches=columns([(*pair, w) for pair, w in self.vouches.items()], "voucher", "vouchee", "weight"),
            private=columns(private, "user", "entity"),
        )


def columns(rows, *names):
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}


def town(users: int = 30, entities: int = 12, seed: int = 0) -> Facts:
    """Return people who mostly agree; a third of them have a trusted address, and vouch."""
    rng = np.random.default_rng(seed)
    worth = rng.normal(size=entities)
    judged = {}
    for user in range(users):
        for _ in range(10):
            left, right = np.sort(rng.choice(entities, 2, replace=False))
            said = np.clip(worth[right] - worth[left] + 0.5 * rng.normal(), -1, 1)
            judged[f"u{user:02}", f"e{left:02}", f"e{right:02}"] = round(said, 1)
    trusted = frozenset(f"u{user:02}" for user in range(0, users, 3))
    vouches = {(f"u{user:02}", f"u{user + 1:02}"): 1.0 for user in range(0, users - 1, 6)}
    private = frozenset((f"u{user:02}", f"e{user % entities:02}") for user in range(0, users, 4))
    return Facts(judged, trusted, vouches, private)


def explained(old: Facts, new: Facts, old_config: Config = CONFIG, new_config: Config = CONFIG) -> Changes:
    return changes_explain(old.dataset(), old_config, new.dataset(), new_config, GOOD, threads=1)


def published(facts: Facts, config: Config = CONFIG) -> dict:
    dataset = facts.dataset()
    found = pipeline.run(dataset, config, threads=1).criteria
    scores = [(result.collective.entity, result.collective.score) for result in found.values()]
    return {dataset.entities[i]: score for columns in scores for i, score in zip(*columns, strict=True)}


def without(facts: Facts, *users: str) -> Facts:
    kept = {key: value for key, value in facts.judged.items() if key[0] not in users}
    vouches = {pair: weight for pair, weight in facts.vouches.items() if not {*pair} & {*users}}
    return replace(facts, judged=kept, vouches=vouches)


def part(changes: Changes, name: str) -> np.ndarray:
    return changes.parts[:, PARTS.index(name)]


def only(changes: Changes, *names: str) -> bool:
    """Tell whether the whole move is in some parts."""
    others = [i for i, name in enumerate(PARTS) if name not in names]
    return bool(np.abs(changes.parts[:, others]).max() < 1e-9)


def moved(changes: Changes) -> bool:
    return bool(np.abs(changes.new - changes.old).max() > 1e-3)


VOUCH = replace(town(), vouches=town().vouches | {("u00", "u02"): 1.0})
OPENED = replace(town(), private=frozenset(sorted(town().private)[1:]))


def test_it_works():
    old, new = town(), replace(town(), judged=town().judged | {("u01", "e00", "e11"): 1.0, ("new", "e03", "e04"): -1.0})
    changes = explained(old, new)
    before, after = published(old), published(new)
    assert list(changes.entity) == sorted(before)
    np.testing.assert_array_equal(changes.old, [before[entity] for entity in changes.entity])
    np.testing.assert_array_equal(changes.new, [after[entity] for entity in changes.entity])
    assert moved(changes)
    np.testing.assert_allclose(changes.parts.sum(axis=1), changes.new - changes.old, atol=1e-9)


def test_nothing_changed_nothing_moved():
    changes = explained(town(), town())
    assert np.abs(changes.parts).max() < 1e-9
    assert not changes.people.any()
    assert not changes.counts.judgments.any()


def test_a_vouch_alone_is_all_trust():
    changes = explained(town(), VOUCH)
    assert moved(changes)
    assert only(changes, "trust")
    # Who gives one vouch more gives less with each.
    rated = {(user, entity) for user, *pair in VOUCH.judged for entity in pair if user in ("u01", "u02")}
    behind = [sum(entity == rater[1] for rater in rated) for entity in changes.entity]
    assert changes.people[:, PARTS.index("trust")].tolist() == behind


def test_a_trusted_address_alone_is_all_trust():
    assert only(explained(town(), replace(town(), pretrusted=town().pretrusted | {"u01"})), "trust")


def test_settings_alone_are_all_settings():
    changes = explained(town(), town(), CONFIG, replace(CONFIG, sigma=3.0, aggregation_lipschitz=0.05))
    assert moved(changes)
    assert only(changes, "settings")
    assert not changes.people.any()


def test_whoever_is_no_longer_there_and_what_turned_public_are_visibility():
    for new in (without(town(), "u07", "u09"), OPENED):
        changes = explained(town(), new)
        assert moved(changes)
        assert only(changes, "visibility")
    user, entity = min(town().private)
    row = changes.people[list(changes.entity).index(entity)]
    assert row[PARTS.index("visibility")] == 1
    assert (user, entity) not in OPENED.private


def test_a_suspended_contributor_who_vouched_takes_their_vouches_along():
    changes = explained(town(), without(town(), "u00"))
    assert only(changes, "trust", "visibility")
    assert np.abs(part(changes, "trust")).max() > 0


def test_a_hidden_item_takes_its_judgments_along():
    new = replace(town(), judged={key: value for key, value in town().judged.items() if "e05" not in key})
    changes = explained(town(), new)
    assert "e05" not in changes.entity
    assert only(changes, "visibility")


def test_judgments_have_no_part_in_trust_settings_or_visibility():
    key = ("u01", "e00", "e11")
    kept = {pair: value for pair, value in town().judged.items() if pair[0] != "u05" or pair[2] < "e06"}
    for judged in (town().judged | {key: 1.0}, kept):
        changes = explained(town(), replace(town(), judged=judged))
        assert moved(changes)
        assert only(changes, "judgments", "voting rights", "scaling", "unit and zero")


def test_who_judged_nothing_new_about_an_item_has_no_part_in_its_judgments():
    new = replace(town(), judged=town().judged | {("new", "e03", "e04"): -1.0})
    changes = explained(town(), new)
    elsewhere = ~np.isin(changes.entity, ("e03", "e04"))
    assert np.abs(part(changes, "judgments")[elsewhere]).max() < 1e-9
    assert np.abs(part(changes, "judgments")[~elsewhere]).min() > 1e-3
    assert not changes.people[elsewhere, PARTS.index("judgments")].any()
    assert changes.people[~elsewhere, PARTS.index("judgments")].tolist() == [1, 1]


def test_what_is_scored_by_one_run_alone_is_in_no_row():
    old, new = without(town(), "u00"), replace(town(), judged=town().judged | {("u01", "e00", "e99"): 1.0})
    assert "e99" not in explained(old, new).entity
    assert "e99" not in explained(new, old).entity


def test_an_item_whose_raters_all_changed_goes_through_the_default():
    alone, other = {("a", "e00", "e99"): 1.0}, {("b", "e01", "e99"): -1.0}
    old, new = (replace(town(), judged=town().judged | judged) for judged in (alone, other))
    changes = explained(old, new)
    row = list(changes.entity).index("e99")
    assert changes.parts[row, PARTS.index("visibility")] == pytest.approx(-changes.old[row], abs=1e-9)
    np.testing.assert_allclose(changes.parts.sum(axis=1), changes.new - changes.old, atol=1e-9)


@pytest.mark.parametrize("facts", [Facts(), Facts({("a", "x", "y"): 1.0})])
def test_nothing_in_common_gives_no_row(facts):
    assert len(explained(facts, town())) == len(explained(town(), facts)) == len(explained(Facts(), facts)) == 0
    assert changes_explain(town().dataset(), CONFIG, town().dataset(), CONFIG, "unknown").parts.shape == (0, len(PARTS))


def test_a_poll_that_changes_its_method_and_a_common_model():
    licchavi = replace(CONFIG, method="licchavi")
    changes = explained(town(), town(), CONFIG, licchavi)
    assert moved(changes)
    assert only(changes, "settings")
    new = replace(town(), judged=town().judged | {("u01", "e00", "e11"): 1.0})
    changes = explained(town(), new, licchavi, licchavi)
    assert only(changes, "judgments", "unit and zero")
    np.testing.assert_allclose(changes.parts.sum(axis=1), changes.new - changes.old, atol=1e-9)


def test_judgments_and_people_are_counted_by_item():
    old = Facts({("a", "x", "y"): 1.0, ("a", "x", "z"): 0.5, ("b", "x", "y"): 0.1})
    new = Facts({("a", "x", "y"): 1.0, ("a", "x", "z"): 0.6, ("c", "x", "y"): 0.1, ("c", "x", "z"): 0.2})
    changes = explained(old, new)
    assert (list(changes.entity), KINDS) == (["x", "y", "z"], ("new", "changed", "gone"))
    assert changes.counts.judgments.tolist() == [[2, 1, 1], [1, 0, 1], [1, 1, 0]]
    assert changes.counts.users.tolist() == [[1, 1, 1], [1, 0, 1], [1, 1, 0]]


facts = st.builds(
    Facts,
    judged=st.dictionaries(
        st.tuples(st.sampled_from("abcdef"), st.sampled_from("wx"), st.sampled_from("yz")),
        st.integers(-10, 10).map(lambda value: value / 10),
        max_size=20,
    ),
    pretrusted=st.frozensets(st.sampled_from("abcdef")),
    vouches=st.dictionaries(st.tuples(st.sampled_from("abc"), st.sampled_from("def")), st.sampled_from([0.5, 1.0])),
    private=st.frozensets(st.tuples(st.sampled_from("abcdef"), st.sampled_from("wxyz"))),
)
configs = st.sampled_from(
    [CONFIG, Config.preset("tournesol"), Config.preset("jury"), replace(CONFIG, method="licchavi")]
)


@few
@given(facts, facts, configs, configs)
def test_parts_always_add_up_to_the_move(old, new, old_config, new_config):
    changes = explained(old, new, old_config, new_config)
    before, after = published(old, old_config), published(new, new_config)
    assert list(changes.entity) == sorted(before.keys() & after.keys())
    expected = np.array([after[entity] - before[entity] for entity in changes.entity])
    np.testing.assert_allclose(changes.parts.sum(axis=1), expected, atol=1e-6)
