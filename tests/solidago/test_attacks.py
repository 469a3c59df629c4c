"""Attacks on copies of a poll: they do what they say, leave the poll alone, and do not beat the bounds."""

import dataclasses
import json

import numpy as np
import pytest

from solidago.attacks import STRATEGIES, Attack, influence_audit, simulate
from solidago.attacks.accounts import hostile_accounts
from solidago.attacks.simulation import joined
from solidago.config import Config
from solidago.dataset import Dataset
from solidago.errors import InvalidConfig, InvalidInput
from solidago.generative import Recipe, generate
from solidago.pipeline import run

CRITERION = "largely_recommended"
CONFIG = Config.preset("tournesol")


@pytest.fixture(scope="module")
def dataset():
    return generate(Recipe(contributors=40, entities=50, judgments=1_500), 2).dataset


@pytest.fixture(scope="module")
def result(dataset):
    return run(dataset, CONFIG)


@pytest.fixture(scope="module")
def target(dataset):
    return dataset.entities[20]


def outcome(dataset, attack, config=CONFIG, **parameters):
    return simulate(dataset, config, attack, criterion=CRITERION, **parameters)


def test_no_attempt_beats_its_bound_and_the_best_come_close(dataset, result):
    _, attempts = influence_audit(dataset, CONFIG, result, sample=50, seed=1)[CRITERION]
    assert len(attempts.entity) == 100
    assert attempts.beaten == 0
    assert (attempts.moved[:, :2] > 0).all()
    told = attempts.to_mapping()["furthest"]
    assert told["newcomers"]["share"] > 0.7
    assert told["crowd"]["share"] > 0.7
    assert 0.4 < told["coalition"]["share"] <= 1


def test_a_bound_that_is_too_low_is_beaten(dataset, result):
    _, attempts = influence_audit(dataset, CONFIG, result)[CRITERION]
    wrong = dataclasses.replace(attempts, allowed=0.5 * attempts.moved)
    assert wrong.beaten > 0


def test_the_attempts_depend_on_the_seed_alone(dataset, result):
    one, same, other = (
        influence_audit(dataset, CONFIG, result, seed=seed, threads=threads)[CRITERION][1]
        for seed, threads in ((1, 1), (1, 3), (2, 1))
    )
    assert one.moved.tobytes() == same.moved.tobytes()
    assert one.moved.tobytes() != other.moved.tobytes()
    json.dumps(one.to_mapping())


def test_a_poll_without_judgments_is_not_attacked():
    nobody = Dataset.from_columns(
        {"user": [], "left": [], "right": [], "criterion": [], "value": []}, users={"user": ["u"]}
    )
    assert influence_audit(nobody, CONFIG, run(nobody, CONFIG)) == {}


def test_accounts_without_trust_push_one_item_and_are_stopped(dataset, target):
    up, down = (outcome(dataset, Attack(target, 300, upward=upward)) for upward in (True, False))
    assert down.after.score < up.before.score < up.after.score
    assert up.is_within
    trusted = outcome(dataset, Attack(target, 300, trusted=True))
    assert trusted.after.score > 99 > 45 > up.after.score
    assert trusted.after.rank == 1


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_runs_and_tells_what_it_achieved(dataset, target, strategy):
    before = dataset.digest()
    told = outcome(dataset, Attack(target, 30, strategy=strategy, trusted=True))
    assert dataset.digest() == before
    assert json.loads(json.dumps(told.to_mapping()))["attack"]["strategy"] == strategy
    assert (told.before.of, told.after.of) == (50, 50)
    assert target not in {moved.entity for moved in told.others}
    sizes = [abs(moved.after.score - moved.before.score) for moved in told.others]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == told.largest_other_move >= told.median_other_move


def test_accounts_without_trust_cannot_rescale_anybody(dataset, result, target):
    """They are no scalers: everybody's scale but the poll's unit and zero stays as it was."""
    scores = np.zeros(len(dataset.entities))
    names = [f"z{i:03}" for i in range(50)]
    changed = []
    for trusted in (False, True):
        attack = Attack(target, 50, "rescale", trusted=trusted, comparisons=40)
        accounts = hostile_accounts(attack, names, 20, scores, np.random.default_rng(0))
        after = run(joined(dataset, CRITERION, accounts), CONFIG).criteria[CRITERION]
        honest = after.scalings.multiplier[after.scalings.user < len(dataset.users)] * after.deviation
        before = result.criteria[CRITERION].scalings.multiplier * result.criteria[CRITERION].deviation
        changed.append(float(np.abs(honest - before).max()))
    assert changed[0] < 1e-9
    assert changed[1] > 0.01


def test_verified_accounts_lend_the_others_trust(dataset, target):
    vouched = outcome(dataset, Attack(target, 100, "vouch"))
    alone = outcome(dataset, Attack(target, 100))
    assert vouched.after.score > alone.after.score + 5
    assert vouched.high > alone.high


def test_an_attack_may_bring_an_item_that_this_criterion_does_not_know(dataset):
    rows = dataset.judgments[CRITERION]
    names = {"user": dataset.users, "left": dataset.entities, "right": dataset.entities}
    columns = {key: list(name[getattr(rows, key)]) for key, name in names.items()} | {"value": list(rows.value)}
    for key, value in {"user": columns["user"][0], "left": "new", "right": "newer", "value": 1.0}.items():
        columns[key].append(value)
    criteria = [CRITERION] * len(rows) + ["other"]
    both = Dataset.from_columns(columns | {"criterion": criteria}, users={"user": list(dataset.users)})
    told = outcome(both, Attack("new", 50))
    assert told.before.score is None
    assert 0 < told.after.score <= told.high == pytest.approx(19.6116, abs=1e-3)


def test_the_same_seed_gives_the_same_outcome(dataset, target):
    attack = Attack(target, 20, "negate")
    assert outcome(dataset, attack, seed=1) == outcome(dataset, attack, seed=1, threads=1)
    assert outcome(dataset, attack, seed=1) != outcome(dataset, attack, seed=2)


@pytest.mark.parametrize("wrong", [{"strategy": "pray"}, {"accounts": 0}, {"accounts": 10**9}, {"comparisons": 0}])
def test_a_wrong_attack_is_refused(wrong):
    with pytest.raises(InvalidConfig):
        Attack(**({"target": "a", "accounts": 1} | wrong))


def test_what_is_not_there_cannot_be_attacked(dataset, target):
    with pytest.raises(InvalidInput, match="Nobody has compared"):
        outcome(dataset, Attack("nothing", 1))
    with pytest.raises(InvalidInput, match="Unknown criterion"):
        simulate(dataset, CONFIG, Attack(target, 1), criterion="nothing")


def test_another_method_is_attacked_but_its_scores_have_no_bound_each(dataset, target):
    licchavi = Config(method="licchavi")
    told = outcome(dataset, Attack(target, 30, trusted=True), config=licchavi)
    assert (told.low, told.high, told.is_within) == (None, None, True)
    assert told.after.score > told.before.score
    with pytest.raises(InvalidInput, match="robust medians"):
        influence_audit(dataset, licchavi, run(dataset, licchavi))
