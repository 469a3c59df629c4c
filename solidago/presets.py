"""Sets of constants for kinds of polls: who takes part decides how much a single account may move."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preset:
    """A named choice.

    Attributes
    ----------
    description : str
        For whom it is, in one plain English sentence.
    constants : mapping
        What differs from the default `solidago.config.Config`.
    """

    description: str
    constants: Mapping[str, object]


DEFAULT = "community"

# What was measured, and why these: docs/decisions, number 4.
PRESETS: Mapping[str, Preset] = {
    "jury": Preset(
        "For 5 to 60 invited people: everybody counts, whoever clearly contradicts the others at least half.",
        {
            "least_trust": 0.5,
            "contradiction_limit": 1.0,
            "overtrust_bias": 1000.0,
            "scaling_lipschitz": 1.0,
            "standardise_lipschitz": 1.0,
            "shift_lipschitz": 1.0,
            "aggregation_lipschitz": 1.0,
        },
    ),
    "community": Preset(
        "For hundreds of people who mostly mean well: a few unknown accounts count fully, a crowd of them half as "
        "much as those who are trusted.",
        {},
    ),
    "internet": Preset(
        "For thousands, open to anybody: one account moves little, and a crowd of unknown accounts hardly more than "
        "five.",
        {
            "contradiction_limit": 1.0,
            "overtrust_scale": 0.1,
            "scaling_lipschitz": 0.2,
            "standardise_lipschitz": 0.2,
            "shift_lipschitz": 0.2,
            "aggregation_lipschitz": 0.2,
        },
    ),
    "tournesol": Preset(
        "The constants of Tournesol in 2024: the most cautious, for comparison with its published scores.",
        {
            "sigma": 7.0,
            "k": 0.25,
            "contradiction_limit": 0.0,
            "overtrust_bias": 2.0,
            "overtrust_scale": 0.1,
            "scaling_lipschitz": 0.1,
            "standardise_lipschitz": 0.1,
            "shift_lipschitz": 0.1,
            "shift_quantile": 0.1,
            "shift_target": 0.2,
            "aggregation_lipschitz": 0.1,
        },
    ),
}
