"""What a run may be told: one flat, frozen, validated record of constants, each with its range and source."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from solidago.errors import InvalidConfig
from solidago.presets import DEFAULT, PRESETS

_LIPSCHITZ_FIELDS = ("scaling_lipschitz", "standardise_lipschitz", "shift_lipschitz", "aggregation_lipschitz")
METHODS = ("mehestan", "licchavi")
_ROOT_LAW = re.compile(r"uniform|bernoulli|gaussian|k-nary:([1-9][0-9]{0,4})")


def _number(default: float, low: float, high: float) -> Any:
    """Declare a field and the closed range of its values."""
    return field(default=default, metadata={"range": (low, high)})


@dataclass(frozen=True, slots=True)
class Config:
    """Constants of a run. The defaults are the preset ``community``.

    For whom each preset is: ``jury`` for 5 to 60 invited people, ``community`` for hundreds who mostly mean well,
    ``internet`` for thousands and whoever comes; ``tournesol`` repeats the constants of that platform in 2024.

    Attributes
    ----------
    method : str
        How many opinions become one: ``mehestan`` scales contributors' own scores to each other, then takes a robust
        median of each entity; ``licchavi`` learns everybody's scores and the common ones together.
    root_law : str
        Law of a judgment between equals: ``uniform``, ``bernoulli``, ``gaussian`` or ``k-nary:K`` with K >= 2.
    sigma : float
        Standard deviation of the prior on raw scores, in score units.
    k : float
        Loss of log-likelihood that delimits the uncertainty of a raw score, in nats.
    least_trust : float
        Trust of everybody who takes part, at least: above 0 only where all are invited.
    contradiction_limit : float
        How clearly, in standard errors, somebody must contradict trusted contributors to lose all voting right that
        trust does not give them (`solidago.standing`); 0: nobody loses any.
    private_weight : float
        Weight of what a contributor keeps private, against 1 for what is public.
    overtrust_bias, overtrust_scale : float
        Voting right granted beyond trust, per entity: ``bias + scale * total trust``.
    n_scalers : int
        How many of the most active contributors set the common scale.
    min_activity : float
        Least activity (trust times number of entities clearly above or below zero) of a scaler.
    max_pairs : int
        Most pairs of entities from which two contributors' scales are compared; beyond, as many are drawn.
    seed : int
        Key of that draw, with the contributors' ids.
    scaling_lipschitz, standardise_lipschitz, shift_lipschitz, aggregation_lipschitz : float
        Resilience: the most that a unit of voting right may move the outcome of that step, in scaled units.
    pair_lipschitz : float
        The same, for the agreement between two contributors.
    multiplier_deviation, translation_deviation : float
        Uncertainty of a scaling that nobody informs.
    standardise_quantile : float
        Quantile of absolute deviations that becomes 1.
    shift_quantile, shift_target : float
        Quantile of scaled scores that is moved to the target. A collective score that nobody informs is 0, so 0
        should be a typical score.
    aggregation_quantile : float
        Which quantile of its raters' scores is an entity's collective score.
    licchavi_force : float
        With ``licchavi``: the most that a contributor of voting right 1 pulls the common model, in units of one
        extreme judgment; also what pulls them toward it. The larger, the more alike personal scores become.
    licchavi_inertia : float
        With ``licchavi``: what holds the common model at zero. Whatever they say, nobody moves it by more than
        ``2 * licchavi_force / licchavi_inertia`` times their voting right, all entities taken together.
    """

    method: str = "mehestan"
    root_law: str = "uniform"
    sigma: float = _number(1.0, 0.01, 100.0)
    k: float = _number(1.0, 1e-3, 100.0)
    least_trust: float = _number(0.0, 0.0, 1.0)
    contradiction_limit: float = _number(2.0, 0.0, 1e3)
    private_weight: float = _number(0.5, 0.01, 1.0)
    overtrust_bias: float = _number(5.0, 0.0, 1e6)
    overtrust_scale: float = _number(0.5, 0.0, 1e3)
    n_scalers: int = _number(100, 0, 10_000)
    min_activity: float = _number(10.0, 0.0, 1e9)
    max_pairs: int = _number(10_000, 1, 1_000_000)
    seed: int = _number(0, 0, 2**63 - 1)
    scaling_lipschitz: float = _number(0.5, 1e-6, 1e6)
    pair_lipschitz: float = _number(10.0, 1e-6, 1e6)
    multiplier_deviation: float = _number(0.8, 0.0, 1e3)
    translation_deviation: float = _number(1.0, 0.0, 1e3)
    standardise_lipschitz: float = _number(0.5, 1e-6, 1e6)
    standardise_quantile: float = _number(0.9, 0.01, 0.99)
    shift_lipschitz: float = _number(0.5, 1e-6, 1e6)
    shift_quantile: float = _number(0.5, 0.01, 0.99)
    shift_target: float = _number(0.0, -100.0, 100.0)
    aggregation_lipschitz: float = _number(0.5, 1e-6, 1e6)
    aggregation_quantile: float = _number(0.5, 0.01, 0.99)
    licchavi_force: float = _number(1.0, 0.01, 100.0)
    licchavi_inertia: float = _number(1.0, 0.01, 100.0)

    def __post_init__(self) -> None:
        if _text("method", self.method) not in METHODS:
            raise InvalidConfig("method", f"must be one of: {', '.join(METHODS)}")
        _check_root_law(self.root_law)
        for spec in dataclasses.fields(self):
            if "range" in spec.metadata:
                value = _checked_number(spec, getattr(self, spec.name))
                object.__setattr__(self, spec.name, value)

    @classmethod
    def preset(cls, name: str) -> Self:
        """Return the named set of constants, one of `solidago.presets.PRESETS`."""
        if name not in PRESETS:
            raise InvalidConfig("preset", f"must be one of: {', '.join(PRESETS)}")
        return cls(**PRESETS[name].constants)  # type: ignore[arg-type]  # the constructor checks every value

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, object]) -> Self:
        """Read constants by name, over those of ``preset`` (default ``community``).

        The key ``lipschitz`` sets the resilience of every step at once; a step's own key prevails.

        Raises
        ------
        InvalidConfig
            An unknown key, a value of the wrong type, not finite or out of its range.
        """
        given = dict(mapping)
        base = cls.preset(_text("preset", given.pop("preset", DEFAULT)))
        if "lipschitz" in given:
            shared = given.pop("lipschitz")
            given = dict.fromkeys(_LIPSCHITZ_FIELDS, shared) | given
        known = [spec.name for spec in dataclasses.fields(cls)]
        for key in given:
            if key not in known:
                raise InvalidConfig(str(key), f"is unknown; known are: preset, lipschitz, {', '.join(known)}")
        return dataclasses.replace(base, **given)  # type: ignore[arg-type]  # the constructor checks every value

    def to_mapping(self) -> dict[str, object]:
        """Return every constant by name, ready for JSON; `from_mapping` reads it back."""
        return dataclasses.asdict(self)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidConfig(name, "must be a text")
    return value


def _check_root_law(value: object) -> None:
    match = _ROOT_LAW.fullmatch(_text("root_law", value))
    if match is None or (match[1] and int(match[1]) < 2):
        raise InvalidConfig("root_law", "must be uniform, bernoulli, gaussian or k-nary:K with K from 2 to 99999")


def _checked_number(spec: dataclasses.Field[Any], value: object) -> float:
    """Return the value in the type of its field, an int being also a float, or say what it should be."""
    low, high = spec.metadata["range"]
    whole = spec.type is int
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        raise InvalidConfig(spec.name, f"must be a {'whole number' if whole else 'number'}")
    if not low <= value <= high:  # also false for NaN
        raise InvalidConfig(spec.name, f"must be between {low:g} and {high:g}")
    return value if whole else float(value)
