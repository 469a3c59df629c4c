import json

import pytest

from solidago.config import PRESETS, Config
from solidago.errors import InvalidConfig


def test_defaults_are_those_of_a_community():
    assert Config() == Config.preset("community") == Config.from_mapping({})


def test_tournesol_keeps_its_constants_whatever_the_defaults_become():
    config = Config.preset("tournesol")
    assert (config.root_law, config.sigma, config.k, config.contradiction_limit) == ("uniform", 7.0, 0.25, 0.0)
    assert (config.private_weight, config.least_trust) == (0.5, 0.0)
    assert (config.overtrust_bias, config.overtrust_scale) == (2.0, 0.1)
    assert (config.n_scalers, config.min_activity, config.max_pairs, config.seed) == (100, 10.0, 10_000, 0)
    assert (config.scaling_lipschitz, config.standardise_lipschitz, config.shift_lipschitz) == (0.1, 0.1, 0.1)
    assert (config.aggregation_lipschitz, config.aggregation_quantile, config.pair_lipschitz) == (0.1, 0.5, 10.0)
    assert (config.standardise_quantile, config.shift_quantile, config.shift_target) == (0.9, 0.1, 0.2)
    assert (config.multiplier_deviation, config.translation_deviation) == (0.8, 1.0)


def test_every_preset_says_for_whom_it_is():
    assert list(PRESETS) == ["jury", "community", "internet", "tournesol"]
    assert all(preset.description.startswith(("For ", "The ")) for preset in PRESETS.values())
    assert len({Config.preset(name) for name in PRESETS}) == len(PRESETS)


def test_constants_pass_through_json():
    config = Config.from_mapping({"preset": "tournesol", "sigma": 4, "root_law": "k-nary:21", "seed": 7})
    assert Config.from_mapping(json.loads(json.dumps(config.to_mapping()))) == config
    assert (config.sigma, config.seed) == (4.0, 7)


def test_one_key_sets_the_resilience_of_all_steps_and_a_steps_own_prevails():
    config = Config.from_mapping({"lipschitz": 10, "shift_lipschitz": 1})
    assert config.scaling_lipschitz == config.standardise_lipschitz == config.aggregation_lipschitz == 10.0
    assert (config.shift_lipschitz, config.pair_lipschitz) == (1.0, 10.0)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"sigma": float("nan")}, "'sigma' must be between"),
        ({"sigma": float("inf")}, "'sigma' must be between"),
        ({"sigma": 0}, "'sigma' must be between"),
        ({"sigma": 10**400}, "'sigma' must be between"),
        ({"sigma": "4"}, "'sigma' must be a number"),
        ({"sigma": True}, "'sigma' must be a number"),
        ({"sigma": None}, "'sigma' must be a number"),
        ({"seed": 1.5}, "'seed' must be a whole number"),
        ({"seed": -1}, "'seed' must be between"),
        ({"lipschitz": -1}, "'scaling_lipschitz' must be between"),
        ({"shift_quantile": 1.0}, "'shift_quantile' must be between"),
        ({"root_law": 3}, "'root_law' must be a text"),
        ({"root_law": "k-nary:1"}, "'root_law' must be uniform"),
        ({"preset": "best"}, "'preset' must be one of: jury, community, internet, tournesol"),
        ({"preset": 1}, "'preset' must be a text"),
        ({"simga": 4}, "'simga' is unknown; known are: preset"),
    ],
)
def test_wrong_constants_are_named_with_their_rule(wrong, problem):
    with pytest.raises(InvalidConfig, match=problem):
        Config.from_mapping(wrong)


def test_the_constructor_checks_too():
    with pytest.raises(InvalidConfig, match="'k'"):
        Config(k=-1.0)
